// SPDX-License-Identifier: MIT
#include "engine/driver/sqlite/bulk_writer.hpp"

#include <fmt/format.h>

#include "engine/driver/sqlite/errors.hpp"
#include "engine/driver/sqlite/values.hpp"
#include "sql/dialect.hpp"

namespace shardwise::engine::sqlite {
namespace {

std::string insert_text(std::string_view table, std::span<const connection::bulk_column> columns) {
    const sql::dialect& d = sql::dialect_for(sql::dialect_kind::sqlite);
    std::string text = "INSERT INTO ";
    d.identifier(text, table);
    std::string places;
    for (const auto& c : columns) {
        text += places.empty() ? " (" : ", ";
        d.identifier(text, c.name);
        places += places.empty() ? "?" : ", ?";
    }
    return text + ") VALUES (" + places + ")";
}

}  // namespace

sqlite_bulk_writer::sqlite_bulk_writer(sqlite_connection& c, std::string_view table,
                                       std::span<const connection::bulk_column> columns,
                                       deadline limit)
    : connection_(c),
      text_(insert_text(table, columns)),
      nested_(sqlite3_get_autocommit(c.handle()) == 0) {
    connection_.limit_to(limit);
    compile(connection_.handle(), text_, SQLITE_PREPARE_PERSISTENT, connection_.server(), insert_);
    for (const auto& column : columns) types_.push_back({column.type, column.scale});
    connection_.execute(nested_ ? "SAVEPOINT sw_bulk" : "BEGIN IMMEDIATE");
    open_ = true;
}

sqlite_bulk_writer::~sqlite_bulk_writer() {
    if (open_) undo();
    connection_.limit_to(deadline::never());
}

void sqlite_bulk_writer::put(std::span<const arg> row, deadline limit) {
    if (!open_) raise(error_code::bad_state, "the bulk insert has ended already");
    if (row.size() != types_.size())
        raise({.code = error_code::internal,
               .message = fmt::format("a row of {} values was given for {} columns", row.size(),
                                      types_.size())});
    connection_.limit_to(limit);
    int position = 0;
    for (const arg& v : row) {
        const auto type = types_[static_cast<std::size_t>(position)];
        check_value(v, type, static_cast<std::size_t>(position) + 1);
        // Borrowed: the row is stored before put() returns.
        const int rc = bind_value(insert_.handle, ++position, v, type, lifetime::borrowed);
        if (rc != SQLITE_OK) raise_error(connection_.handle(), rc, connection_.server(), text_);
    }
    connection_.step_to_end(insert_.handle, text_);
    ++rows_;
}

std::int64_t sqlite_bulk_writer::finish(deadline limit) {
    if (!open_) raise(error_code::bad_state, "the bulk insert has ended already");
    connection_.limit_to(limit);
    connection_.execute(nested_ ? "RELEASE sw_bulk" : "COMMIT");
    open_ = false;
    return rows_;
}

/// Takes back all rows; the surrounding transaction, if any, goes on.
void sqlite_bulk_writer::undo() noexcept {
    open_ = false;
    sqlite3_reset(insert_.handle);
    sqlite3* const db = connection_.handle();
    if (sqlite3_get_autocommit(db) != 0) return;  // an error has rolled everything back already
    connection_.limit_to(deadline::never());      // undoing needs no lock and must not be stopped
    const auto run = [db](const char* text) { sqlite3_exec(db, text, nullptr, nullptr, nullptr); };
    if (nested_) {
        run("ROLLBACK TO sw_bulk");
        run("RELEASE sw_bulk");
    } else {
        run("ROLLBACK");
    }
}

}  // namespace shardwise::engine::sqlite
