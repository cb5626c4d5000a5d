// SPDX-License-Identifier: MIT
// ON CONFLICT DO UPDATE as an UPDATE of the row that is there. Pure.
#pragma once

#include <span>

#include "sql/ast.hpp"

namespace shardwise::orm {

/// `c` has ON CONFLICT; `row`: what was to be inserted, all columns; `is_there`: finds the row that
/// is there. Without RETURNING.
sql::change_ptr conflict_update(const sql::change& c, std::span<const arg> row,
                                const sql::expr_ptr& is_there);

/// The INSERT alone.
sql::change_ptr without_conflict(const sql::change& c);

}  // namespace shardwise::orm
