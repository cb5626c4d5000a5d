// SPDX-License-Identifier: MIT
// A thin layer over libmariadb: connections, prepared statements, text queries sent without
// waiting, LOAD DATA from memory. One thread.
#pragma once

#include <mysql.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/rows.hpp"
#include "common/shards_file.hpp"

namespace bench::mariadb {

MYSQL_TIME time_of(std::int64_t micros);
std::int64_t micros_of(const MYSQL_TIME& t);
/// "2020-01-31 12:34:56.123456"
std::int64_t micros_of(std::string_view text);
std::string text_of(std::int64_t micros);

/// A prepared statement whose result columns have fixed places.
class statement {
public:
    statement(MYSQL* db, const char* sql, std::size_t columns);

    /// Where a parameter's value is; the places must stay until run().
    void bind(std::size_t at, std::int64_t& value);
    void bind(std::size_t at, std::string& value);
    void bind(std::size_t at, MYSQL_TIME& value);
    void bind_user(user_row& u);

    void column(std::size_t at, std::int64_t& value);
    void column(std::size_t at, std::int32_t& value);
    void column_text(std::size_t at);
    void column_time(std::size_t at);

    /// Executes and reads the whole answer.
    void run();
    bool fetch();
    /// Of a column bound as text; lives until the following fetch().
    std::string_view text(std::size_t at) const { return {texts_[at].data(), lengths_[at]}; }
    std::int64_t time(std::size_t at) const { return micros_of(times_[at]); }
    void done() { mysql_stmt_free_result(handle_.get()); }

private:
    static constexpr std::size_t most = 8;
    struct close {
        void operator()(MYSQL_STMT* s) const { mysql_stmt_close(s); }
    };
    [[noreturn]] void fail() const;

    std::unique_ptr<MYSQL_STMT, close> handle_;
    std::array<MYSQL_BIND, most> in_{};
    std::array<MYSQL_BIND, most> out_{};
    std::array<unsigned long, most> lengths_{};
    std::array<std::array<char, 256>, most> texts_{};
    std::array<MYSQL_TIME, most> times_{};
    bool parameters_bound_ = false;
    bool columns_bound_ = false;
};

struct free_result {
    void operator()(MYSQL_RES* r) const { mysql_free_result(r); }
};
using result = std::unique_ptr<MYSQL_RES, free_result>;

/// One field of a text row.
struct text_row {
    MYSQL_ROW fields;
    const unsigned long* lengths;
    std::string_view text(std::size_t at) const { return {fields[at], lengths[at]}; }
    std::int64_t integer(std::size_t at) const;
    user_row user() const;
};

class shard {
public:
    explicit shard(const std::string& url);
    MYSQL* handle() const { return handle_.get(); }

    void execute(const std::string& sql);
    void send(const std::string& sql);
    /// The answer of send(): whole (store) or row by row from the socket (use).
    result store();
    result use();
    /// Of send() with several statements, which must be allowed first.
    void receive_all();
    void allow_many_statements();

    /// LOAD DATA LOCAL; `more` appends to its argument, and leaves it empty at the end.
    void load(const std::string& sql, std::function<void(std::string&)> more);

private:
    struct close {
        void operator()(MYSQL* m) const { mysql_close(m); }
    };
    [[noreturn]] void fail(const std::string& what) const;
    std::unique_ptr<MYSQL, close> handle_;
};

/// False at the end.
bool next(const result& r, text_row& row);

/// A line for LOAD DATA; the values need no escapes.
void append_user(std::string& to, const user_row& u);

}  // namespace bench::mariadb
