// SPDX-License-Identifier: MIT
// ORDER BY on the shards, so that their rows are merged and need not be sorted again. Pure.
#pragma once

#include "plan/rewrites.hpp"
#include "sql/ast.hpp"

namespace shardwise::plan {

/// Whether the rows of `pushed` come sorted: else its ORDER BY is removed, the client sorts.
bool push_order(sql::select& pushed, const rewrites& rules);

}  // namespace shardwise::plan
