// SPDX-License-Identifier: MIT
// Texts with values in them; tests/dialect/postgres/copy_out_test.cpp asks the server what they
// mean.
#include "engine/driver/postgres/literals.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace shardwise::engine::postgres {
namespace {

using ct = column_type;

std::string literal(const arg& v, column_type type) {
    std::string out;
    append_literal(out, v, type);
    return out;
}

std::optional<std::string> filled(std::string text, const std::vector<arg>& args = {},
                                  column_type type = ct::int64) {
    statement s;
    s.text = std::move(text);
    s.parameters.assign(args.size(), {type, 0});
    return with_literals(s, args);
}

TEST(PostgresLiterals, HaveTheTypeOfTheirParameterAndParentheses) {
    uuid u;
    u.octets.fill(0xAB);
    struct expectation {
        arg value;
        column_type type;
        std::string text;
    };
    const std::vector<expectation> all{
        {arg{}, ct::int64, "(NULL::pg_catalog.int8)"},
        {arg{}, ct::text, "(NULL::pg_catalog.text)"},
        {arg{true}, ct::boolean, "('t'::pg_catalog.bool)"},
        {arg{std::int64_t{-5}}, ct::int16, "('-5'::pg_catalog.int2)"},
        {arg{std::int64_t{7}}, ct::int32, "('7'::pg_catalog.int4)"},
        {arg{std::numeric_limits<std::int64_t>::min()}, ct::int64,
         "('-9223372036854775808'::pg_catalog.int8)"},
        {arg{std::int64_t{3}}, ct::float64, "('3'::pg_catalog.float8)"},
        {arg{std::numeric_limits<double>::quiet_NaN()}, ct::float64, "('NaN'::pg_catalog.float8)"},
        {arg{-std::numeric_limits<double>::infinity()}, ct::float64,
         "('-Infinity'::pg_catalog.float8)"},
        {arg{std::string_view{"it's"}}, ct::text, "('it''s'::pg_catalog.text)"},
        {arg{std::string_view{"\\'"}}, ct::text, "(E'\\\\'''::pg_catalog.text)"},
        {arg::of_bytes("\0'\xff", 3), ct::blob, "(E'\\\\x0027ff'::pg_catalog.bytea)"},
        {arg{u}, ct::uuid, "('abababab-abab-abab-abab-abababababab'::pg_catalog.uuid)"},
        {arg{date::from_ymd(1, 2, 3)}, ct::date, "('0001-02-03'::pg_catalog.date)"},
        {arg{decimal::parse("-1.50")}, ct::decimal, "('-1.50'::pg_catalog.numeric)"},
        {arg::of_json("{\"a\": 'x'}"), ct::json, "('{\"a\": ''x''}'::pg_catalog.json)"},
    };
    for (const expectation& e : all) EXPECT_EQ(literal(e.value, e.type), e.text);
}

TEST(PostgresLiterals, StandWhereTheParametersStood) {
    EXPECT_EQ(filled("SELECT \"a$1\" FROM t WHERE x=$1 AND y < $2 OR z = $1",
                     {arg{std::int64_t{1}}, arg{std::int64_t{2}}}),
              "SELECT \"a$1\" FROM t WHERE x=('1'::pg_catalog.int8) AND y < ('2'::pg_catalog.int8) "
              "OR z = ('1'::pg_catalog.int8)");
    std::vector<arg> twelve;
    for (std::int64_t i = 1; i <= 12; ++i) twelve.emplace_back(i);
    EXPECT_EQ(filled("SELECT $12", twelve), "SELECT ('12'::pg_catalog.int8)");
    EXPECT_EQ(filled("SELECT '$1', 'it''s $1', x LIKE y ESCAPE E'\\\\', E'\\'$1' FROM t", twelve),
              "SELECT '$1', 'it''s $1', x LIKE y ESCAPE E'\\\\', E'\\'$1' FROM t");
    EXPECT_EQ(filled("SELECT \"odd\"\"name;--/*\" FROM t"), "SELECT \"odd\"\"name;--/*\" FROM t");
}

/// A value must never be read as a parameter or as SQL.
TEST(PostgresLiterals, AreNotLookedAtAgain) {
    EXPECT_EQ(filled("SELECT $1, $2",
                     {arg{std::string_view{"$2'; --"}}, arg{std::string_view{"$1"}}}, ct::text),
              "SELECT ('$2''; --'::pg_catalog.text), ('$1'::pg_catalog.text)");
}

TEST(PostgresLiterals, GiveUpAtEverythingThatIsNotCertain) {
    const std::vector<arg> one{arg{std::int64_t{1}}};
    for (const char* text : {"INSERT INTO t VALUES ($1) RETURNING id",
                             "UPDATE t SET x = $1",
                             "WITH x AS (SELECT $1)",
                             "select $1",
                             "VALUES ($1)",
                             "SELECT $1; SELECT 2",
                             "SELECT $1 -- done",
                             "SELECT /* $1 */ $1",
                             "SELECT $1)",
                             "SELECT ($1",
                             "SELECT $1) TO STDOUT (FORMAT text",
                             "SELECT 'a\\' , $1",
                             "SELECT $tag$x$tag$, $1",
                             "SELECT $$x$$",
                             "SELECT a$1",
                             "SELECT $1a",
                             "SELECT $0",
                             "SELECT $2",
                             "SELECT $99999999999999999999",
                             "SELECT 'open",
                             "SELECT \"open",
                             "SELECT E'open\\'",
                             "SELECT U&'\\0041'",
                             "SELECT U&\"\\0041\"",
                             "SELECT X'1f'",
                             "SELECT N'x'",
                             "SELECT $"})
        EXPECT_EQ(filled(text, one), std::nullopt) << text;
    EXPECT_EQ(filled(std::string("SELECT 1\0", 9)), std::nullopt);
    EXPECT_EQ(filled("SELECT '" + std::string(100'000, 'x') + "'"), std::nullopt) << "too long";
}

}  // namespace
}  // namespace shardwise::engine::postgres
