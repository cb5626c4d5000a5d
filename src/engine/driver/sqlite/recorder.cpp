// SPDX-License-Identifier: MIT
// The header of SQLite declares sessions only with these two.
#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include "engine/driver/sqlite/recorder.hpp"

#include <fmt/format.h>

#include "engine/driver/sqlite/errors.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::sqlite {
namespace {

/// Rows are applied as they were recorded, what triggers and cascades did included: neither may
/// work a second time. Unlike PRAGMA foreign_keys this also works inside a transaction.
class rows_only {
public:
    explicit rows_only(sqlite3* db) : db_(db) { set(0); }
    ~rows_only() { set(1); }
    rows_only(const rows_only&) = delete;
    rows_only& operator=(const rows_only&) = delete;

private:
    void set(int on) noexcept {
        sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_FKEY, on, nullptr);
        sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, on, nullptr);
    }
    sqlite3* db_;
};

/// The rows are as they were when the changes were recorded: nothing may differ.
int on_conflict(void*, int, sqlite3_changeset_iter*) noexcept { return SQLITE_CHANGESET_ABORT; }

}  // namespace

void sqlite_recorder::start() {
    stop();
    complete_ = true;
    int rc = sqlite3session_create(db_, "main", &session_);
    if (rc == SQLITE_OK) {
        sqlite3session_table_filter(session_, &note_table, this);
        rc = sqlite3session_attach(session_, nullptr);
    }
    if (rc != SQLITE_OK) raise_error(db_, rc, server_, "recording changes");
}

int sqlite_recorder::note_table(void* self, const char* table) noexcept {
    auto& mine = *static_cast<sqlite_recorder*>(self);
    try {
        mine.written_.emplace(table);
    } catch (...) {
        mine.complete_ = false;  // no memory
    }
    return 1;
}

/// Rows of tables without a primary key are not recorded: they would be lost.
void sqlite_recorder::check_tables() {
    for (const std::string& table : written_) {
        if (table.starts_with("sqlite_")) continue;
        prepared p;
        compile(db_, "SELECT COUNT(*) FROM pragma_table_info(?1) WHERE pk > 0", 0, server_, p);
        sqlite3_bind_text(p.handle, 1, table.data(), static_cast<int>(table.size()),
                          SQLITE_TRANSIENT);
        const bool has_key =
            sqlite3_step(p.handle) == SQLITE_ROW && sqlite3_column_int(p.handle, 0) > 0;
        if (!has_key)
            raise({.code = error_code::cannot_prepare,
                   .message = fmt::format(
                       "table {} has no primary key, so what a transaction over several shards "
                       "writes there cannot be kept safe: give it one",
                       table),
                   .server = server_,
                   .table = table});
    }
}

std::string sqlite_recorder::take() {
    if (session_ == nullptr || !complete_) raise(error_code::internal, "changes were not recorded");
    int broken = 0;
    int highest = 0;
    sqlite3_db_status(db_, SQLITE_DBSTATUS_DEFERRED_FKS, &broken, &highest, 0);
    if (broken != 0)
        raise({.code = error_code::foreign_key_violation,
               .message = "SQLite: FOREIGN KEY constraint failed",
               .server = server_,
               .sqlstate = "23503"});
    check_tables();
    int size = 0;
    void* bytes = nullptr;
    const int rc = sqlite3session_changeset(session_, &size, &bytes);
    if (rc != SQLITE_OK) raise_error(db_, rc, server_, "recording changes");
    std::string changes(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    sqlite3_free(bytes);
    stop();
    return changes;
}

void sqlite_recorder::apply(std::string_view changes) {
    if (changes.empty()) return;
    const rows_only scope(db_);
    std::string bytes(changes);  // SQLite wants them writable
    const int rc = sqlite3changeset_apply(db_, static_cast<int>(bytes.size()), bytes.data(),
                                          nullptr, &on_conflict, nullptr);
    if (rc == SQLITE_ABORT)
        raise({.code = error_code::internal,
               .message = "rows of a prepared transaction were changed by somebody who did not "
                          "wait for it; nothing was applied",
               .server = server_});
    if (rc != SQLITE_OK) raise_error(db_, rc, server_, "applying changes");
}

void sqlite_recorder::wait_while(std::string_view query) {
    if (guarded()) return;
    compile(db_, query, SQLITE_PREPARE_PERSISTENT, server_, guard_);
}

void sqlite_recorder::stop() noexcept {
    if (session_ != nullptr) sqlite3session_delete(session_);
    session_ = nullptr;
    written_.clear();
}

bool sqlite_recorder::blocked() {
    const int rc = sqlite3_step(guard_.handle);
    const int failed = sqlite3_reset(guard_.handle);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) raise_error(db_, failed, server_, "BEGIN IMMEDIATE");
    return rc == SQLITE_ROW;
}

}  // namespace shardwise::engine::sqlite
