// SPDX-License-Identifier: MIT
// The result of a statement for people, spreadsheets and programs. One thread.
#pragma once

#include <string_view>

#include "shardwise/orm/sql_text.hpp"

namespace cli {

enum class sql_format { as_table, as_csv, as_json };

/// csv: NULL is empty, an empty text "". json: one object, {"columns", "rows"} or {"changed"};
/// decimals are texts, because JSON numbers would lose digits.
void print_result(const shardwise::sql_result& r, sql_format how);

}  // namespace cli
