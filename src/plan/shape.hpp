// SPDX-License-Identifier: MIT
// What kind of SELECT it is, and which of its rows and groups can be on several shards. Pure.
#pragma once

#include "plan/colocation.hpp"
#include "sql/ast.hpp"

namespace shardwise::plan {

/// It has a GROUP BY or an aggregate: its rows are groups.
bool is_aggregation(const sql::select& s);

/// No two shards hold rows of one group: GROUP BY contains the whole shard key.
bool groups_are_complete(const sql::select& s, const key_scope& scope);

/// No two shards return equal rows: the whole shard key is selected.
bool rows_name_their_shard(const sql::select& s, const key_scope& scope);

/// No window has rows of two shards: each is partitioned by the shard key, among others.
bool windows_are_complete(const sql::select& s, const key_scope& scope);

}  // namespace shardwise::plan
