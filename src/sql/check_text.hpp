// SPDX-License-Identifier: MIT
// CHECK conditions: SQL text of the model, over the table's own columns. It is kept as it is but
// for what would not mean the same on each engine. Pure functions.
#pragma once

#include <string>

#include "schema/table.hpp"
#include "sql/dialect.hpp"

namespace shardwise::sql {

/// Appends `check.sql` for dialect `d`: column names (plain in any letter case, or in double
/// quotes) are quoted as the engine does, decimals on SQLite are divided by their power of ten.
/// Throws bad_model when the text is not one expression (open quotes or parentheses, a semicolon, a
/// comment) or compares dates, timestamps or UUIDs with text, which engines that keep them as
/// numbers or bytes would not do.
void append_check(std::string& out, const schema::table& t, const schema::check_constraint& check,
                  const dialect& d);

}  // namespace shardwise::sql
