// SPDX-License-Identifier: MIT
// Predicate analysis: which shards can hold rows that a statement may touch (distributed.md section
// 11). Pure and evaluated with the values at hand. Never too few shards; too many only where the
// predicate says nothing that the strategy understands.
#pragma once

#include <span>
#include <vector>

#include "plan/colocation.hpp"
#include "plan/routing.hpp"
#include "sql/ast.hpp"

namespace shardwise::plan {

struct routed {
    route where;
    std::vector<pending_key> pending;  ///< not empty: look these up, add them, route again
};

/// The route of a SELECT: its WHERE, the ON of its inner joins and the equality of co-located keys
/// are used. Throws not_supported for joins of tables that do not live together.
routed route_select(const sql::select& s, const cluster_view& view,
                    const directory_entries& entries);

/// The route of an UPDATE or DELETE. Reference tables: all shards.
routed route_change(const sql::change& c, const cluster_view& view,
                    const directory_entries& entries);

/// The same for a statement whose scope is known: scope_of(s), or that of another statement of the
/// same shape (sql/shape.hpp). Cheaper: no reason is written.
routed route_within(const key_scope& scope, const sql::select& s, const cluster_view& view,
                    const directory_entries& entries);
routed route_within(const key_scope& scope, const sql::change& c, const cluster_view& view,
                    const directory_entries& entries);

/// Where a row lives.
struct placement {
    shard_index shard = 0;
    bucket_id bucket = 0;
};

/// The placement of a row of a sharded or co-located table by its shard key columns (in the order
/// of placed.shard_key). Throws no_shard_key for NULL without a null_bucket, unroutable_key. Empty:
/// a directory lookup is needed first.
std::optional<placement> place(const schema::table& t, std::span<const arg> shard_key,
                               const cluster_view& view, const directory_entries& entries);

/// For each shard of `where`, the statement with IN lists over the shard key cut down to the values
/// that this shard can hold. Shards that need no trimming share one pointer.
std::vector<sql::select_ptr> trim(const sql::select_ptr& s, const route& where,
                                  const cluster_view& view, const directory_entries& entries);

}  // namespace shardwise::plan
