// SPDX-License-Identifier: MIT
// DISTINCT on the shards: each sends equal rows once. The client makes those of different shards
// one, unless no two shards can return equal rows. Pure.
#pragma once

#include "plan/rewrites.hpp"
#include "sql/ast.hpp"

namespace shardwise::plan {

/// Whether each shard sends different rows only; else the DISTINCT of `pushed` is removed.
bool push_distinct(sql::select& pushed, const rewrites& rules);

}  // namespace shardwise::plan
