// SPDX-License-Identifier: MIT
// The unit of work's statements on rows of tables with a row_version. Pure.
#pragma once

#include <optional>
#include <span>

#include "sql/compiler.hpp"

namespace shardwise::sql {

/// UPDATE t SET <columns>, <version> WHERE <primary key> AND <version>: parameters: columns, the
/// new version, key, the version that was read.
compiled compile_versioned_update(const schema::table& t,
                                  std::span<const schema::column_index> columns,
                                  schema::column_index version, const dialect& d);
/// DELETE FROM t WHERE <primary key> AND <version>
compiled compile_versioned_delete(const schema::table& t, schema::column_index version,
                                  const dialect& d);

/// One UPDATE of several rows, each to values of its own; `version` may be empty. Of PostgreSQL
/// (parameters row by row, as those of the statements for one row) and MariaDB (column by column:
/// key and value of each row; then key and version of each row).
compiled compile_update_rows(const schema::table& t, std::span<const schema::column_index> columns,
                             std::optional<schema::column_index> version, std::size_t rows,
                             const dialect& d);

}  // namespace shardwise::sql
