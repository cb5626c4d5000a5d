// SPDX-License-Identifier: MIT
// Host names to addresses within a deadline. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "engine/url.hpp"

namespace shardwise::engine::postgres {

/// The addresses of where.host as text, in the order to try them; at least one. Literal addresses
/// come back as they are. Throws connect_failed when the name is unknown, timeout when the resolver
/// has not answered at `limit` (its thread is left to end by itself).
std::vector<std::string> addresses_of(const url& where, deadline limit);

}  // namespace shardwise::engine::postgres
