// SPDX-License-Identifier: MIT
// Looking at expressions: conjuncts, text for people. Pure.
#pragma once

#include <string>
#include <vector>

#include "sql/ast.hpp"
#include "sql/compiler.hpp"

namespace shardwise::plan {

/// The parts of a top-level AND chain, appended in order. An empty pointer has none.
void add_conjuncts(const sql::expr_ptr& e, std::vector<const sql::expr*>& out);

/// For messages, headings and EXPLAIN: "count(*)", "users.name", "id % ?". No values.
std::string describe(const sql::expr& e);

/// What a result column of this expression is called when the statement gives no name.
std::string heading_of(const sql::select_item& item);

sql::typed typed_of(const sql::expr& e);

}  // namespace shardwise::plan
