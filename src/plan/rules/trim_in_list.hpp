// SPDX-License-Identifier: MIT
// IN lists over the shard key, cut down for each shard to the values that it can hold. Pure.
#pragma once

#include <vector>

#include "plan/colocation.hpp"
#include "plan/routing.hpp"

namespace shardwise::plan {

class in_list_trimmer {
public:
    in_list_trimmer(const key_scope& scope, const cluster_view& view,
                    const directory_entries& entries)
        : scope_(scope), view_(view), entries_(entries) {}

    /// Finds the lists in `condition` (may be empty). False: none worth trimming.
    bool inspect(const sql::expr_ptr& condition);
    /// `condition` for one shard; the same pointer when nothing is cut away.
    sql::expr_ptr for_shard(const sql::expr_ptr& condition, shard_index shard) const;

private:
    static constexpr int everywhere = -1;
    static constexpr int nowhere = -2;
    struct placed_list {
        const sql::expr* list;
        std::vector<int> shard_of;  ///< of each value: a shard, everywhere or nowhere
    };
    void place(const sql::expr& e);
    sql::expr_ptr cut(const placed_list& l, shard_index shard) const;

    const key_scope& scope_;
    const cluster_view& view_;
    const directory_entries& entries_;
    std::vector<placed_list> lists_;
};

}  // namespace shardwise::plan
