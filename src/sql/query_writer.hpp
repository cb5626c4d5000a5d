// SPDX-License-Identifier: MIT
// The text of a SELECT with everything inside it. Pure.
#pragma once

#include <string>
#include <vector>

#include "sql/ast.hpp"

namespace shardwise::sql {

class expression_writer;

/// `out` stands in the scope of `s`. `columns`: names of the result columns, for derived tables;
/// empty: as they come.
void write_query(expression_writer& out, const select& s, const std::vector<std::string>& columns);

/// A further part of a UNION, INTERSECT or EXCEPT; `out` stands in its scope. `compared`: rows are
/// made one by their columns, text counts by its bytes.
void write_branch(expression_writer& out, const select& s, bool compared);

}  // namespace shardwise::sql
