// SPDX-License-Identifier: MIT
// Where a statement goes and why, as a value: for tests, for people, for --json. Plain value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shardwise {

struct explanation {
    struct shard_statement {
        std::string shard;
        std::string sql;                  ///< with placeholders
        std::vector<std::string> values;  ///< what is bound, in display form
    };
    std::string route;                ///< none, one, some, all, any
    std::string reason;               ///< why these shards
    std::vector<std::string> shards;  ///< names, in the cluster's order
    std::size_t shard_count = 0;      ///< of the cluster
    std::string tree;                 ///< the plan, one node a line, indented
    std::vector<shard_statement> statements;

    std::string to_string() const;
    std::string to_json() const;
};

}  // namespace shardwise
