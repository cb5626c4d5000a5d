// SPDX-License-Identifier: MIT
// Conditions made of conditions. Pure.
#pragma once

#include <span>

#include "sql/ast.hpp"

namespace shardwise::sql {

/// AND; an empty pointer is no condition.
expr_ptr both(const expr_ptr& a, const expr_ptr& b);
/// OR of at least one, as a balanced tree: a chain of hundreds would be too deep.
expr_ptr any_of(std::span<const expr_ptr> conditions);
/// column = value, or IS NULL.
expr_ptr equals(const expr_ptr& column, const arg& v);

}  // namespace shardwise::sql
