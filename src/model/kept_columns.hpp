// SPDX-License-Identifier: MIT
// Columns that the library keeps: statements on many rows raise the row_version, too (an object
// that was read before is stale then), and set the time_of_change. Thread-safe.
#pragma once

#include "model/entity.hpp"

namespace shardwise::model {

/// For keeping_columns(); `e` has such columns and lives as long as the process.
void remember_kept(const entity& e);

/// UPDATE and ON CONFLICT DO UPDATE of a table with such columns: the same, changing them, too;
/// other statements, and columns that they set themselves, as they are. A table of SQL text is that
/// of a struct of this process with its name and columns.
sql::change_ptr keeping_columns(const sql::change_ptr& c);

}  // namespace shardwise::model
