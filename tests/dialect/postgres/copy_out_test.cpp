// SPDX-License-Identifier: MIT
// Rows that are read by COPY (SELECT ...) TO STDOUT are the rows that the statement with parameters
// returns, and its errors are the same.
#include <gmock/gmock.h>

#include <cfloat>
#include <limits>
#include <random>
#include <thread>

#include "dialect/postgres/server.hpp"

namespace shardwise::engine::test {
namespace {

using ct = column_type;
using ::testing::HasSubstr;
using ::testing::StartsWith;

arg integer(std::int64_t v) { return arg{v}; }
arg text(std::string_view v) { return arg{v}; }

class CopyOut : public PostgresDriver {
protected:
    static statement streaming(statement s) {
        s.streaming = true;
        return s;
    }
    /// What the server has been sent for the rows of `s`, which must select it first.
    static std::string sent_text(connection& c, const statement& s,
                                 const std::vector<arg>& args = {}) {
        return std::string(rows_of(c, s, args).at(0).at(0).view().text());
    }
    /// The same rows with parameters and as a stream.
    void expect_same(const statement& s, const std::vector<arg>& args, const std::string& what) {
        const auto bound = rows_of(*c_, s, args);
        const auto copied = rows_of(*c_, streaming(s), args);
        ASSERT_EQ(bound.size(), copied.size()) << what;
        for (std::size_t r = 0; r < bound.size(); ++r)
            for (std::size_t i = 0; i < bound[r].size(); ++i)
                EXPECT_TRUE(same(bound[r][i].view(), copied[r][i].view()))
                    << what << ", row " << r << ", column " << i << ": "
                    << to_display(bound[r][i].view()) << " and " << to_display(copied[r][i].view());
    }
    void read_some(const statement& s, int rows, const std::vector<arg>& args = {}) {
        c_->send(s, args);
        std::vector<arg> row(s.columns.size());
        while (rows > 0)
            if (c_->next(row) == fetch::row)
                --rows;
            else
                wait(*c_, soon());
    }
};

TEST_F(CopyOut, IsUsedForStreamsAndForStatementsThatReturnManyRows) {
    const auto query = [](std::uint64_t id) {
        return sql("SELECT current_query(), i FROM generate_series(1::int8, $1) i", {ct::int64},
                   {ct::text, ct::int64}, id);
    };
    const auto copied = StartsWith("SELECT * FROM (SELECT current_query()");
    EXPECT_THAT(sent_text(*c_, streaming(query(1)), {integer(1)}), copied);
    EXPECT_THAT(sent_text(*c_, query(2), {integer(5000)}), StartsWith("SELECT current_query()"));
    for (int round = 0; round < 2; ++round)
        EXPECT_THAT(sent_text(*c_, query(2), {integer(5000)}), copied);
    EXPECT_EQ(rows_of(*c_, query(2), {integer(5000)}).size(), 5000U);
    for (int round = 0; round < 5; ++round) rows_of(*c_, query(2), {integer(2)});
    EXPECT_THAT(sent_text(*c_, query(2), {integer(2)}), StartsWith("SELECT current_query()"))
        << "few rows are not worth it";
    c_->send(streaming(query(1)), std::vector<arg>{integer(3)});
    c_->send(streaming(query(1)), std::vector<arg>{integer(4)});
    EXPECT_EQ(finish_one(*c_, 2), 3U);
    EXPECT_EQ(finish_one(*c_, 2), 4U);
    EXPECT_EQ(c_->affected_rows(), 0);
}

TEST_F(CopyOut, IsNotUsedWhereTheServerReadsOtherCharactersThanUtf8) {
    const statement s =
        streaming(sql("SELECT current_query(), $1", {ct::text}, {ct::text, ct::text}, 1));
    exec({"SET client_encoding = 'SJIS'"});
    EXPECT_THAT(sent_text(*c_, s, {text("x")}), StartsWith("SELECT current_query()"));
}

/// Each value as a result, compared with itself, with its type's name.
TEST_F(CopyOut, GivesLiteralsTheMeaningOfParameters) {
    using limits = std::numeric_limits<double>;
    uuid zero{}, ones;
    ones.octets.fill(0xff);
    std::string every_byte;
    for (int i = 0; i < 256; ++i) every_byte.push_back(static_cast<char>(i));
    const decimal wide = decimal::parse("-1234567890123456789012345678.0123456789");
    const std::vector<std::pair<column_type, std::vector<arg>>> values{
        {ct::boolean, {arg{true}, arg{false}}},
        {ct::int16, {integer(-32768), integer(32767), integer(0)}},
        {ct::int32, {integer(-2147483648LL), integer(2147483647)}},
        {ct::int64,
         {integer(std::numeric_limits<std::int64_t>::min()),
          integer(std::numeric_limits<std::int64_t>::max()), integer(-1)}},
        {ct::float64,
         {arg{0.1}, arg{-0.0}, arg{1e300}, arg{limits::denorm_min()}, arg{DBL_MIN}, arg{DBL_MAX},
          arg{-DBL_MAX}, arg{limits::quiet_NaN()}, arg{limits::infinity()},
          arg{-limits::infinity()}, arg{123456789.123456789}, integer(7)}},
        {ct::text,
         {text(""), text("'"), text("''"), text("\\"), text("\\'"), text("'\\"), text("$1"),
          text("$$"), text("--"), text("/*"), text("'; DROP TABLE t; --"),
          text("\\'; SELECT 1; --"), text("E'\\x27'"), text("\n\r\t\x01\x7f"), text("Grüße 世界 😀"),
          text("\\x41"), text("NULL"), text("%s {} {{"), text(std::string_view("a\\\\'b''c"))}},
        {ct::blob,
         {arg::of_bytes(nullptr, 0), arg::of_bytes(every_byte.data(), 256),
          arg::of_bytes("\\'", 2)}},
        {ct::uuid, {arg{zero}, arg{ones}}},
        {ct::date,
         {arg{date::from_ymd(1, 1, 1)}, arg{date::from_ymd(9999, 12, 31)},
          arg{date::from_ymd(2000, 2, 29)}, arg{date::from_ymd(1, 12, 31)}}},
        {ct::timestamp,
         {arg{timestamp{0}}, arg{timestamp{-1}}, arg{timestamp{1}},
          arg{timestamp::parse("0001-01-01 00:00:00")},
          arg{timestamp::parse("2024-02-29 12:34:56.789012")},
          arg{timestamp::parse("9999-12-31 23:59:59.999999")}}},
        {ct::decimal,
         {arg{decimal::parse("0")}, arg{decimal::parse("-1.50")}, arg{wide},
          arg{decimal::parse("0.0000000001")}, integer(-3)}},
        {ct::json,
         {arg::of_json("{\"b\" : 1,  \"a\": [\"it's\", \"\\\\\\\"\", null]}"),
          arg::of_json("null")}},
    };
    // Neither may depend on what a session has set.
    for (const char* set : {"SET DateStyle = 'ISO'", "SET standard_conforming_strings = off",
                            "SET DateStyle = 'SQL, DMY'", "SET TimeZone = 'Asia/Kathmandu'",
                            "SET bytea_output = 'escape'", "SET backslash_quote = on"}) {
        exec({set});
        std::uint64_t id = 1;
        for (auto [type, list] : values) {
            const statement s = sql("SELECT $1, pg_typeof($1)::text, $1 IS NULL, $1::text", {type},
                                    {type, ct::text, ct::boolean, ct::text}, id++);
            list.push_back(arg{});
            for (const arg& v : list) expect_same(s, {v}, std::string(set) + ": " + to_display(v));
        }
    }
}

TEST_F(CopyOut, FindsTheSameRowsForHostileTexts) {
    exec({"CREATE TABLE t (id bigint PRIMARY KEY, x text COLLATE \"C\", n numeric(10,2))"});
    const statement insert =
        sql("INSERT INTO t VALUES ($1, $2, $3)", {ct::int64, ct::text, ct::decimal}, {}, 1);
    const statement select =
        sql("SELECT id, x, n FROM t WHERE x = $1 OR (x > $1 AND n < -$2) ORDER BY x, id LIMIT $3",
            {ct::text, ct::decimal, ct::int64}, {ct::int64, ct::text, ct::decimal}, 2);
    std::mt19937 random(42);
    const std::vector<std::string> pieces{"'",  "\\",  "\"", "$1", "$",  ";",  "--",
                                          "/*", "*/",  "E'", "''", "\n", "x",  "ü",
                                          "😀",  "\\'", "(",  ")",  "%",  "U&'"};
    std::vector<std::string> texts;
    for (std::int64_t id = 0; id < 150; ++id) {
        std::string made;
        for (std::size_t n = random() % 8; n > 0; --n) made += pieces[random() % pieces.size()];
        texts.push_back(made);
        run(*c_, insert,
            std::vector<arg>{integer(id), text(made), arg{decimal{integer(id).integer() - 75}}},
            soon());
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto n = static_cast<std::int64_t>(random() % 100) - 50;
        expect_same(select, {text(texts[i]), arg{decimal{n}}, integer(40)}, texts[i]);
    }
    EXPECT_EQ(number(*c_, "SELECT count(*) FROM t"), 150);
}

TEST_F(CopyOut, ReadsServerTypesOfAdoptedTables) {
    exec({"CREATE TYPE mood AS ENUM ('sad', 'happy')",
          "CREATE DOMAIN small AS int CHECK (VALUE < 100)"});
    expect_same(sql("SELECT 'a'::varchar, 'b '::char(3), 'c'::name, '{\"k\": 1}'::jsonb, "
                    "'happy'::mood, 7::small, 1.5::float4, '2001-02-03 04:05:06'::timestamp, "
                    "sum(x)::numeric, 12::int8, NULL::text, 5, 5 FROM generate_series(1, 4) x",
                    {},
                    {ct::text, ct::text, ct::text, ct::json, ct::text, ct::int64, ct::float64,
                     ct::timestamp, ct::int64, ct::decimal, ct::text, ct::int32, ct::int64}),
                {}, "types");
}

/// COPY tells no types: eight bytes of a timestamp would be a bigint without a word.
TEST_F(CopyOut, SeesThatAColumnHasGotAnotherType) {
    exec({"CREATE TABLE t (a bigint)", "INSERT INTO t VALUES (5)"});
    const statement s = streaming(sql("SELECT a FROM t", {}, {ct::int64}, 1));
    EXPECT_EQ(rows_of(*c_, s).at(0).at(0).view().integer(), 5);
    exec({"ALTER TABLE t ALTER a TYPE int"});
    EXPECT_EQ(rows_of(*c_, s).at(0).at(0).view().integer(), 5);
    exec({"ALTER TABLE t ALTER a TYPE timestamptz USING now()"});
    const auto info = failure_of([&] { rows_of(*c_, s); });
    EXPECT_EQ(info.code, error_code::bad_value);
    EXPECT_THAT(info.message, HasSubstr("'a'"));
    EXPECT_EQ(info.statement, s.text);
    exec({"ALTER TABLE t ALTER a TYPE float8 USING 0.5"});
    EXPECT_EQ(failure_of([&] { rows_of(*c_, s); }).code, error_code::bad_value);
    exec({"ALTER TABLE t ALTER a TYPE numeric USING 6"});
    EXPECT_EQ(rows_of(*c_, s).at(0).at(0).view().integer(), 6);
    const statement two = streaming(sql("SELECT a FROM t", {}, {ct::int64, ct::int64}, 2));
    EXPECT_EQ(failure_of([&] { rows_of(*c_, two); }).code, error_code::bad_query);
    EXPECT_EQ(number(*c_, "SELECT 5::int8"), 5);
}

TEST_F(CopyOut, TellsErrorsInTheMiddleAfterTheRowsBeforeThem) {
    const statement s =
        streaming(sql("SELECT 1000 / ($1 - i) FROM generate_series(1::int8, 9000) i", {ct::int64},
                      {ct::int64}, 1));
    for (const char* begin : {"", "BEGIN"}) {
        if (*begin != '\0') exec({begin});
        std::int64_t rows = 0;
        const auto info = failure_of([&] {
            run(*c_, s, std::vector<arg>{integer(5000)}, soon(),
                [&rows](std::span<const arg>) { ++rows; });
        });
        EXPECT_EQ(info.code, error_code::statement_failed);
        EXPECT_EQ(info.sqlstate, "22012");
        EXPECT_EQ(info.statement, s.text) << "without the values";
        EXPECT_EQ(rows, 4999);
        EXPECT_EQ(c_->transaction_failed(), *begin != '\0');
    }
    exec({"ROLLBACK"});
    const statement missing = streaming(sql("SELECT a FROM no_such_table", {}, {ct::int64}, 2));
    const auto info = failure_of([&] { rows_of(*c_, missing); });
    EXPECT_EQ(info.sqlstate, "42P01");
    EXPECT_EQ(number(*c_, "SELECT 5::int8"), 5);
}

TEST_F(CopyOut, NamesTheColumnOfAValueThatDoesNotFit) {
    const statement s =
        streaming(sql("SELECT i, CASE WHEN i < 3000 THEN 1.5::numeric ELSE 'NaN' END AS odd "
                      "FROM generate_series(1::int8, 5000) i",
                      {}, {ct::int64, ct::decimal}, 1));
    const auto info = failure_of([&] { rows_of(*c_, s); });
    EXPECT_EQ(info.code, error_code::bad_value);
    EXPECT_THAT(info.message, HasSubstr("'odd'"));
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_EQ(number(*c_, "SELECT 5::int8"), 5);
}

TEST_F(CopyOut, SeesWhatItsTransactionWroteAndLeavesItOpen) {
    exec({"CREATE TABLE t (a bigint)", "BEGIN", "INSERT INTO t SELECT generate_series(1, 3000)"});
    const statement s = streaming(sql("SELECT a FROM t ORDER BY a", {}, {ct::int64}, 1));
    EXPECT_EQ(rows_of(*c_, s).size(), 3000U);
    EXPECT_TRUE(c_->in_transaction());
    EXPECT_FALSE(c_->transaction_failed());
    exec({"ROLLBACK"});
    EXPECT_TRUE(rows_of(*c_, s).empty());
    EXPECT_FALSE(c_->in_transaction());
}

TEST_F(CopyOut, RunsNothingTwice) {
    exec({"CREATE SEQUENCE s", "CREATE TABLE t (a bigint)",
          "CREATE FUNCTION note() RETURNS bigint LANGUAGE plpgsql VOLATILE AS "
          "'BEGIN INSERT INTO t VALUES (1); RETURN 1; END'"});
    EXPECT_EQ(rows_of(*c_, streaming(sql("SELECT nextval('s'), note(), (SELECT note())", {},
                                         {ct::int64, ct::int64, ct::int64}, 1)))
                  .at(0)
                  .at(0)
                  .view()
                  .integer(),
              1);
    EXPECT_EQ(number(*c_, "SELECT count(*) FROM t"), 2);
}

TEST_F(CopyOut, StopsInTheMiddleAndGoesOn) {
    const statement endless =
        streaming(sql("SELECT generate_series($1, 100000000), repeat('x', 50)", {ct::int64},
                      {ct::int64, ct::text}, 1));
    for (int round = 0; round < 3; ++round) {
        read_some(endless, 700, {integer(1)});
        ASSERT_TRUE(c_->discard(soon()));
        EXPECT_EQ(c_->pending(), 0U);
        EXPECT_EQ(number(*c_, "SELECT 5::int8"), 5) << "the late cancel must not hit this one";
    }
    read_some(endless, 5, {integer(1)});
    c_->cancel();
    const auto info = failure_of([&] { finish_one(*c_, 2); });
    EXPECT_EQ(info.code, error_code::cancelled);
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_EQ(number(*c_, "SELECT 5::int8"), 5);
    read_some(endless, 5, {integer(99'990'000)});
    c_->send(sql("SELECT 5::int8", {}, {ct::int64}), {});
    EXPECT_EQ(finish_one(*c_, 2), 9996U);
    EXPECT_EQ(finish_one(*c_, 1), 1U);
}

TEST_F(CopyOut, NeverEndsSilentlyWhenTheServerGoesAway) {
    const statement endless =
        streaming(sql("SELECT generate_series(1::int8, 100000000)", {}, {ct::int64}, 1));
    const std::int64_t pid = number(*c_, "SELECT pg_backend_pid()::int8");
    read_some(endless, 10);
    auto killer = connect();
    number(*killer, "SELECT 1::int8 FROM pg_terminate_backend(" + std::to_string(pid) + ")");
    const auto info = failure_of([&] { finish_one(*c_, 1); });
    EXPECT_EQ(info.code, error_code::connection_lost);
    EXPECT_FALSE(c_->usable());
}

TEST_F(CopyOut, WorksOverTls) {
    where_.tls = tls_mode::insecure;
    c_ = connect();
    const statement s =
        streaming(sql("SELECT i, repeat('x', (i % 20000)::int) FROM generate_series(1::int8, $1) i",
                      {ct::int64}, {ct::int64, ct::text}, 1));
    for (const std::int64_t count : {0, 1, 3000}) {
        std::int64_t last = 0;
        run(*c_, s, std::vector<arg>{integer(count)}, soon(), [&](std::span<const arg> row) {
            EXPECT_EQ(row[0].to_integer(), ++last);
            EXPECT_EQ(row[1].text().size(), static_cast<std::size_t>(last % 20000));
        });
        EXPECT_EQ(last, count);
    }
}

}  // namespace
}  // namespace shardwise::engine::test
