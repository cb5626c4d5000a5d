// SPDX-License-Identifier: MIT
// The rules by which work is given to the shards, each of which can be switched off: the answer
// stays the same, more is fetched and computed in the client. For tests that compare both ways, and
// for finding out whether a rule is at fault. A plain value, part of the view that the planner is
// given; nothing of it is global.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace shardwise::plan {

struct rewrites {
    bool route_by_key = true;       ///< router.hpp: conditions on the shard key choose shards
    bool send_whole = true;         ///< what one shard can answer is sent as it was written
    bool trim_in_list = true;       ///< rules/trim_in_list.hpp
    bool push_filter = true;        ///< WHERE; of statements computed in the client, their parts
    bool push_expressions = true;   ///< else only columns are fetched
    bool push_order = true;         ///< sorted on the shards, merged here
    bool push_limit = true;         ///< LIMIT limit + offset
    bool push_distinct = true;      ///< DISTINCT on the shards as well
    bool push_groups = true;        ///< groups that are complete on each shard
    bool split_aggregate = true;    ///< rules/split_aggregate.hpp
    bool push_joins = true;         ///< of tables that live together
    bool push_subqueries = true;    ///< whose rows live with the outer row
    bool push_windows = true;       ///< partitioned by the shard key
    bool pass_rows_through = true;  ///< INSERT ... SELECT whose rows keep their shard

    /// False: there is no rule of this name. "all" switches everything off.
    bool switch_off(std::string_view name);
    /// Several names with commas between them. Throws bad_config for one that does not exist.
    void switch_off_all(std::string_view names);

    static std::span<const std::string_view> names();
};

}  // namespace shardwise::plan
