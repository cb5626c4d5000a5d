// SPDX-License-Identifier: MIT
// An embedded database for intermediate rows: in memory while they are few, in a temporary file
// (SQLITE_TMPDIR, TMPDIR, /var/tmp or /tmp; deleted by the system when the process ends) when they
// are many.
#pragma once

#include <cstddef>
#include <memory>

#include "engine/driver.hpp"

namespace shardwise::engine {

/// Empty, private to the caller, gone with the connection. Answers as a SQLite shard does. Keeps
/// about `cache_bytes` in memory.
std::unique_ptr<connection> open_scratch(std::size_t cache_bytes);

}  // namespace shardwise::engine
