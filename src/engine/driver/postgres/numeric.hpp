// SPDX-License-Identifier: MIT
// PostgreSQL's numeric on the wire: groups of four decimal digits around a decimal point. Exact in
// both directions, nothing is allocated when reading. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>

#include "shardwise/schema/types.hpp"

namespace shardwise::engine::postgres {

void encode_numeric(std::string& to, const decimal& v);

/// False for NaN, infinity, malformed bytes and numbers that 38 digits cannot hold exactly. Keeps
/// the scale that the server gave unless only fewer fraction zeros make the number fit.
bool decode_numeric(const char* data, std::size_t size, decimal& out);

/// False also when the number has a fraction other than zero or does not fit.
bool decode_numeric(const char* data, std::size_t size, std::int64_t& out);

}  // namespace shardwise::engine::postgres
