// SPDX-License-Identifier: MIT
// The compiled SQL does on the real SQLite library what docs/types.md says. In memory, no files.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <vector>

#include "sql/compiler.hpp"
#include "sql/ddl_compiler.hpp"
#include "support/sql_tables.hpp"

namespace shardwise::sql_test {
namespace {

using sql::aggregate;
using sql::op;

class SqliteSemantics : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(sqlite3_open(":memory:", &db_), SQLITE_OK);
        run("PRAGMA case_sensitive_like = ON");
        run("PRAGMA foreign_keys = ON");
        for (const schema::table* t : {&users(), &orders()}) create(*t);
        for (const char* row :
             {"1, 'a', 'x%y', 10, 1, 1.5, 1050, 1", "2, 'B', NULL, 3, 2, 2.5, 999, 0",
              "3, 'b', 'xay', -7, 3, 0.0, 1049, 1"})
            run("INSERT INTO users (id, name, email, age, level, score, balance, active, ref, "
                "created, sw_bucket) VALUES (" +
                std::string{row} + ", zeroblob(16), 0, 0)");
        run("INSERT INTO orders VALUES (1, 1, 1999, 15000, 3, NULL)");
    }
    void TearDown() override { sqlite3_close(db_); }

    void create(const schema::table& t) {
        for (const std::string& s : create_statements(t, dialect())) {
            run(s);
            run(s);  // idempotent
        }
    }

    void run(const std::string& text) {
        char* message = nullptr;
        const int rc = sqlite3_exec(db_, text.c_str(), nullptr, nullptr, &message);
        EXPECT_EQ(rc, SQLITE_OK) << text << ": " << (message != nullptr ? message : "");
        sqlite3_free(message);
    }

    bool refused(const std::string& text) {
        const int rc = sqlite3_exec(db_, text.c_str(), nullptr, nullptr, nullptr);
        return rc == SQLITE_CONSTRAINT || rc == SQLITE_MISMATCH;
    }

    static const sql::dialect& dialect() { return sql::dialect_for(sql::dialect_kind::sqlite); }

    /// Rows as "1|NULL 2|x".
    std::string answer(const sql::compiled& c) {
        sqlite3_stmt* s = nullptr;
        EXPECT_EQ(sqlite3_prepare_v2(db_, c.text.c_str(), -1, &s, nullptr), SQLITE_OK)
            << c.text << ": " << sqlite3_errmsg(db_);
        for (std::size_t i = 0; i < c.values.size(); ++i)
            bind(s, static_cast<int>(i + 1), c.values[i].view(), c.parameters[i].scale);
        std::string rows;
        int rc = SQLITE_ROW;
        while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
            if (!rows.empty()) rows += ' ';
            for (int i = 0; i < sqlite3_column_count(s); ++i) {
                if (i != 0) rows += '|';
                const auto* t = reinterpret_cast<const char*>(sqlite3_column_text(s, i));
                rows += t != nullptr ? t : "NULL";
            }
        }
        if (rc != SQLITE_DONE) rows = sqlite3_errmsg(db_);
        sqlite3_finalize(s);
        return rows;
    }

    static void bind(sqlite3_stmt* s, int at, const arg& v, int scale) {
        switch (v.kind()) {
            case kind::null:
                sqlite3_bind_null(s, at);
                break;
            case kind::real:
                sqlite3_bind_double(s, at, v.real());
                break;
            case kind::text:
                sqlite3_bind_text(s, at, v.text().data(), static_cast<int>(v.text().size()),
                                  SQLITE_TRANSIENT);
                break;
            case kind::decimal: {
                const decimal d = v.as_decimal().rescaled(scale);
                sqlite3_bind_int64(s, at, static_cast<sqlite3_int64>(d.low()));
                break;
            }
            default:
                sqlite3_bind_int64(s, at, v.integer());
        }
    }

    std::string ids(const sql::expr_ptr& condition) {
        const sql::expr_ptr id = user("id");
        auto s = add_where(sql::make_select(users(), &id, 1), condition);
        const sql::ordering by{id, false, false};
        return answer(compile(*add_order(s, &by, 1), dialect()));
    }
    std::string of_order(const sql::expr_ptr& e) {
        return answer(compile(*sql::make_select(orders(), &e, 1), dialect()));
    }
    std::string of_users(const sql::expr_ptr& e) {
        return answer(compile(*sql::make_select(users(), &e, 1), dialect()));
    }

    sqlite3* db_ = nullptr;
};

TEST_F(SqliteSemantics, DecimalsCompareByValue) {
    EXPECT_EQ(ids(sql::binary(op::eq, user("balance"), dec("10.5"))), "1");
    EXPECT_EQ(ids(sql::binary(op::lt, user("balance"), dec("10.495"))), "2 3");
    EXPECT_EQ(ids(sql::binary(op::gt, user("balance"), dec("10.495"))), "1");
    EXPECT_EQ(ids(sql::binary(op::gt, user("balance"), user("age"))), "1 2 3");
    EXPECT_EQ(ids(sql::binary(op::lt, user("balance"), lit(10))), "2");
    EXPECT_EQ(ids(sql::binary(op::ge, user("balance"), lit(10.5))), "1");
    const decimal list[] = {decimal::parse("9.990"), decimal::parse("10.495")};
    const arg args[] = {arg{list[0]}, arg{list[1]}};
    EXPECT_EQ(ids(sql::in_list(user("balance"), args, 2, false)), "2");
    EXPECT_EQ(ids(sql::between(user("balance"), dec("9.995"), dec("10.49"), false)), "3");
}

TEST_F(SqliteSemantics, DecimalArithmeticIsExactInTheScaleThatIsTold) {
    EXPECT_EQ(of_order(sql::binary(op::add, order("price"), order("rate"))), "214900");
    EXPECT_EQ(of_order(sql::binary(op::multiply, order("price"), order("rate"))), "29985000");
    EXPECT_EQ(of_order(sql::binary(op::multiply, order("price"), order("quantity"))), "5997");
    EXPECT_EQ(of_order(sql::binary(op::subtract, order("price"), lit(1))), "1899");
    EXPECT_EQ(of_order(sql::binary(op::multiply, order("price"), lit(0.5))), "9.995");
    EXPECT_EQ(of_users(sql::call(aggregate::sum, user("balance"))), "3098");
}

TEST_F(SqliteSemantics, IntegersDivideTowardsZeroAndZeroGivesNull) {
    EXPECT_EQ(of_users(sql::binary(op::divide, user("age"), lit(2))), "5 1 -3");
    EXPECT_EQ(of_users(sql::binary(op::modulo, user("age"), lit(2))), "0 1 -1");
    EXPECT_EQ(of_users(sql::binary(op::divide, user("age"), lit(0))), "NULL NULL NULL");
    EXPECT_EQ(of_users(sql::binary(op::divide, lit(1.0), user("score"))).substr(18), "0.4 NULL");
}

TEST_F(SqliteSemantics, LikeIsCaseSensitiveAndEscapesWithBackslash) {
    EXPECT_EQ(ids(sql::like(user("name"), lit("b%"), false)), "3");
    EXPECT_EQ(ids(sql::like(user("email"), lit("x\\%y"), false)), "1");
    EXPECT_EQ(ids(sql::like(user("email"), lit("x%y"), false)), "1 3");
}

TEST_F(SqliteSemantics, EmptyListsAreFalseAlsoForNull) {
    EXPECT_EQ(ids(sql::in_list(user("email"), nullptr, 0, false)), "");
    EXPECT_EQ(ids(sql::in_list(user("email"), nullptr, 0, true)), "1 2 3");
}

TEST_F(SqliteSemantics, NullsSortAsTheGreatestValue) {
    const sql::expr_ptr id = user("id");
    const auto sorted = [&](bool descending, bool nulls_first) {
        const sql::ordering by{user("email"), descending, nulls_first};
        return answer(compile(*add_order(sql::make_select(users(), &id, 1), &by, 1), dialect()));
    };
    EXPECT_EQ(sorted(false, false), "1 3 2");
    EXPECT_EQ(sorted(true, true), "2 3 1");
    EXPECT_EQ(sorted(false, true), "2 1 3");
    EXPECT_EQ(sorted(true, false), "3 1 2");
}

TEST_F(SqliteSemantics, AveragesAreDoubles) {
    EXPECT_EQ(of_users(sql::call(aggregate::avg, user("age"))), "2.0");
    EXPECT_EQ(of_users(sql::call(aggregate::avg, user("level"))), "2.0");
    EXPECT_EQ(of_order(sql::call(aggregate::avg, order("price"))), "19.99");
}

TEST_F(SqliteSemantics, UpdatesScaleWhatTheyStore) {
    const auto balance = users().column_at("balance");
    auto c = add_set(sql::make_update(users()), balance, user("age"));
    answer(compile(*add_where(c, sql::binary(op::eq, user("id"), lit(1))), dialect()));
    EXPECT_EQ(ids(sql::binary(op::eq, user("balance"), lit(10))), "1");
    c = add_set(sql::make_update(users()), balance,
                sql::binary(op::add, user("balance"), dec("0.5")));
    answer(compile(*add_where(c, sql::binary(op::eq, user("id"), lit(1))), dialect()));
    EXPECT_EQ(ids(sql::binary(op::eq, user("balance"), dec("10.50"))), "1");
}

TEST_F(SqliteSemantics, TablesRefuseWhatTheirTypesCannotHold) {
    EXPECT_TRUE(refused("UPDATE users SET level = 40000"));
    EXPECT_TRUE(refused("UPDATE users SET age = 3000000000"));
    EXPECT_TRUE(refused("UPDATE users SET active = 2"));
    EXPECT_TRUE(refused("UPDATE users SET balance = 10000000000"));
    EXPECT_TRUE(refused("UPDATE users SET ref = x'00'"));
    EXPECT_TRUE(refused("UPDATE users SET extra = '{'"));
    EXPECT_TRUE(refused("UPDATE users SET age = 'x'"));
    EXPECT_TRUE(refused("UPDATE users SET id = 9223372036854775807 + 1"));
    EXPECT_TRUE(refused("INSERT INTO orders VALUES (77, 1, 1, 1, 1, NULL)"));
}

TEST_F(SqliteSemantics, RowStatementsPrepare) {
    const std::vector<schema::column_index> columns{0, 1, 2};
    sql::compiled all[] = {compile_insert(users(), columns, 3, dialect()),
                           compile_update(orders(), columns, dialect()),
                           compile_delete(orders(), dialect()), compile_find(users(), dialect())};
    for (const sql::compiled& c : all) {
        sqlite3_stmt* s = nullptr;
        EXPECT_EQ(sqlite3_prepare_v2(db_, c.text.c_str(), -1, &s, nullptr), SQLITE_OK) << c.text;
        EXPECT_EQ(static_cast<std::size_t>(sqlite3_bind_parameter_count(s)), c.parameters.size());
        EXPECT_EQ(static_cast<std::size_t>(sqlite3_column_count(s)), c.columns.size());
        sqlite3_finalize(s);
    }
}

TEST_F(SqliteSemantics, HostileNamesAreOnlyNames) {
    for (const char* name : {"we\"ird", "order", "b`tick", "Robert\"); DROP TABLE users;--",
                             "\xF0\x9F\x98\x80", "back\\slash", "it's"}) {
        schema::table t;
        t.name = name;
        t.columns = {make_column("id", column_type::int64), make_column(name, column_type::text)};
        t.primary_key = {0};
        t.indexes.push_back({"", {1}});
        create(t);
        const sql::expr_ptr count = sql::call(aggregate::count, sql::column({&t, 1, 0}));
        EXPECT_EQ(answer(compile(*sql::make_select(t, &count, 1), dialect())), "0") << name;
    }
    EXPECT_EQ(of_users(sql::call(aggregate::count_all, {})), "3");
}

TEST_F(SqliteSemantics, DefaultsGiveTheDeclaredValues) {
    schema::table t;
    t.name = "defaults";
    t.columns = {make_column("id", column_type::int64),
                 make_column("price", column_type::decimal, false, 5, 2),
                 make_column("made", column_type::timestamp),
                 make_column("day", column_type::date)};
    t.columns[1].default_sql = "-1.5";
    t.columns[2].default_sql = "CURRENT_TIMESTAMP";
    t.columns[3].default_sql = "'1970-01-11'";
    t.primary_key = {0};
    create(t);
    run("INSERT INTO defaults (id) VALUES (1)");
    const sql::expr_ptr items[] = {col(t, "price"), col(t, "day")};
    auto s = sql::make_select(t, items, 2);
    s = add_where(s, sql::binary(op::gt, col(t, "made"),
                                 sql::constant(arg{timestamp::parse("2024-01-01 00:00")})));
    s = add_where(s, sql::binary(op::lt, col(t, "made"),
                                 sql::constant(arg{timestamp::parse("2200-01-01 00:00")})));
    EXPECT_EQ(answer(compile(*s, dialect())), "-150|10");
}

}  // namespace
}  // namespace shardwise::sql_test
