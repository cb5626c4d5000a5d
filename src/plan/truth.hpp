// SPDX-License-Identifier: MIT
// What a condition can come to for rows with a given shard key: SQL's three-valued logic over sets
// of possible outcomes. Everything that the key does not decide stays open. Pure.
#pragma once

#include <cstdint>
#include <span>

#include "plan/colocation.hpp"

namespace shardwise::plan {

/// A set of outcomes: bits of possible_*.
using outcomes = std::uint8_t;
inline constexpr outcomes possible_true = 1;
inline constexpr outcomes possible_false = 2;
inline constexpr outcomes possible_null = 4;
inline constexpr outcomes possible_any = 7;

/// The outcomes of `e` for rows whose key is `key` (in the kinds of the key columns, not NULL).
outcomes outcomes_for(const sql::expr& e, const key_scope& scope, std::span<const arg> key);

/// How many comparisons outcomes_for would make, roughly.
std::size_t work_of(const sql::expr& e);

/// The constants of this comparison, IN or BETWEEN are compared as doubles: one of its parts is.
bool compared_as_real(const sql::expr& e);

}  // namespace shardwise::plan
