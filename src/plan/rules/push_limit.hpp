// SPDX-License-Identifier: MIT
// LIMIT l OFFSET o on the shards as LIMIT l + o: the first l + o rows of the whole are among the
// first l + o of each shard, also of distinct rows; without ORDER BY any rows will do. OFFSET is
// never pushed. Pure.
#pragma once

#include "plan/rewrites.hpp"
#include "sql/ast.hpp"

namespace shardwise::plan {

/// Sets the LIMIT of `pushed`, whose ORDER BY and DISTINCT are those of the shards already, from
/// `whole`.
void push_limit(sql::select& pushed, const sql::select& whole, const rewrites& rules);

}  // namespace shardwise::plan
