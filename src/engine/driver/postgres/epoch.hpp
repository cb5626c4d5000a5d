// SPDX-License-Identifier: MIT
// PostgreSQL counts days and microseconds from 2000-01-01, shardwise from 1970-01-01.
#pragma once

#include <cstdint>

namespace shardwise::engine::postgres {

inline constexpr std::int32_t epoch_days = 10'957;
inline constexpr std::int64_t epoch_micros = epoch_days * std::int64_t{86'400'000'000};

}  // namespace shardwise::engine::postgres
