// SPDX-License-Identifier: MIT
// Conditions that name rows by the values of a key. Pure.
#pragma once

#include <span>

#include "schema/table.hpp"
#include "shardwise/sql/ast.hpp"

namespace shardwise::orm {

/// `columns` are equal to the values of one of these keys, each of which has as many. Not empty; no
/// value is NULL.
sql::expr_ptr is_one_of(const schema::table& t, std::span<const schema::column_index> columns,
                        std::span<const arg* const> keys);

}  // namespace shardwise::orm
