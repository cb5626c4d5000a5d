// SPDX-License-Identifier: MIT
// Rewrites for statements whose rows are finished on the shards (no aggregation, or complete
// groups): hidden sort columns, LIMIT pushed as limit + offset, DISTINCT on both sides. Pure.
#pragma once

#include "plan/plan.hpp"
#include "plan/rewrites.hpp"

namespace shardwise::plan {

/// What each shard runs, and how the answers of a scatter of it become the statement's rows.
struct split_select {
    sql::select_ptr pushed;
    std::vector<sort_key> keys;  ///< not empty: the rows are sorted by these
    bool sorted = true;          ///< the shards' rows are already
    bool distinct = false;       ///< equal rows of different shards must be made one
};

/// `unique_rows`: no two shards return equal rows. Uses push_order, push_limit, push_distinct.
split_select split_rows(const sql::select_ptr& s, bool unique_rows, const rewrites& rules);
node_ptr merge_rows(const split_select& split, const sql::select& s, node_ptr scatter);

/// Types of the columns that `s` returns.
std::vector<sql::typed> columns_of(const sql::select& s);

node_ptr make_node(decltype(node::op) op, std::vector<sql::typed> columns);
/// Keeps the first `count` columns; `input` itself when it has no more.
node_ptr keep_first(std::size_t count, node_ptr input);
/// Adds a limit node when the statement has LIMIT or OFFSET.
node_ptr add_limit(const sql::select& s, node_ptr input);

}  // namespace shardwise::plan
