// SPDX-License-Identifier: MIT
#include "by_hand/mariadb_shard.hpp"

#include <errmsg.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace bench::mariadb {
namespace {

using std::chrono::sys_days;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86'400 * second;

std::int64_t days_of(unsigned year, unsigned month, unsigned day_of_month) {
    using namespace std::chrono;
    return sys_days(std::chrono::year(static_cast<int>(year)) / std::chrono::month(month) /
                    std::chrono::day(day_of_month))
        .time_since_epoch()
        .count();
}

unsigned digits(std::string_view text, std::size_t from, std::size_t count) {
    unsigned n = 0;
    for (const char c : text.substr(from, count)) n = n * 10 + static_cast<unsigned>(c - '0');
    return n;
}

/// What LOAD DATA reads: the chunks of a function.
struct source {
    std::function<void(std::string&)> more;
    std::string chunk;
    std::size_t at = 0;
};

int open_source(void** reader, const char*, void* given) {
    *reader = given;
    return 0;
}
int read_source(void* reader, char* buffer, unsigned int size) {
    auto& s = *static_cast<source*>(reader);
    if (s.at == s.chunk.size()) {
        s.chunk.clear();
        s.at = 0;
        s.more(s.chunk);
    }
    const auto taken = std::min(s.chunk.size() - s.at, static_cast<std::size_t>(size));
    std::memcpy(buffer, s.chunk.data() + s.at, taken);
    s.at += taken;
    return static_cast<int>(taken);
}
void end_source(void*) {}
int source_error(void*, char*, unsigned int) { return CR_UNKNOWN_ERROR; }

}  // namespace

MYSQL_TIME time_of(std::int64_t micros) {
    using namespace std::chrono;
    const sys_days date{days(micros / day)};
    const year_month_day ymd(date);
    const std::int64_t rest = micros % day;
    MYSQL_TIME t{};
    t.year = static_cast<unsigned>(static_cast<int>(ymd.year()));
    t.month = static_cast<unsigned>(ymd.month());
    t.day = static_cast<unsigned>(ymd.day());
    t.hour = static_cast<unsigned>(rest / (3600 * second));
    t.minute = static_cast<unsigned>(rest / (60 * second) % 60);
    t.second = static_cast<unsigned>(rest / second % 60);
    t.second_part = static_cast<unsigned long>(rest % second);
    t.time_type = MYSQL_TIMESTAMP_DATETIME;
    return t;
}

std::int64_t micros_of(const MYSQL_TIME& t) {
    return days_of(t.year, t.month, t.day) * day +
           (std::int64_t{t.hour} * 3600 + t.minute * 60 + t.second) * second +
           static_cast<std::int64_t>(t.second_part);
}

std::int64_t micros_of(std::string_view t) {
    return days_of(digits(t, 0, 4), digits(t, 5, 2), digits(t, 8, 2)) * day +
           (std::int64_t{digits(t, 11, 2)} * 3600 + digits(t, 14, 2) * 60 + digits(t, 17, 2)) *
               second +
           digits(t, 20, 6);
}

std::string text_of(std::int64_t micros) {
    const MYSQL_TIME t = time_of(micros);
    char text[64];
    const int size = std::snprintf(text, sizeof text, "%04u-%02u-%02u %02u:%02u:%02u.%06lu", t.year,
                                   t.month, t.day, t.hour, t.minute, t.second, t.second_part);
    return {text, static_cast<std::size_t>(size)};
}

statement::statement(MYSQL* db, const char* sql, std::size_t columns)
    : handle_(mysql_stmt_init(db)) {
    if (mysql_stmt_prepare(handle_.get(), sql, std::strlen(sql)) != 0) fail();
    for (std::size_t i = 0; i < columns; ++i) column_text(i);
}

void statement::fail() const { throw std::runtime_error(mysql_stmt_error(handle_.get())); }

void statement::bind(std::size_t at, std::int64_t& value) {
    in_[at].buffer_type = MYSQL_TYPE_LONGLONG;
    in_[at].buffer = &value;
    parameters_bound_ = false;
}
void statement::bind(std::size_t at, std::string& value) {
    in_[at].buffer_type = MYSQL_TYPE_STRING;
    in_[at].buffer = value.data();
    in_[at].buffer_length = value.size();
    parameters_bound_ = false;
}
void statement::bind(std::size_t at, MYSQL_TIME& value) {
    in_[at].buffer_type = MYSQL_TYPE_DATETIME;
    in_[at].buffer = &value;
    parameters_bound_ = false;
}

void statement::bind_user(user_row& u) {
    bind(0, u.id);
    bind(1, u.name);
    bind(2, u.email);
    bind(3, u.country);
    bind(4, u.balance);
    times_[5] = time_of(u.created);
    bind(5, times_[5]);
}

void statement::column(std::size_t at, std::int64_t& value) {
    out_[at] = {};
    out_[at].buffer_type = MYSQL_TYPE_LONGLONG;
    out_[at].buffer = &value;
}
void statement::column(std::size_t at, std::int32_t& value) {
    out_[at] = {};
    out_[at].buffer_type = MYSQL_TYPE_LONG;
    out_[at].buffer = &value;
}
void statement::column_text(std::size_t at) {
    out_[at] = {};
    out_[at].buffer_type = MYSQL_TYPE_STRING;
    out_[at].buffer = texts_[at].data();
    out_[at].buffer_length = texts_[at].size();
    out_[at].length = &lengths_[at];
}
void statement::column_time(std::size_t at) {
    out_[at] = {};
    out_[at].buffer_type = MYSQL_TYPE_DATETIME;
    out_[at].buffer = &times_[at];
}

void statement::run() {
    MYSQL_STMT* const s = handle_.get();
    if (!parameters_bound_ && mysql_stmt_bind_param(s, in_.data()) != 0) fail();
    parameters_bound_ = true;
    if (mysql_stmt_execute(s) != 0) fail();
    if (mysql_stmt_field_count(s) == 0) return;
    if (!columns_bound_ && mysql_stmt_bind_result(s, out_.data()) != 0) fail();
    columns_bound_ = true;
    if (mysql_stmt_store_result(s) != 0) fail();
}

bool statement::fetch() {
    const int rc = mysql_stmt_fetch(handle_.get());
    if (rc == 0) return true;
    if (rc == MYSQL_NO_DATA) return false;
    fail();
}

std::int64_t text_row::integer(std::size_t at) const {
    std::int64_t v = 0;
    std::from_chars(fields[at], fields[at] + lengths[at], v);
    return v;
}

user_row text_row::user() const {
    user_row u;
    u.id = integer(0);
    u.name = text(1);
    u.email = text(2);
    u.country = text(3);
    u.balance = integer(4);
    u.created = micros_of(text(5));
    return u;
}

bool next(const result& r, text_row& row) {
    row.fields = mysql_fetch_row(r.get());
    if (row.fields == nullptr) return false;
    row.lengths = mysql_fetch_lengths(r.get());
    return true;
}

shard::shard(const std::string& text) : handle_(mysql_init(nullptr)) {
    const database_url url = parse_url(text);
    const unsigned int on = 1;
    mysql_options(handle(), MYSQL_OPT_LOCAL_INFILE, &on);
    mysql_options(handle(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
    const std::string socket = url.option("socket");
    if (mysql_real_connect(handle(), url.host.c_str(), url.user.c_str(), url.password.c_str(),
                           url.database.c_str(), url.port,
                           socket.empty() ? nullptr : socket.c_str(), 0) == nullptr)
        fail("connect");
    execute("SET time_zone='+00:00', tx_isolation='READ-COMMITTED'");
}

void shard::fail(const std::string& what) const {
    throw std::runtime_error(what + ": " + mysql_error(handle()));
}

void shard::execute(const std::string& sql) {
    send(sql);
    if (mysql_read_query_result(handle()) != 0) fail(sql);
    const result r(mysql_store_result(handle()));
}

void shard::send(const std::string& sql) {
    if (mysql_send_query(handle(), sql.data(), sql.size()) != 0) fail(sql);
}

result shard::store() {
    if (mysql_read_query_result(handle()) != 0) fail("answer");
    return result(mysql_store_result(handle()));
}

result shard::use() {
    if (mysql_read_query_result(handle()) != 0) fail("answer");
    return result(mysql_use_result(handle()));
}

void shard::receive_all() {
    store();
    while (mysql_more_results(handle())) {
        if (mysql_next_result(handle()) > 0) fail("answer");
        const result r(mysql_store_result(handle()));
    }
}

void shard::allow_many_statements() {
    if (mysql_set_server_option(handle(), MYSQL_OPTION_MULTI_STATEMENTS_ON) != 0) fail("option");
}

void shard::load(const std::string& sql, std::function<void(std::string&)> more) {
    source s{std::move(more), {}, 0};
    mysql_set_local_infile_handler(handle(), open_source, read_source, end_source, source_error,
                                   &s);
    execute(sql);
    mysql_set_local_infile_default(handle());
}

void append_user(std::string& to, const user_row& u) {
    to += std::to_string(u.id);
    to.append(1, '\t').append(u.name);
    to.append(1, '\t').append(u.email);
    to.append(1, '\t').append(u.country);
    to.append(1, '\t').append(std::to_string(u.balance));
    to.append(1, '\t').append(text_of(u.created)).append(1, '\n');
}

}  // namespace bench::mariadb
