// SPDX-License-Identifier: MIT
// Values of keys, and conditions that name rows by them. Pure.
#pragma once

#include <span>
#include <vector>

#include "schema/table.hpp"
#include "shardwise/schema/value.hpp"
#include "shardwise/sql/ast.hpp"

namespace shardwise::orm {

/// `columns` are equal to the values of one of these keys, each of which has as many. Not empty; no
/// value is NULL.
sql::expr_ptr is_one_of(const schema::table& t, std::span<const schema::column_index> columns,
                        std::span<const arg* const> keys);

/// `columns` have these values, one for each; NULL is found as NULL.
sql::expr_ptr has_values(const schema::table& t, std::span<const schema::column_index> columns,
                         std::span<const arg> values);

/// Valid as long as the values.
std::vector<arg> views_of(const std::vector<value>& values);

}  // namespace shardwise::orm
