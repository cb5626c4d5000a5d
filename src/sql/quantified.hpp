// SPDX-License-Identifier: MIT
// ANY and ALL of the rows of a statement, written with EXISTS. Used by the builders of sql/ast.hpp
// and by the parser of SQL text.
#pragma once

#include "sql/ast.hpp"

namespace shardwise::sql {

/// A condition on what the statement selects can be added to it.
bool takes_conditions(const select& s);

/// Is `met`, a condition on the items of `rows`, true of one of its rows (of all of them)? Unknown
/// where SQL says so. `rows` takes conditions.
expr_ptr met_by_rows(const select_ptr& rows, const expr_ptr& met, bool all);

}  // namespace shardwise::sql
