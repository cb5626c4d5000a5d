// SPDX-License-Identifier: MIT
// Functions that shardwise's SQL needs and SQLite lacks; the other engines have them. Names begin
// with sw_. They are made for each connection: files stay readable by any SQLite, as long as no
// index, view or trigger uses them (they are not allowed there).
#pragma once

#include <sqlite3.h>

namespace shardwise::engine::sqlite {

/// Throws internal when SQLite refuses (out of memory).
void add_functions(sqlite3* db);

}  // namespace shardwise::engine::sqlite
