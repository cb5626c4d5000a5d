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
expr_ptr rewrite(const expr_ptr& e, const replacement& replace);

/// Calls `visit` for each node of `e`, parents before their operands. Nothing for an empty pointer.
void for_each_node(const expr_ptr& e, const std::function<void(const expr&)>& visit);

/// Every expression that stands in `s`: items, ON, WHERE, GROUP BY, HAVING, ORDER BY.
std::vector<expr_ptr> expressions_of(const select& s);

}  // namespace shardwise::sql
