// SPDX-License-Identifier: MIT
#include "engine/driver/sqlite/errors.hpp"

#include <fmt/format.h>

namespace shardwise::engine::sqlite {
namespace {

struct meaning {
    error_code code;
    const char* sqlstate;
    const char* help;  ///< for people; empty: SQLite's own words are enough
};

meaning constraint_meaning(int rc) noexcept {
    switch (rc) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return {error_code::unique_violation, "23505", ""};
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return {error_code::foreign_key_violation, "23503", ""};
        case SQLITE_CONSTRAINT_NOTNULL:
            return {error_code::not_null_violation, "23502", ""};
        case SQLITE_CONSTRAINT_CHECK:
            return {error_code::check_violation, "23514", ""};
        default:
            return {error_code::statement_failed, "23000", ""};
    }
}

meaning meaning_of(int rc) noexcept {
    if (rc == SQLITE_BUSY_SNAPSHOT)
        return {error_code::serialization_failure, "40001",
                "; another connection has written since this transaction began to read"};
    switch (rc & 0xff) {
        case SQLITE_CONSTRAINT:
            return constraint_meaning(rc);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {error_code::lock_timeout, "55P03", "; another connection holds the write lock"};
        case SQLITE_FULL:
            return {error_code::disk_full, "53100", ""};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return {error_code::permission_denied, "42501",
                    "; the file and its folder must be writable for this process"};
        case SQLITE_CANTOPEN:
            return {error_code::connect_failed, "08001", ""};
        case SQLITE_CORRUPT:
            return {error_code::connect_failed, "XX001",
                    "; the file is damaged: restore it from a backup"};
        case SQLITE_NOTADB:
            return {error_code::connect_failed, "XX001",
                    "; the file exists and is not a SQLite database: name another one"};
        case SQLITE_INTERRUPT:
            return {error_code::cancelled, "57014", ""};
        case SQLITE_NOMEM:
            return {error_code::statement_failed, "53200", ""};
        case SQLITE_IOERR:
            return {error_code::statement_failed, "58030", ""};
        case SQLITE_TOOBIG:
            return {error_code::statement_failed, "54000", ""};
        default:
            return {error_code::statement_failed, "", ""};
    }
}

/// "UNIQUE constraint failed: users.email, users.name" -> "users.email, users.name".
std::string_view behind_colon(std::string_view text) noexcept {
    constexpr std::string_view marker = "constraint failed: ";
    const std::size_t at = text.find(marker);
    return at == std::string_view::npos ? std::string_view{} : text.substr(at + marker.size());
}

}  // namespace

error_info describe_error(int rc, std::string_view text, std::string_view server) {
    meaning m = meaning_of(rc);
    // The rows of a parent are checked by a trigger of SQLite's own.
    if (rc == SQLITE_CONSTRAINT_TRIGGER && text == "FOREIGN KEY constraint failed")
        m = constraint_meaning(SQLITE_CONSTRAINT_FOREIGNKEY);
    error_info info;
    info.code = m.code;
    info.server = server;
    info.sqlstate = m.sqlstate;
    info.message = fmt::format("SQLite: {}{}", text, m.help);
    if ((rc & 0xff) != SQLITE_CONSTRAINT) return info;
    std::string_view violated = behind_colon(text);
    if (violated.substr(0, 7) == "index '" && violated.size() > 8) {
        info.constraint = violated.substr(7, violated.size() - 8);  // an index on an expression
        return info;
    }
    info.constraint = violated;
    if (m.code == error_code::unique_violation || m.code == error_code::not_null_violation) {
        const std::size_t dot = violated.find('.');
        if (dot != std::string_view::npos) info.table = violated.substr(0, dot);
    }
    return info;
}

void raise_error(sqlite3* db, int rc, std::string_view server, std::string_view statement) {
    const char* text = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    error_info info = describe_error(rc, text, server);
    info.statement = statement;
    raise(std::move(info));
}

}  // namespace shardwise::engine::sqlite
