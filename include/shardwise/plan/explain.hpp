// SPDX-License-Identifier: MIT
// Where a statement goes and why, as a value: for tests, for people, for --json. Plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shardwise {

struct explanation {
    /// What was measured while the statement ran: of analyze() only.
    struct measure {
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;     ///< of the values, as they are kept in memory
        std::uint64_t first_us = 0;  ///< until the first row, or the end
        std::uint64_t total_us = 0;  ///< until the end; of a step with all steps below it
    };
    struct shard_statement {
        std::string shard;
        std::string sql;                  ///< with placeholders
        std::vector<std::string> values;  ///< what is bound, in display form
        measure took{};
    };
    /// One step of the plan. The last ones, "scatter", are done by the shards; what stands above
    /// is done in the client.
    struct step {
        std::size_t depth = 0;
        std::string name;  ///< limit, merge_sort, sort, aggregate, distinct, project, ...
        std::string text;  ///< the whole line
        measure took{};
    };
    std::string route;                ///< none, one, some, all, any
    std::string reason;               ///< why these shards
    std::vector<std::string> shards;  ///< names, in the cluster's order
    std::size_t shard_count = 0;      ///< of the cluster
    std::string tree;                 ///< the plan, one node a line, indented
    std::vector<step> steps;          ///< the lines of `tree`, the last operator first
    std::vector<shard_statement> statements;
    /// Which rows a read sees: "newest committed rows of each shard", "transaction (...)",
    /// "snapshot (...)". Of explain() of a session; empty for changes.
    std::string reads;
    /// Of objects: the relations that are to be joined to the statement, whether they are, and why
    /// not.
    std::vector<std::string> related;
    bool analyzed = false;            ///< the statement was run: the measures are set
    std::uint64_t held_rows = 0;      ///< at most kept at a time in this process
    std::uint64_t held_bytes = 0;     ///< the same in bytes
    std::uint64_t scratch_bytes = 0;  ///< written to the scratch database

    /// Done in the client, from the last step to the first: "limit", "merge_sort".
    std::vector<std::string> merged() const;
    std::string to_string() const;
    std::string to_json() const;
};

}  // namespace shardwise
