// SPDX-License-Identifier: MIT
// Which conditions of a statement that is computed in the client may already be applied where the
// rows of its tables are fetched (rewrites::push_filter). Pure.
//
// A condition moves to the only table that it names when no row that it drops could have mattered:
// not below an outer join that would put NULLs in the place of the table's rows, and of an ON not
// to the side whose rows the join keeps whatever the ON says.
#pragma once

#include <span>
#include <vector>

#include "sql/ast.hpp"

namespace shardwise::plan {

/// One appearance of a table.
struct source_place {
    sql::table_ref at;
    bool derived = false;  ///< a derived table: its statement stays as it is
    /// An outer join can put NULLs in the place of its rows: conditions of the WHERE may need them.
    bool optional = false;
    /// An outer join keeps its rows whatever its ON says.
    bool preserved = false;
    std::vector<sql::expr_ptr> conditions{};
};

/// `places`: the tables of `s`, FROM first, then its joins.
void reduce_sources(const sql::select& s, std::span<source_place* const> places);

}  // namespace shardwise::plan
