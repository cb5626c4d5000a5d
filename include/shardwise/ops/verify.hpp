// SPDX-License-Identifier: MIT
// Is every row on the shard where it belongs, exactly once, and do the lookup tables of
// cluster-wide unique constraints agree with their rows? Reads all rows, with bounded memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shardwise/cluster/cluster.hpp"

namespace shardwise {

struct verify_finding {
    std::string table;
    std::string shard;  ///< empty: a row and its lookup row do not agree, wherever they live
    std::string key;    ///< the row's primary key in display form
    std::string what;   ///< "belongs on s2", "also on s3", "sw_bucket is 7 instead of 9", ...
};

struct verify_report {
    struct table_count {
        std::string table;
        std::string kind;   ///< sharded, colocated, reference
        std::int64_t rows;  ///< a row of a reference table counts once
    };
    std::vector<table_count> tables;
    std::int64_t problems = 0;             ///< all of them
    std::vector<verify_finding> findings;  ///< the first ones, at most `most_findings`
};

/// Checks all tables that the cluster knows, or those named. Throws shard_unavailable when a shard
/// is down: half a check proves nothing.
verify_report verify(cluster& db, const std::vector<std::string>& tables = {},
                     std::size_t most_findings = 100);

}  // namespace shardwise
