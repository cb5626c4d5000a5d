// SPDX-License-Identifier: MIT
// UPDATE, DELETE and INSERT of one table. Pure functions.
#pragma once

#include <span>

#include "parse/expression_parser.hpp"
#include "parse/statement_parser.hpp"
#include "parse/statement_text.hpp"
#include "parse/table_scope.hpp"

namespace shardwise::parse {

/// The columns of a table as a statement names them.
schema::column_index named_column(const statement_text& text, const tree_node& at,
                                  const schema::table& t, const std::string& name);
/// Adds what stands behind RETURNING, if it stands there.
statement with_returning(const tree_node& change, const statement_text& text,
                         const table_scope& scope, expression_parser& expressions,
                         const sql::change_ptr& c);

statement parse_update(const statement_text& text, const tree_node& update,
                       const table_lookup& tables, std::span<const value> parameters);
statement parse_delete(const statement_text& text, const tree_node& erase,
                       const table_lookup& tables, std::span<const value> parameters);

statement parse_insert(const statement_text& text, const tree_node& insert,
                       const table_lookup& tables, std::span<const value> parameters);

}  // namespace shardwise::parse
