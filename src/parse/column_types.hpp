// SPDX-License-Identifier: MIT
// Type names of CREATE TABLE and literal defaults -> schema::column. Pure functions.
#pragma once

#include <string>

#include "parse/tree_node.hpp"
#include "schema/table.hpp"

namespace shardwise::parse {

/// Sets type, length, precision and scale from a TypeName node. Throws bad_input with the way out.
void set_type(schema::column& c, const tree_node& type_name);

/// The literal of a DEFAULT as a value of the column in the form of to_display(): true, -42, 1.50,
/// 'it''s', '2024-01-31', x'00ff'. Empty for NULL. Throws bad_input: no literal, or none of this
/// column.
std::string default_of(const schema::column& c, const tree_node& expression);

}  // namespace shardwise::parse
