// SPDX-License-Identifier: MIT
// Do the rows of a table and the lookup rows of its cluster-wide unique constraints agree
// (schema/unique_lookup.hpp)? Both differences are computed at one moment of all shards.
#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"
#include "shardwise/cluster/cluster.hpp"
#include "shardwise/ops/verify.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise::ops {

struct unique_difference {
    std::string table;  ///< whose row has no partner: the owner, or the lookup table
    std::string key;    ///< its primary key in display form
    std::string what;
    const schema::unique_constraint* constraint;
    std::vector<value> cells;  ///< of schema::looked_up_columns()
};

/// Empty for tables without such constraints. Rows with the value of another row, and rows that
/// were written by somebody who does not know the constraint, have no lookup row.
std::vector<unique_difference> unique_differences(cluster& db, const schema::table& owner);

/// Notes in `report` what has become of it.
void repair(cluster& db, const schema::table& owner, unique_difference d,
            unique_repair_report& report);

}  // namespace shardwise::ops
