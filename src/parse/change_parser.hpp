// SPDX-License-Identifier: MIT
// UPDATE and DELETE of one table. Pure functions.
#pragma once

#include <span>

#include "parse/statement_parser.hpp"
#include "parse/statement_text.hpp"

namespace shardwise::parse {

statement parse_update(const statement_text& text, const tree_node& update,
                       const table_lookup& tables, std::span<const value> parameters);
statement parse_delete(const statement_text& text, const tree_node& erase,
                       const table_lookup& tables, std::span<const value> parameters);

}  // namespace shardwise::parse
