// SPDX-License-Identifier: MIT
// Statements inside statements: which of them can be answered by the shards as they stand. Pure.
#pragma once

#include <optional>

#include "plan/colocation.hpp"
#include "plan/router.hpp"

namespace shardwise::plan {

/// The one shard (or any copy of reference tables) that holds everything that `s`, with all
/// statements inside it, can read; nothing when there is no such shard, or when directory keys have
/// to be looked up for it.
std::optional<route> only_shard_of(const sql::select& s, const cluster_view& view,
                                   const directory_entries& entries);

/// Every subquery of `s` reads only rows that live on the shard of the row it is asked for, or
/// reference tables: each shard can answer `s` for its own rows. `scope` is that of `s`.
bool subqueries_live_with(const sql::select& s, const key_scope& scope);

}  // namespace shardwise::plan
