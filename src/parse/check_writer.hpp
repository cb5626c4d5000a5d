// SPDX-License-Identifier: MIT
// CHECK expressions that mean the same on every engine, written out from the parse tree: plain
// column names, every operation in parentheses. Pure functions.
//
// Accepted: comparisons, AND OR NOT, IS [NOT] NULL, [NOT] IN (list), [NOT] BETWEEN, + - * over
// whole numbers, abs, coalesce, TRUE, FALSE, numbers, text without backslashes. Not accepted is
// what the engines read differently: / and % (rounding, division by zero), || (OR in MariaDB), LIKE
// (letter case in SQLite), casts, other functions, columns that are kept in different forms (dates,
// timestamps, uuids, bytes, JSON: only IS [NOT] NULL; decimals: only with 0 and with decimals of
// equal scale) and names that would need quotes.
#pragma once

#include <string>

#include "parse/tree_node.hpp"
#include "schema/table.hpp"

namespace shardwise::parse {

/// Throws bad_input with the place and the way out.
std::string portable_check(const schema::table& t, const tree_node& expression);

}  // namespace shardwise::parse
