// SPDX-License-Identifier: MIT
// What golden files show badly: limits, names, refusals of the compilers.
#include "sql/compiler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "shardwise/base/error.hpp"
#include "sql/constraint_names.hpp"
#include "sql/ddl_compiler.hpp"
#include "support/sql_tables.hpp"

namespace shardwise::sql_test {
namespace {

using sql::dialect_kind;
using sql::op;

const sql::dialect& sqlite() { return sql::dialect_for(dialect_kind::sqlite); }
const sql::dialect& postgres() { return sql::dialect_for(dialect_kind::postgres); }
const sql::dialect& mariadb() { return sql::dialect_for(dialect_kind::mariadb); }

error_code code_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const error& e) {
        return e.code();
    }
    return error_code::internal;
}

sql::expr_ptr list_of(std::size_t count) {
    std::vector<arg> values;
    for (std::size_t i = 0; i < count; ++i) values.emplace_back(static_cast<std::int64_t>(i));
    return sql::in_list(user("id"), values.data(), values.size(), false);
}
sql::select_ptr where(const sql::expr_ptr& condition) {
    return add_where(sql::make_select(users(), nullptr, 0), condition);
}

TEST(Compiler, PadsListsToPowersOfTwoAboveEight) {
    const std::pair<std::size_t, std::size_t> cases[] = {
        {1, 1}, {8, 8}, {9, 16}, {16, 16}, {17, 32}, {1000, 1024}, {20000, 30000}, {30000, 30000}};
    for (const auto& [given, bound] : cases)
        EXPECT_EQ(compile(*where(list_of(given)), sqlite()).values.size(), bound) << given;
}

TEST(Compiler, ListsOfSimilarLengthShareOneText) {
    EXPECT_EQ(compile(*where(list_of(20)), postgres()).text,
              compile(*where(list_of(32)), postgres()).text);
}

TEST(Compiler, GivesUpPaddingBeforeItGivesUpTheStatement) {
    const auto two = sql::binary(op::conj, list_of(9000), list_of(9000));
    EXPECT_EQ(compile(*where(two), sqlite()).values.size(), 18000U);
    const auto three = sql::binary(op::conj, list_of(30000), list_of(9000));
    EXPECT_EQ(code_of([&] { compile(*where(three), sqlite()); }), error_code::bad_query);
    EXPECT_NO_THROW(compile(*where(three), postgres()));
}

TEST(Compiler, InsertsAsManyRowsAsTheEngineTakesParameters) {
    const std::vector<schema::column_index> columns{0, 1, 2};
    for (const auto* d : {&sqlite(), &postgres(), &mariadb()}) {
        const std::size_t most = max_parameters(*d) / columns.size();
        EXPECT_EQ(compile_insert(users(), columns, most, *d).parameters.size(), most * 3);
        EXPECT_EQ(code_of([&] { compile_insert(users(), columns, most + 1, *d); }),
                  error_code::bad_query);
        EXPECT_EQ(code_of([&] { compile_insert(users(), columns, 0, *d); }), error_code::bad_query);
    }
}

TEST(Compiler, AnAliasGivesWayToATableOfItsName) {
    schema::table t1 = make_users();
    t1.name = "T1";
    auto s = sql::make_select(users(), nullptr, 0);
    s = add_join(s, sql::join_kind::inner, t1, 0, sql::binary(op::eq, user("id"), col(t1, "id")));
    s = add_join(s, sql::join_kind::inner, users(), 1,
                 sql::binary(op::eq, user("id"), user("id", 1)));
    const std::string text = compile(*s, sqlite()).text;
    EXPECT_NE(text.find("\"users\" AS \"t1_\""), std::string::npos) << text;
}

TEST(Compiler, NeverWritesAConstantIntoTheText) {
    const auto s = where(sql::binary(op::eq, user("name"), lit("' OR 1=1; --")));
    for (const auto* d : {&sqlite(), &postgres(), &mariadb()})
        EXPECT_EQ(compile(*s, *d).text.find("OR 1=1"), std::string::npos);
}

TEST(Identifiers, AreCheckedBeforeTheyAreQuoted) {
    const std::string bad[] = {"", std::string("a\0b", 3), "\xff", "\xc0\xaf",
                               std::string(64, 'x')};
    for (const std::string& name : bad)
        EXPECT_EQ(code_of([&] { sql::check_identifier("table", name); }),
                  error_code::bad_identifier);
    EXPECT_NO_THROW(sql::check_identifier("table", std::string(63, 'x')));
    EXPECT_NO_THROW(sql::check_identifier("table", "\xF0\x9F\x98\x80"));
    std::string out;
    EXPECT_EQ(code_of([&] { mariadb().identifier(out, "\xF0\x9F\x98\x80"); }),
              error_code::bad_identifier);
}

TEST(ConstraintNames, FitAndStayApart) {
    schema::table t = make_users();
    t.name = std::string(55, 'n') + "\xC3\xA9\xC3\xA9";
    std::set<std::string> seen;
    for (schema::column_index i = 0; i < t.columns.size(); ++i) {
        const std::string name = sql::derived_name(t, std::vector<schema::column_index>{i}, "idx");
        EXPECT_LE(name.size(), 63U);
        EXPECT_NO_THROW(sql::check_identifier("index", name));
        EXPECT_TRUE(seen.insert(name).second) << name;
    }
    sql::constraint_names names{users()};
    EXPECT_EQ(names.take("", {}, "check"), "users_check");
    EXPECT_EQ(names.take("", {}, "check"), "users_check2");
    EXPECT_EQ(code_of([&] { names.take("USERS_CHECK", {}, "check"); }), error_code::bad_model);
}

TEST(Defaults, AreOneLiteralOfTheColumnsType) {
    const auto created = [](column_type type, const char* literal) {
        schema::table t = make_users();
        t.columns[1] = make_column("c", type, false, type == column_type::decimal ? 5 : 0,
                                   type == column_type::decimal ? 2 : 0);
        t.columns[1].default_sql = literal;
        if (type == column_type::text) t.columns[1].length = 3;
        return code_of([&] {
            for (const auto* d : {&sqlite(), &postgres(), &mariadb()}) create_statements(t, *d);
        });
    };
    const std::pair<column_type, const char*> bad[] = {
        {column_type::int64, "1); DROP TABLE users; --"},
        {column_type::int64, "1 + 1"},
        {column_type::int64, "'1'"},
        {column_type::int64, "1.5"},
        {column_type::int64, "null"},
        {column_type::int16, "32768"},
        {column_type::int64, "current_timestamp"},
        {column_type::boolean, "1"},
        {column_type::decimal, "1.005"},
        {column_type::decimal, "1000.00"},
        {column_type::float64, "1e999"},
        {column_type::text, "'a' || 'b'"},
        {column_type::text, "'a"},
        {column_type::text, "abc"},
        {column_type::text, "'long'"},
        {column_type::blob, "x'0'"},
        {column_type::blob, "'00'"},
        {column_type::uuid, "'no uuid'"},
        {column_type::date, "'2021-02-29'"},
        {column_type::json, "'{'"},
    };
    for (const auto& [type, literal] : bad)
        EXPECT_EQ(created(type, literal), error_code::bad_model) << name_of(type) << " " << literal;
    EXPECT_EQ(created(column_type::decimal, "999.990"), error_code::internal);
    EXPECT_EQ(created(column_type::text, " 'a''b' "), error_code::internal);
}

TEST(Checks, AreOnePlainExpression) {
    for (const char* sql :
         {"age > 0) , (1 = 1", "age > (0", "name = 'x", "age > 0; DROP TABLE x", "age > 0 -- x",
          "age /* x */ > 0", "\"nobody\" > 0", "`age` > 0", "name = 'a' AND ref <> 'b'"}) {
        schema::table t = make_users();
        t.checks.push_back({"c", sql});
        EXPECT_EQ(code_of([&] { create_statements(t, mariadb()); }), error_code::bad_model) << sql;
    }
}

}  // namespace
}  // namespace shardwise::sql_test
