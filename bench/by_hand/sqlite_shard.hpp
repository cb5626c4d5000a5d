// SPDX-License-Identifier: MIT
// A thin layer over sqlite3: a file and its prepared statements. One thread.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/rows.hpp"
#include "common/shards_file.hpp"

namespace bench::sqlite {

class statement {
public:
    statement() = default;
    statement(sqlite3* db, const char* sql);

    statement& bind(int at, std::int64_t value) {
        sqlite3_bind_int64(get(), at, value);
        return *this;
    }
    /// The text must live until reset().
    statement& bind(int at, std::string_view value) {
        sqlite3_bind_text(get(), at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
        return *this;
    }
    /// True: there is a row.
    bool step();
    void reset() { sqlite3_reset(get()); }
    /// Runs to the end, without rows.
    void run() {
        while (step()) {
        }
        reset();
    }
    std::int64_t integer(int column) const { return sqlite3_column_int64(get(), column); }
    std::string_view text(int column) const {
        const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(get(), column));
        return {data, static_cast<std::size_t>(sqlite3_column_bytes(get(), column))};
    }
    /// The columns of users in their order.
    user_row user() const;
    void bind_user(const user_row& u);

private:
    struct finalize {
        void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
    };
    sqlite3_stmt* get() const { return handle_.get(); }
    std::unique_ptr<sqlite3_stmt, finalize> handle_;
};

class shard {
public:
    explicit shard(const std::string& url);
    statement prepare(const char* sql) const { return {db_.get(), sql}; }
    void execute(const char* sql) const;

private:
    struct close {
        void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
    };
    std::unique_ptr<sqlite3, close> db_;
};

/// BEGIN IMMEDIATE, again and again while `look` finds prepared changes of others.
void begin_unblocked(statement& begin, statement& look, statement& rollback);

inline constexpr const char* insert_user = "INSERT INTO users_ins VALUES (?,?,?,?,?,?)";

}  // namespace bench::sqlite
