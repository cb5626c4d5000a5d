// SPDX-License-Identifier: MIT
// How values are kept in SQLite's storage classes (docs/types.md), in both directions. Free
// functions; a statement belongs to one thread at a time.
#pragma once

#include <sqlite3.h>

#include <span>

#include "engine/driver.hpp"

namespace shardwise::engine::sqlite {

/// `copied`: the text may die before the statement is stepped to its end.
enum class lifetime : bool { borrowed, copied };

/// Throws value_not_storable for what SQLite cannot keep: NaN (it would become NULL) and decimals
/// that do not fit 64 bits at `p.scale`. Parameters count from 1.
void check_value(const arg& v, statement::parameter p, std::size_t position);

/// Binds a value that check_argument() and check_value() have let pass; what does not fit all the
/// same throws. Returns SQLite's result code.
int bind_value(sqlite3_stmt* to, int position, const arg& v, statement::parameter p, lifetime how);

/// Reads the present row of a connection without mutexes. Text and bytes are views, valid until the
/// statement is stepped or reset. Throws bad_value naming the column when the stored class is not
/// that of the declared type: tables made by others may hold anything anywhere.
void read_row(sqlite3_stmt* from, std::span<const statement::result_column> columns,
              std::span<arg> row);

}  // namespace shardwise::engine::sqlite
