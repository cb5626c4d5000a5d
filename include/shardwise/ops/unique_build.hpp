// SPDX-License-Identifier: MIT
// A cluster-wide unique constraint for a table that has rows already, in two steps, while writers
// go on:
//
//     declare_unique<Member>(db);              // from now on writers keep the constraint
//     const auto r = build_unique(db, "members");   // and now it also knows the rows before them
//
// Between the steps every process that was open before must be ended or open its cluster again: it
// does not know the constraint, and nobody can see that. Processes that open the cluster later with
// a struct that lacks the constraint are refused (schema_mismatch). Each call can be repeated after
// an error or a crash and goes on where it was.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shardwise/cluster/cluster.hpp"
#include "shardwise/model/entity.hpp"

namespace shardwise {

/// Rows of the table that have the same values.
struct unique_duplicate {
    std::string constraint;
    std::string values;  ///< in display form
    struct place {
        std::string shard;
        std::string key;  ///< the primary key in display form
    };
    std::vector<place> rows;
};

struct unique_build_report {
    std::vector<std::string> constraints;  ///< that were not built before
    std::int64_t rows = 0;                 ///< lookup rows that this call has written
    /// Change or erase all but one row of each, through shardwise, and call again.
    std::vector<unique_duplicate> duplicates;
    bool built = false;  ///< all constraints of the table are complete
};

/// Makes the lookup tables (and an index on each shard) of those constraints that the struct has
/// and the cluster's table has not, and publishes them: writers take and free values from now on,
/// reads by value still ask all shards, and an upsert by the columns is refused with bad_state.
/// Throws schema_mismatch when table and struct differ in something else, not_supported when a
/// constraint of that name is checked by each shard already. What failed on a shard is in the
/// report; nothing is published then.
schema_report declare_unique(cluster& db, const model::entity& e);
template <class E>
schema_report declare_unique(cluster& db) {
    return declare_unique(db, entity_of<E>());
}
/// The same for a table of the cluster file.
schema_report declare_unique(cluster& db, const std::string& table);

/// Writes the lookup rows of all rows that have none, beside writers, in small transactions. When
/// no two rows have the same values, the constraints are complete and reads rely on them;
/// otherwise nothing is changed but the lookup rows, and the report names the duplicates. Throws
/// shard_unavailable when a shard is down, and lock_timeout when somebody keeps a row locked.
unique_build_report build_unique(cluster& db, const std::string& table);

/// Gives up the constraints of the table that are declared and not built.
schema_report remove_unbuilt_unique(cluster& db, const std::string& table);

}  // namespace shardwise
