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

struct unique_repair_report {
    std::int64_t inserted = 0;   ///< lookup rows that were missing
    std::int64_t corrected = 0;  ///< lookup rows that named a row without the value
    std::int64_t erased = 0;     ///< lookup rows of no row
    /// Rows with a value that another row has, too: nobody can decide for you which one keeps it.
    std::vector<verify_finding> duplicates;
};

/// Brings the lookup tables of cluster-wide unique constraints into agreement with the rows, of all
/// tables or those named: for rows that were written by somebody who does not know the constraint.
/// Rows are not changed. Each repair is a transaction that looks again under locks, so writers may
/// go on. Throws shard_unavailable when a shard is down, lock_timeout when somebody keeps a row
/// locked; what was repaired before stays, and it can be called again.
unique_repair_report repair_unique(cluster& db, const std::vector<std::string>& tables = {});

}  // namespace shardwise
