// SPDX-License-Identifier: MIT
#include "by_hand/sqlite_shard.hpp"

#include <unistd.h>

#include <stdexcept>

namespace bench::sqlite {

statement::statement(sqlite3* db, const char* sql) {
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr) != SQLITE_OK)
        throw std::runtime_error(std::string(sqlite3_errmsg(db)) + " in " + sql);
    handle_.reset(handle);
}

bool statement::step() {
    const int rc = sqlite3_step(get());
    if (rc == SQLITE_ROW) return true;
    if (rc == SQLITE_DONE) return false;
    throw std::runtime_error(sqlite3_errmsg(sqlite3_db_handle(get())));
}

user_row statement::user() const {
    user_row u;
    u.id = integer(0);
    u.name = text(1);
    u.email = text(2);
    u.country = text(3);
    u.balance = integer(4);
    u.created = integer(5);
    return u;
}

void statement::bind_user(const user_row& u) {
    bind(1, u.id).bind(2, u.name).bind(3, u.email).bind(4, u.country);
    bind(5, u.balance).bind(6, u.created);
}

shard::shard(const std::string& text) {
    const database_url url = parse_url(text);
    sqlite3* db = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int rc = sqlite3_open_v2(url.database.c_str(), &db, flags, nullptr);
    db_.reset(db);
    if (rc != SQLITE_OK) throw std::runtime_error("cannot open " + url.database);
    sqlite3_busy_timeout(db, 10'000);
    execute("PRAGMA journal_mode = WAL");
    execute(("PRAGMA synchronous = " + url.option("synchronous", "full")).c_str());
    execute("PRAGMA mmap_size = 268435456");
}

void shard::execute(const char* sql) const {
    if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error(std::string(sqlite3_errmsg(db_.get())) + " in " + sql);
}

void begin_unblocked(statement& begin, statement& look, statement& rollback) {
    for (;;) {
        begin.run();
        const bool prepared = look.step();
        look.reset();
        if (!prepared) return;
        rollback.run();
        usleep(100);
    }
}

}  // namespace bench::sqlite
