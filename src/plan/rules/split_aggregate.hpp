// SPDX-License-Identifier: MIT
// Aggregation of groups whose rows are on several shards: partial aggregates on the shards, merged
// in the client. Whatever has no exact merge is refused with not_supported. Pure.
#pragma once

#include "plan/colocation.hpp"
#include "plan/plan.hpp"

namespace shardwise::plan {

struct split_groups {
    sql::select_ptr pushed;  ///< group columns, the distinct column if any, partial aggregates
    std::size_t groups = 0;  ///< the first columns of `pushed`
    /// The values of COUNT(DISTINCT x) are grouped on the shards, too, and made one here.
    bool by_value = false;
    struct merged {
        aggregate::merge how;
        std::size_t column;  ///< of `pushed`
    };
    std::vector<merged> items;
    /// The group columns and the merged items, as the statement names them.
    std::vector<sql::expr_ptr> merged_columns;
    /// The statement computes with groups and aggregates (HAVING, `sum(a) + 1`, `id % 10 + 1`):
    /// what is below is empty, the merged rows are given to an embedded database.
    bool computes = false;
    std::vector<std::size_t> selected;  ///< for each select item: its column of the merged rows
    std::vector<sort_key> keys;         ///< over the merged rows
};

/// Throws not_supported for what cannot be merged from partial aggregates.
split_groups split_aggregate(const sql::select& s, const key_scope& scope);
node_ptr merge_groups(const split_groups& split, const sql::select& s, node_ptr scatter);

}  // namespace shardwise::plan
