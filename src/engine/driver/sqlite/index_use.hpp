// SPDX-License-Identifier: MIT
// Where SQLite's choice of an index costs more than it saves: to group a whole table it walks an
// index that has the groups in order and looks every row up by its key, instead of reading the
// table and sorting. Free functions.
#pragma once

#include <sqlite3.h>

#include <optional>
#include <string>

#include "engine/driver.hpp"

namespace shardwise::engine::sqlite {

/// `SELECT ... FROM "table" GROUP BY ...` that reads the table without an index; nothing for every
/// other statement. The rows and their order are the same (the sorter sorts by the groups, as the
/// index does), but not the order in which the rows of a group are added up: so nothing, too, when
/// a result is a double, and with LIMIT.
std::optional<std::string> without_index(const statement& s);

/// SQLite would walk an index and look up the rows: an index that has all columns needs no look-up
/// and is faster than the table. False when it is not certain.
bool looks_rows_up(sqlite3* db, const std::string& select) noexcept;

}  // namespace shardwise::engine::sqlite
