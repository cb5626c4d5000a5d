// SPDX-License-Identifier: MIT
// Statement + view of the cluster -> plan. Pure. Operators are pushed to the shards, merged, or
// refused with not_supported by the one table of docs/pushdown.md; nothing is answered
// approximately.
#pragma once

#include <variant>
#include <vector>

#include "plan/plan.hpp"
#include "plan/router.hpp"

namespace shardwise::plan {

/// Either a plan or the directory keys that must be looked up first.
template <class Plan>
using planned = std::variant<Plan, std::vector<pending_key>>;

planned<plan> plan_select(const sql::select_ptr& s, const cluster_view& view,
                          const directory_entries& entries);

/// Nothing in `s` is kept from the shards by what it is: a RIGHT or FULL JOIN (rows that match on
/// no shard), or what engines do not share or do wrong.
bool shards_can_run(const sql::select& s);

/// Pushed to the shards where they can decide, otherwise with its rows found first. Refuses SET of
/// a shard key column in ON CONFLICT (shard_key_change), and ON CONFLICT of a key that is not
/// unique on one shard.
planned<change_plan> plan_change(const sql::change_ptr& c, const cluster_view& view,
                                 const directory_entries& entries);
/// An UPDATE or DELETE with its rows found first, whoever could decide.
planned<change_plan> plan_change_by_key(const sql::change_ptr& c, const cluster_view& view,
                                        const directory_entries& entries);

/// The number of rows that `s` would return, with its LIMIT, OFFSET, DISTINCT and groups: one row,
/// one int64 column.
planned<plan> plan_count(const sql::select_ptr& s, const cluster_view& view,
                         const directory_entries& entries);

/// "SELECT COUNT(*)" over the rows that `s` would return, where that is one plain statement: no
/// LIMIT, OFFSET, DISTINCT or aggregation. Throws not_supported otherwise; plan_count can do all.
sql::select_ptr counting(const sql::select_ptr& s);

}  // namespace shardwise::plan
