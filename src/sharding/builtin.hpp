// SPDX-License-Identifier: MIT
// The constructors behind make_strategy(), one for each strategy that shardwise brings. Each checks
// the fields of its kind and throws bad_config. The objects are immutable: any thread.
#pragma once

#include "sharding/strategies.hpp"

namespace shardwise::sharding {

/// No strategy has more: bucket numbers fit 16 bits and sets of them stay small.
inline constexpr std::uint32_t max_bucket_count = 65536;

strategy_ptr make_modulo(const strategy_spec& spec);
strategy_ptr make_hash_buckets();
strategy_ptr make_range(const strategy_spec& spec);
strategy_ptr make_list(const strategy_spec& spec);
strategy_ptr make_directory(const strategy_spec& spec);

}  // namespace shardwise::sharding
