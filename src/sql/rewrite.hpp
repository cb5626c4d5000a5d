// SPDX-License-Identifier: MIT
// Expressions with some of their parts replaced. Pure; nodes that do not change are shared.
#pragma once

#include <functional>
#include <vector>

#include "sql/ast.hpp"

namespace shardwise::sql {

/// Asked for each node from the root downwards: what stands for it, or empty to go on inside it.
/// A replacement must have the type of what it replaces, except for nullability.
using replacement = std::function<expr_ptr(const expr_ptr&)>;

/// `e` with every replaced part; `e` itself when nothing was. Empty for an empty pointer.
/// Statements inside of `e` are not looked into: `replace` sees the node that holds one.
expr_ptr rewrite(const expr_ptr& e, const replacement& replace);

/// `e` with another statement inside it.
expr_ptr with_query(const expr& e, std::vector<expr_ptr> operands, const select_ptr& query);

/// Calls `visit` for each node of `e`, parents before their operands, without the statements
/// inside. Nothing for an empty pointer.
void for_each_node(const expr_ptr& e, const std::function<void(const expr&)>& visit);

/// Every expression that stands in `s`: items, ON, WHERE, GROUP BY, HAVING, ORDER BY. Not those of
/// its branches and of the statements inside it.
std::vector<expr_ptr> expressions_of(const select& s);

/// Calls `visit` for each statement directly inside `s`: derived tables, subqueries of its
/// expressions, further branches.
void for_each_query(const select& s, const std::function<void(const select&)>& visit);

/// Has statements inside it.
bool is_nested(const select& s);

/// A column stands in it, or a subquery, which may name some.
bool names_a_column(const expr_ptr& e);

/// The columns that `s` takes from the statements around it, without repetition.
std::vector<column_ref> columns_from_outside(const select& s);

}  // namespace shardwise::sql
