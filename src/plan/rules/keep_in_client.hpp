// SPDX-License-Identifier: MIT
// What is not given to the shards because a rewrite is switched off (rewrites.hpp). Pure.
#pragma once

#include "plan/rewrites.hpp"
#include "sql/ast.hpp"

namespace shardwise::plan {

/// The rows of one table, its columns and nothing else: what every other statement can be computed
/// from, so it is never refused. With push_filter a WHERE may stand there.
bool is_fetch(const sql::select& s, const rewrites& rules);

/// Throws not_supported when `s`, about to be sent to several shards, needs a rule that is off.
void keep_in_client(const sql::select& s, const rewrites& rules);

}  // namespace shardwise::plan
