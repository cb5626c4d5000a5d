// SPDX-License-Identifier: MIT
// Statements that no merge can finish are computed in the client (plan::local_query): the rows that
// can matter are fetched from their shards, an embedded database answers the statement over them.
// Correct for every statement; costs the transfer of the fetched rows. Pure.
//
// The rows of a table are reduced on the shards by the conditions that name no other table, where
// dropping them cannot change the answer; the statement itself is asked unchanged, so a condition
// that is not pushed costs time and no more.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace shardwise::plan {

struct local_column {
    std::string name;
    sql::sql_type type;
};
/// A table of the embedded database.
std::shared_ptr<const schema::table> local_table(std::string name,
                                                 const std::vector<local_column>& columns);

/// What one appearance of a table contributes to a statement that is computed locally.
struct local_source {
    sql::select_ptr rows;  ///< its needed columns, reduced by its own conditions
    std::shared_ptr<const schema::table> table;
};

struct local_statement {
    std::vector<local_source> sources;
    sql::select_ptr query;  ///< the statement over the sources' tables
};

/// Takes a statement apart: one source for each appearance of a table. `push_filter`: its rows are
/// reduced by their own conditions where they are fetched (reduce_sources.hpp).
local_statement compute_locally(const sql::select& s, bool push_filter);

}  // namespace shardwise::plan
