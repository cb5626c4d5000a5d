// SPDX-License-Identifier: MIT
#include "engine/driver/sqlite/driver.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <thread>

#include "engine/driver/sqlite/connection.hpp"
#include "engine/driver/sqlite/errors.hpp"
#include "engine/driver/sqlite/functions.hpp"
#include "engine/driver/sqlite/values.hpp"
#include "engine/scratch.hpp"
#include "engine/storable.hpp"

namespace shardwise::engine {
namespace sqlite {
namespace {

[[noreturn]] void refuse(const url& where, error_code code, std::string message) {
    raise({.code = code, .message = std::move(message), .server = where.display()});
}

/// SQLite's own words ("unable to open database file") do not say why.
void check_folder(const url& where) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    const fs::path file(where.database);
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, ignored))
        refuse(where, error_code::connect_failed,
               fmt::format("the folder '{}' of the SQLite file '{}' does not exist: create it",
                           folder.string(), where.database));
    if (fs::is_directory(file, ignored))
        refuse(where, error_code::connect_failed,
               fmt::format("'{}' is a folder, not a SQLite file", where.database));
}

database open(const url& where) {
    std::string path = where.database;
    if (!where.is_memory()) {
        check_folder(where);
        // Debian's SQLite reads names that begin with "file:" as URIs.
        if (path.front() != '/') path.insert(0, "./");
    }
    sqlite3* raw = nullptr;
    const int rc = sqlite3_open_v2(
        path.c_str(), &raw,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr);
    database db(raw);
    if (rc != SQLITE_OK) {
        error_info info = describe_error(rc, sqlite3_errstr(rc), where.display());
        if (info.code == error_code::connect_failed)
            info.message +=
                fmt::format("; '{}' and its folder must be readable and writable", where.database);
        raise(std::move(info));
    }
    return db;
}

void configure(sqlite3* db) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);  // "name" is never a text
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    add_functions(db);
}

sqlite_connection::limits limits_of(const url& where, const connect_options& options) {
    sqlite_connection::limits l;
    l.statement = options.statement_timeout;
    l.statement_cache = options.statement_cache;
    if (options.lock_timeout.count() > 0) l.busy = options.lock_timeout;
    if (const auto own = where.options.find("busy_timeout_ms"); own != where.options.end())
        l.busy = std::chrono::milliseconds(std::stoll(own->second));
    return l;
}

/// The first opener of a file changes its journal; while another one does the same SQLite answers
/// SQLITE_BUSY without asking the busy handler.
void switch_to_wal(sqlite_connection& c, deadline limit) {
    const deadline last = earlier(limit, deadline::after(std::chrono::seconds(5)));
    for (;;) {
        try {
            c.execute("PRAGMA journal_mode = WAL");
            return;
        } catch (const error& e) {
            if (e.code() != error_code::lock_timeout || last.passed()) throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

void set_up(sqlite_connection& c, const url& where, deadline limit) {
    c.limit_to(limit);
    if (!where.is_memory()) {
        switch_to_wal(c, limit);
        const auto given = where.options.find("synchronous");
        c.execute(fmt::format("PRAGMA synchronous = {}",
                              given == where.options.end() ? "full" : given->second));
        c.execute("PRAGMA mmap_size = 268435456");
    }
    c.execute("PRAGMA case_sensitive_like = ON");
    c.limit_to(deadline::never());
}

class file_driver final : public driver {
public:
    std::unique_ptr<connection> connect(const url& where, const connect_options& options,
                                        deadline limit) override {
        database db = open(where);
        configure(db.get());
        auto c = std::make_unique<sqlite_connection>(std::move(db), where.display(),
                                                     limits_of(where, options));
        set_up(*c, where, limit);
        return c;
    }

    server_info describe(connection&, deadline) override {
        return {.version = fmt::format("SQLite {}", sqlite3_libversion()),
                .prepared_transactions = false,
                .encrypted = false};
    }

    void check_storable(const arg& v, column_type type) const override {
        check_argument(v, type);
        check_value(v, {type == column_type::decimal ? column_type::int64 : type, 0}, 0);
        if (type != column_type::decimal || v.is_null()) return;
        const decimal d = v.to_decimal();  // the column's scale is not known here: its digits are
        if (d.high() != (static_cast<std::int64_t>(d.low()) < 0 ? -1 : 0))
            raise(error_code::value_not_storable,
                  "a decimal has more digits than SQLite's 64-bit integers keep");
    }
};

}  // namespace
}  // namespace sqlite

std::unique_ptr<connection> open_scratch(std::size_t cache_bytes) {
    sqlite3* raw = nullptr;
    // No name: a temporary file that SQLite makes when the cache is full.
    const int rc = sqlite3_open_v2(
        "", &raw,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr);
    sqlite::database db(raw);
    if (rc != SQLITE_OK)
        raise(sqlite::describe_error(rc, sqlite3_errstr(rc), "the client's scratch database"));
    sqlite::configure(db.get());
    auto c = std::make_unique<sqlite::sqlite_connection>(
        std::move(db), "the client's scratch database", sqlite::sqlite_connection::limits{});
    // Nothing has to survive: rows are written once and read.
    c->execute("PRAGMA journal_mode = OFF");
    c->execute("PRAGMA synchronous = OFF");
    c->execute("PRAGMA locking_mode = EXCLUSIVE");
    c->execute("PRAGMA temp_store = FILE");
    c->execute(fmt::format("PRAGMA cache_size = -{}", cache_bytes / 1024));
    c->execute("PRAGMA case_sensitive_like = ON");
    return c;
}

driver& sqlite_driver() {
    static sqlite::file_driver only;
    return only;
}

}  // namespace shardwise::engine
