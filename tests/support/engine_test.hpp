// SPDX-License-Identifier: MIT
// The fixture of the compliance suite in tests/dialect/engine: one engine, named by the parameter,
// tables that are dropped at the end, and short forms to run statements. SQL is written with `?`.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "shardwise/base/error.hpp"
#include "support/engines.hpp"

namespace shardwise::test {

using engine::engine_kind;
using row = std::vector<value>;
using rows = std::vector<row>;

inline deadline soon() { return deadline::after(std::chrono::seconds(30)); }
inline deadline in_ms(int ms) { return deadline::after(std::chrono::milliseconds(ms)); }

/// A column or a parameter; `scale` is that of decimals.
struct typed {
    typed(column_type t, int s = 0) : type(t), scale(static_cast<std::uint8_t>(s)) {}
    column_type type;
    std::uint8_t scale;
};
using types = std::vector<typed>;

/// Reads on until a row or the end, waiting as a session would.
inline engine::fetch advance(engine::connection& c, std::vector<arg>& to, deadline limit = soon()) {
    for (;;) {
        const engine::fetch got = c.next(to);
        if (got != engine::fetch::wait) return got;
        engine::wait(c, limit);
    }
}

/// Reads a statement to its end.
inline rows read_all(engine::connection& c, std::size_t columns, deadline limit = soon()) {
    rows all;
    std::vector<arg> views(columns);
    while (advance(c, views, limit) == engine::fetch::row) {
        row& r = all.emplace_back();
        for (const arg& v : views) r.emplace_back(v);
    }
    return all;
}

/// The error that `act` throws; fails the test when there is none.
template <typename Act>
error_info error_of(Act&& act) {
    try {
        act();
    } catch (const error& e) {
        return e.info();
    }
    ADD_FAILURE() << "no error was thrown";
    return {};
}
template <typename Act>
error_code code_of(Act&& act) {
    return error_of(std::forward<Act>(act)).code;
}

class engine_test : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        const auto found = find_engine(GetParam(), folder_);
        if (found) {
            target_ = *found;
            return;
        }
        const std::string why = "no " + GetParam() + " server: start some with scripts/servers up" +
                                " and name the file in SHARDWISE_TEST_SERVERS";
        if (no_skips()) FAIL() << why;
        GTEST_SKIP() << why;
    }

    void TearDown() override {
        if (db_ == nullptr) return;
        for (auto t = tables_.rbegin(); t != tables_.rend(); ++t) {
            auto c = db_->acquire(soon());
            engine::run(*c, "DROP TABLE IF EXISTS " + *t, soon());
        }
    }

    engine_kind kind() const { return target_.kind; }
    bool sqlite() const { return kind() == engine_kind::sqlite; }
    bool postgres() const { return kind() == engine_kind::postgres; }
    bool mariadb() const { return kind() == engine_kind::mariadb; }

    engine::engine& db() {
        if (db_ == nullptr) db_ = open();
        return *db_;
    }
    std::unique_ptr<engine::engine> open(const std::string& options = {},
                                         engine::pool_options pool = {}) const {
        std::string url = target_.url;
        if (!options.empty()) url += (url.find('?') == std::string::npos ? "?" : "&") + options;
        return std::make_unique<engine::engine>(engine::parse_url(url), pool);
    }
    engine::lease connect() { return db().acquire(soon()); }

    /// The DDL type of docs/types.md.
    std::string sql_type(column_type t, int precision = 18, int scale = 4) const {
        const std::string digits =
            "(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
        const auto pick = [this](const char* s, const char* p, const char* m) -> std::string {
            return sqlite() ? s : postgres() ? p : m;
        };
        switch (t) {
            case column_type::boolean:
                return pick("INTEGER", "boolean", "tinyint(1)");
            case column_type::int16:
                return pick("INTEGER", "smallint", "smallint");
            case column_type::int32:
                return pick("INTEGER", "integer", "int");
            case column_type::int64:
                return pick("INTEGER", "bigint", "bigint");
            case column_type::float64:
                return pick("REAL", "double precision", "double");
            case column_type::text:
                return pick("TEXT", "text COLLATE \"C\"",
                            "longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin");
            case column_type::blob:
                return pick("BLOB", "bytea", "longblob");
            case column_type::uuid:
                return pick("BLOB", "uuid", "binary(16)");
            case column_type::date:
                return pick("INTEGER", "date", "date");
            case column_type::timestamp:
                return pick("INTEGER", "timestamptz", "datetime(6)");
            case column_type::decimal:
                return sqlite() ? "INTEGER" : (postgres() ? "numeric" : "decimal") + digits;
            case column_type::json:
                return pick("TEXT", "json",
                            "longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin");
        }
        return {};
    }

    /// Creates a table with these column definitions; dropped at the end of the test.
    std::string create_table(const std::string& columns) {
        const std::string table = unique_name("t");
        auto c = connect();
        engine::run(*c, "CREATE TABLE " + table + " (" + columns + ")", soon());
        tables_.push_back(table);
        return table;
    }
    /// (id bigint primary key, v <type>)
    std::string create_value_table(column_type t, int precision = 18, int scale = 4) {
        return create_table("id " + sql_type(column_type::int64) + " PRIMARY KEY, v " +
                            sql_type(t, precision, scale) +
                            (mariadb() && t == column_type::timestamp ? " NULL" : ""));
    }

    /// An interned statement; each `?` of the text becomes the engine's placeholder.
    engine::statement_ptr make(const std::string& text, const types& parameters = {},
                               const types& columns = {}) {
        engine::statement s;
        int n = 0;
        for (const char ch : text)
            if (ch != '?')
                s.text.push_back(ch);
            else
                s.text += postgres() ? "$" + std::to_string(++n) : "?";
        for (const typed& p : parameters) s.parameters.push_back({p.type, p.scale});
        for (const typed& c : columns) s.columns.push_back({c.type, c.scale});
        return db().prepare(std::move(s));
    }

    std::int64_t execute(engine::connection& c, const std::string& text,
                         const types& parameters = {}, const std::vector<arg>& args = {}) {
        return engine::run(c, *make(text, parameters), args, soon());
    }
    rows query(engine::connection& c, const std::string& text, const types& columns,
               const types& parameters = {}, const std::vector<arg>& args = {}) {
        rows all;
        engine::run(c, *make(text, parameters, columns), args, soon(),
                    [&all](std::span<const arg> views) {
                        row& r = all.emplace_back();
                        for (const arg& v : views) r.emplace_back(v);
                    });
        return all;
    }
    std::int64_t count(engine::connection& c, const std::string& table) {
        return query(c, "SELECT COUNT(*) FROM " + table, {column_type::int64})
            .at(0)
            .at(0)
            .view()
            .to_integer();
    }
    void expect_usable(engine::connection& c) {
        EXPECT_EQ(c.pending(), 0U);
        EXPECT_EQ(query(c,
                        "SELECT CAST(42 AS " +
                            std::string(mariadb() ? "SIGNED" : sql_type(column_type::int64)) + ")",
                        {column_type::int64})
                      .at(0)
                      .at(0),
                  value{arg{std::int64_t{42}}});
    }

    std::string begin() const { return sqlite() ? "BEGIN IMMEDIATE" : "BEGIN"; }

    /// SELECT of the integers 1..n.
    std::string numbers(const std::string& n) const {
        if (postgres()) return "SELECT i FROM generate_series(1::bigint, " + n + ") AS g(i)";
        if (mariadb()) return "SELECT CAST(seq AS SIGNED) AS i FROM seq_1_to_" + n;
        return "WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < " + n +
               ") SELECT i FROM g";
    }
    /// Works for minutes; returns one int64.
    std::string slow_query() const {
        if (postgres()) return "SELECT 1::bigint FROM pg_sleep(120)";
        if (mariadb())
            return "SELECT CAST(SUM(a.seq * b.seq % 7) AS SIGNED) FROM seq_1_to_1000000 a, "
                   "seq_1_to_1000000 b";
        return "SELECT COUNT(*) FROM (" + numbers("100000000000") + ")";
    }

    temp_folder folder_;
    test_engine target_;
    std::unique_ptr<engine::engine> db_;
    std::vector<std::string> tables_;
};

}  // namespace shardwise::test
