// SPDX-License-Identifier: MIT
#include "parse/ddl_parser.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "shardwise/base/error.hpp"

namespace shardwise::parse {
namespace {

schema::table one(std::string_view sql) {
    std::vector<schema::table> tables = parse_tables(sql, "schema.sql");
    if (tables.size() != 1) throw std::runtime_error("not one table");
    return tables.front();
}

/// A table with one column besides its key.
schema::column column_of(const std::string& definition) {
    return one("CREATE TABLE t (id bigint PRIMARY KEY, c " + definition + ")").columns.at(1);
}

TEST(ParseTables, ReadsATableWithEverythingThatIsSupported) {
    const auto tables = parse_tables(R"(
        -- customers and their orders
        CREATE TABLE customers (id bigint PRIMARY KEY, country text NOT NULL);
        CREATE TABLE IF NOT EXISTS Orders (
            customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE,
            no integer,
            code varchar(12) DEFAULT 'a''b' UNIQUE,
            total numeric(12,2) DEFAULT 0 CHECK (total >= 0),
            PRIMARY KEY (customer_id, no),
            CONSTRAINT one_code UNIQUE (customer_id, code),
            CONSTRAINT positive CHECK (no > 0 AND code <> '')
        );
        CREATE INDEX ON orders (code);
        CREATE UNIQUE INDEX by_total ON orders USING btree (total ASC, no);
    )",
                                     "schema.sql");
    ASSERT_EQ(tables.size(), 2U);
    EXPECT_EQ(tables[0].name, "customers");
    EXPECT_EQ(tables[0].primary_key, (std::vector<schema::column_index>{0}));
    EXPECT_FALSE(tables[0].columns[0].nullable);
    EXPECT_FALSE(tables[0].columns[1].nullable);

    const schema::table& t = tables[1];
    EXPECT_EQ(t.name, "orders");
    EXPECT_EQ(t.placed.kind, schema::distribution_kind::sharded);
    EXPECT_TRUE(t.placed.shard_key.empty());
    ASSERT_EQ(t.columns.size(), 4U);
    EXPECT_EQ(t.primary_key, (std::vector<schema::column_index>{0, 1}));
    EXPECT_FALSE(t.columns[1].nullable);  // a key column
    EXPECT_TRUE(t.columns[2].nullable);
    EXPECT_EQ(t.columns[2].length, 12U);
    EXPECT_EQ(t.columns[2].default_sql, "'a''b'");
    EXPECT_EQ(t.columns[3].precision, 12);
    EXPECT_EQ(t.columns[3].scale, 2);
    EXPECT_EQ(t.columns[3].default_sql, "0.00");

    ASSERT_EQ(t.uniques.size(), 3U);
    EXPECT_EQ(t.uniques[0].name, "orders_code_key");
    EXPECT_EQ(t.uniques[1].name, "one_code");
    EXPECT_EQ(t.uniques[1].columns, (std::vector<schema::column_index>{0, 2}));
    EXPECT_EQ(t.uniques[1].scope, schema::unique_scope::implied);
    EXPECT_EQ(t.uniques[2].name, "by_total");
    EXPECT_EQ(t.uniques[2].columns, (std::vector<schema::column_index>{3, 1}));
    ASSERT_EQ(t.indexes.size(), 1U);
    EXPECT_EQ(t.indexes[0].name, "orders_code_idx");
    ASSERT_EQ(t.checks.size(), 2U);
    EXPECT_EQ(t.checks[0].name, "orders_total_check");
    EXPECT_EQ(t.checks[0].sql, "(total >= 0)");
    EXPECT_EQ(t.checks[1].name, "positive");
    EXPECT_EQ(t.checks[1].sql, "((no > 0) AND (code <> ''))");
    ASSERT_EQ(t.foreign_keys.size(), 1U);
    EXPECT_EQ(t.foreign_keys[0].name, "orders_customer_id_fkey");
    EXPECT_EQ(t.foreign_keys[0].parent_table, "customers");
    EXPECT_EQ(t.foreign_keys[0].parent_columns, (std::vector<std::string>{"id"}));
    EXPECT_EQ(t.foreign_keys[0].on_delete, schema::delete_rule::cascade);
}

TEST(ParseTables, ReadsEveryType) {
    const std::vector<std::pair<const char*, column_type>> cases{
        {"bool", column_type::boolean},
        {"boolean", column_type::boolean},
        {"smallint", column_type::int16},
        {"int2", column_type::int16},
        {"integer", column_type::int32},
        {"INT", column_type::int32},
        {"int4", column_type::int32},
        {"bigint", column_type::int64},
        {"int8", column_type::int64},
        {"pg_catalog.int8", column_type::int64},
        {"double precision", column_type::float64},
        {"float8", column_type::float64},
        {"float", column_type::float64},
        {"text", column_type::text},
        {"varchar", column_type::text},
        {"character varying(20)", column_type::text},
        {"bytea", column_type::blob},
        {"uuid", column_type::uuid},
        {"date", column_type::date},
        {"timestamptz", column_type::timestamp},
        {"timestamptz(6)", column_type::timestamp},
        {"timestamp with time zone", column_type::timestamp},
        {"timestamp", column_type::timestamp},
        {"timestamp without time zone", column_type::timestamp},
        {"numeric(38,10)", column_type::decimal},
        {"decimal(5)", column_type::decimal},
        {"json", column_type::json},
        {"jsonb", column_type::json},
    };
    for (const auto& [sql, type] : cases) {
        EXPECT_EQ(column_of(sql).type, type) << sql;
        EXPECT_TRUE(column_of(sql).nullable);
        EXPECT_FALSE(column_of(std::string(sql) + " NOT NULL").nullable);
    }
    EXPECT_EQ(column_of("decimal(5)").precision, 5);
    EXPECT_EQ(column_of("decimal(5)").scale, 0);
    EXPECT_EQ(column_of("varchar").length, 0U);
}

TEST(ParseTables, KeepsDefaultsAsValuesOfTheirColumn) {
    const std::vector<std::pair<const char*, const char*>> cases{
        {"boolean DEFAULT TRUE", "true"},
        {"boolean DEFAULT false", "false"},
        {"integer DEFAULT 0", "0"},
        {"integer DEFAULT -42", "-42"},
        {"integer DEFAULT - /* so */ 05", "-5"},
        {"integer DEFAULT -0", "0"},
        {"integer DEFAULT -2147483648", "-2147483648"},
        {"bigint DEFAULT -2147483649", "-2147483649"},
        {"integer DEFAULT '7'", "7"},
        {"bigint DEFAULT -9223372036854775808", "-9223372036854775808"},
        {"double precision DEFAULT 1.5e3", "1500"},
        {"numeric(10,2) DEFAULT -1.5", "-1.50"},
        {"numeric(4,2) DEFAULT 99.99", "99.99"},
        {"text DEFAULT ''", "''"},
        {"text DEFAULT 'it''s'::text", "'it''s'"},
        {"text DEFAULT E'a\\nb'", "'a\nb'"},
        {"text DEFAULT 'a\\b'", "'a\\b'"},
        {"varchar(3) DEFAULT '\xc3\xa4\xc3\xb6\xc3\xbc'", "'\xc3\xa4\xc3\xb6\xc3\xbc'"},
        {"date DEFAULT '2024-02-29'", "'2024-02-29'"},
        {"date DEFAULT DATE '2024-02-29'", "'2024-02-29'"},
        {"timestamptz DEFAULT '2024-01-31 12:00:00+02'", "'2024-01-31 10:00:00+00'"},
        {"bytea DEFAULT '\\x00ff'", "x'00ff'"},
        {"uuid DEFAULT '017F22E2-79B0-7CC3-98C4-DC0C0C07398F'",
         "'017f22e2-79b0-7cc3-98c4-dc0c0c07398f'"},
        {"json DEFAULT '{\"a\": 1}'", "'{\"a\": 1}'"},
        {"text DEFAULT NULL", ""},
    };
    for (const auto& [sql, wanted] : cases) EXPECT_EQ(column_of(sql).default_sql, wanted) << sql;
}

TEST(ParseTables, KeepsHostileQuotedNames) {
    const schema::table t =
        one("CREATE TABLE \"Robert'); DROP TABLE users;--\" (\"order\" bigint, \"we\"\"ird\" text, "
            "\"\xf0\x9f\x98\x80\" text UNIQUE, UPPER text, PRIMARY KEY (\"order\"))");
    EXPECT_EQ(t.name, "Robert'); DROP TABLE users;--");
    EXPECT_EQ(t.columns[0].name, "order");
    EXPECT_EQ(t.columns[1].name, "we\"ird");
    EXPECT_EQ(t.columns[2].name, "\xf0\x9f\x98\x80");
    EXPECT_EQ(t.columns[3].name, "upper");
}

TEST(ParseTables, ReadsForeignKeys) {
    const auto tables = parse_tables(
        "CREATE TABLE c (a int, b int, x int, FOREIGN KEY (a, b) REFERENCES p, "
        "CONSTRAINT f FOREIGN KEY (b, a) REFERENCES p (k2, k1) ON DELETE SET NULL, "
        "FOREIGN KEY (x) REFERENCES elsewhere (id) ON DELETE RESTRICT, "
        "FOREIGN KEY (x) REFERENCES elsewhere (id) ON DELETE NO ACTION);"
        "CREATE TABLE p (k1 int, k2 int, PRIMARY KEY (k1, k2))",
        "f");
    const auto& keys = tables[0].foreign_keys;
    ASSERT_EQ(keys.size(), 4U);
    EXPECT_EQ(keys[0].name, "c_a_b_fkey");
    EXPECT_EQ(keys[0].parent_columns, (std::vector<std::string>{"k1", "k2"}));
    EXPECT_EQ(keys[0].on_delete, schema::delete_rule::restrict);
    EXPECT_EQ(keys[1].name, "f");
    EXPECT_EQ(keys[1].columns, (std::vector<schema::column_index>{1, 0}));
    EXPECT_EQ(keys[1].parent_columns, (std::vector<std::string>{"k2", "k1"}));
    EXPECT_EQ(keys[1].on_delete, schema::delete_rule::set_null);
    EXPECT_EQ(keys[2].name, "c_x_fkey");
    EXPECT_EQ(keys[2].on_delete, schema::delete_rule::restrict);
    EXPECT_EQ(keys[3].name, "c_x_fkey1");
    EXPECT_EQ(keys[3].on_delete, schema::delete_rule::restrict);
}

TEST(ParseTables, WritesPortableChecks) {
    const std::vector<std::pair<const char*, const char*>> cases{
        {"n > 0", "(n > 0)"},
        {"n>0 and n<10 or not flag", "(((n > 0) AND (n < 10)) OR (NOT flag))"},
        {"n IN (1, -2, 3)", "(n IN (1, -2, 3))"},
        {"s NOT IN ('a', 'it''s')", "(s NOT IN ('a', 'it''s'))"},
        {"n BETWEEN 1 AND m + 2 * 3", "(n BETWEEN 1 AND (m + (2 * 3)))"},
        {"n NOT BETWEEN 1 AND 2", "(n NOT BETWEEN 1 AND 2)"},
        {"at IS NOT NULL", "(at IS NOT NULL)"},
        {"s IS NULL", "(s IS NULL)"},
        {"r < 1.5 and n != m", "((r < 1.5) AND (n <> m))"},
        {"abs(n) < 5000000000", "(abs(n) < 5000000000)"},
        {"coalesce(n, 0) = - m", "(coalesce(n, 0) = (- m))"},
        {"price >= 0", "(price >= 0)"},
        {"price <= paid", "(price <= paid)"},
        {"flag = true", "(flag = TRUE)"},
        {"flag", "flag"},
        {"/* note */ N /* ( */ >= 0 -- )", "(n >= 0)"},
    };
    for (const auto& [sql, wanted] : cases) {
        const schema::table t =
            one(std::string("CREATE TABLE t (n int, m int, r float8, s text, flag bool, at date, "
                            "price numeric(10,2), paid numeric(12,2), CHECK (") +
                sql + "\n))");
        EXPECT_EQ(t.checks.at(0).sql, wanted) << sql;
        EXPECT_EQ(t.checks.at(0).name, "t_check");
    }
}

struct refused {
    const char* sql;
    const char* place;
    const char* says;  ///< part of the message
};

class RefusedText : public ::testing::TestWithParam<refused> {};

TEST_P(RefusedText, IsNamedWithItsPlaceAndTheWayOut) {
    const refused& c = GetParam();
    try {
        parse_tables(c.sql, "schema.sql");
        FAIL() << "accepted: " << c.sql;
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_input) << c.sql;
        EXPECT_EQ(e.info().place, std::string("schema.sql:") + c.place) << c.sql << e.message();
        EXPECT_NE(e.message().find(c.says), std::string::npos) << c.sql << "\n" << e.message();
    }
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, RefusedText,
    ::testing::Values(refused{"CREATE TABLE t (a int", "1:22", "end of input"},
                      refused{"create table t (a int,\n\xc3\xa9 foo bar)", "2:7", "\"bar\""},
                      refused{"CREATE TABLE t (a text DEFAULT 'x)", "1:32", "unterminated"},
                      refused{"/* never closed", "1:1", "unterminated"},
                      refused{"CREATE TABLE t (a int);\n\n  -- drop\n  DROP TABLE t;", "4:3",
                              "DropStmt"},
                      refused{"SELECT 1", "1:1", "only CREATE TABLE"},
                      refused{"/* a /* b */ ; */ SET x = 1", "1:19", "only CREATE TABLE"},
                      refused{"ALTER TABLE t ADD COLUMN a int", "1:1", "AlterTableStmt"},
                      refused{"CREATE TABLE t AS SELECT 1", "1:1", "only CREATE TABLE"},
                      refused{"CREATE TABLE t (a int);\nCREATE TABLE T (a int)", "2:14", "twice"}));

INSTANTIATE_TEST_SUITE_P(
    Tables, RefusedText,
    ::testing::Values(
        refused{"CREATE TEMP TABLE t (a int)", "1:19", "TEMPORARY"},
        refused{"CREATE UNLOGGED TABLE t (a int)", "1:23", "UNLOGGED"},
        refused{"CREATE TABLE s.t (a int)", "1:14", "schema name"},
        refused{"CREATE TABLE t (a int) PARTITION BY RANGE (a)", "1:1", "PARTITION BY"},
        refused{"CREATE TABLE t (a int) INHERITS (u)", "1:1", "INHERITS"},
        refused{"CREATE TABLE t PARTITION OF u DEFAULT", "1:1", "PARTITION OF"},
        refused{"CREATE TABLE t (LIKE u)", "1:1", "LIKE"},
        refused{"CREATE TABLE t (a int) WITH (fillfactor=70)", "1:1", "WITH"},
        refused{"CREATE TABLE t (a int) TABLESPACE x", "1:1", "TABLESPACE"},
        refused{"CREATE TABLE t (a int,\n  A int)", "2:3", "two columns"},
        refused{"CREATE TABLE t (a int PRIMARY KEY,\n  b int PRIMARY KEY)", "2:9", "two primary"},
        refused{"CREATE TABLE t (a int, PRIMARY KEY (a, a))", "1:24", "twice"},
        refused{"CREATE TABLE t (country int, PRIMARY KEY (contry))", "1:30",
                "did you mean 'country'"},
        refused{"CREATE TABLE t (a int NULL PRIMARY KEY)", "1:14", "both NULL"},
        refused{"CREATE TABLE t (a int NULL NOT NULL)", "1:28", "both NULL"},
        refused{"CREATE TABLE t (a int NOT NULL NULL)", "1:32", "both NULL"},
        refused{"CREATE TABLE t (a int CONSTRAINT x UNIQUE, CONSTRAINT x UNIQUE (a))", "1:44",
                "two constraints"}));

INSTANTIATE_TEST_SUITE_P(
    Columns, RefusedText,
    ::testing::Values(
        refused{"CREATE TABLE t (a serial)", "1:19", "let shardwise make the ids"},
        refused{"CREATE TABLE t (a bigserial)", "1:19", "bigint"},
        refused{"CREATE TABLE t (a char(3))", "1:19", "varchar(n)"},
        refused{"CREATE TABLE t (a real)", "1:19", "double precision"},
        refused{"CREATE TABLE t (a numeric)", "1:19", "numeric(p,s)"},
        refused{"CREATE TABLE t (a numeric(39,2))", "1:19", "1 to 38"},
        refused{"CREATE TABLE t (a numeric(5,6))", "1:19", "1 to 38"},
        refused{"CREATE TABLE t (a numeric(5,-1))", "1:19", "1 to 38"},
        refused{"CREATE TABLE t (a varchar(0))", "1:19", "length"},
        refused{"CREATE TABLE t (a varchar(99999999999))", "1:27", "99999999999"},
        refused{"CREATE TABLE t (a timestamptz(3))", "1:19", "microseconds"},
        refused{"CREATE TABLE t (a interval)", "1:19", "bigint"},
        refused{"CREATE TABLE t (a int[])", "1:19", "array"},
        refused{"CREATE TABLE t (\n\ta mood)", "2:4", "mood"},
        refused{"CREATE TABLE t (a my.type)", "1:19", "my.type"},
        refused{"CREATE TABLE t (a text COLLATE \"C\")", "1:17", "COLLATE"},
        refused{"CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)", "1:23", "IDENTITY"},
        refused{"CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a) STORED)", "1:30",
                "GENERATED ALWAYS AS (expression)"},
        refused{"CREATE TABLE t (a int DEFAULT 1 DEFAULT 2)", "1:33", "two DEFAULTs"},
        refused{"CREATE TABLE t (a timestamptz DEFAULT now())", "1:39", "let the program"},
        refused{"CREATE TABLE t (a int DEFAULT 1 + 1)", "1:33", "no literal"},
        refused{"CREATE TABLE t (a smallint DEFAULT 70000)", "1:36", "DEFAULT of column"},
        refused{"CREATE TABLE t (a int DEFAULT -(5))", "1:31", "plainly"},
        refused{"CREATE TABLE t (a int DEFAULT - - -5)", "1:31", "plainly"},
        refused{"CREATE TABLE t (a int DEFAULT true)", "1:31", "no literal of type int32"},
        refused{"CREATE TABLE t (a boolean DEFAULT 1)", "1:35", "no literal of type boolean"},
        refused{"CREATE TABLE t (a text DEFAULT 5)", "1:32", "in quotes"},
        refused{"CREATE TABLE t (a date DEFAULT '2023-02-29')", "1:32", "DEFAULT of column"},
        refused{"CREATE TABLE t (a date DEFAULT 'now')", "1:32", "DEFAULT of column"},
        refused{"CREATE TABLE t (a json DEFAULT '{')", "1:32", "JSON"},
        refused{"CREATE TABLE t (a varchar(2) DEFAULT 'abc')", "1:38", "longer"},
        refused{"CREATE TABLE t (a numeric(4,2) DEFAULT 1.005)", "1:40", "DEFAULT of column"},
        refused{"CREATE TABLE t (a numeric(4,2) DEFAULT 100)", "1:40", "more digits"},
        refused{"CREATE TABLE t (a float8 DEFAULT 'NaN')", "1:34", "finite"},
        refused{"CREATE TABLE t (a text DEFAULT '1'::int)", "1:37", "another type"},
        refused{"CREATE TABLE t (a int DEFAULT B'1')", "1:31", "bits"}));

INSTANTIATE_TEST_SUITE_P(
    Constraints, RefusedText,
    ::testing::Values(
        refused{"CREATE TABLE t (a int UNIQUE DEFERRABLE)", "1:30", "DEFERRABLE"},
        refused{"CREATE TABLE t (a int, UNIQUE (a) DEFERRABLE)", "1:24", "DEFERRABLE"},
        refused{"CREATE TABLE t (a int, UNIQUE NULLS NOT DISTINCT (a))", "1:24",
                "NULLS NOT DISTINCT"},
        refused{"CREATE TABLE t (a int, UNIQUE (a) INCLUDE (a))", "1:24", "INCLUDE"},
        refused{"CREATE TABLE t (a int, EXCLUDE USING gist (a WITH =))", "1:24", "EXCLUDE"},
        refused{"CREATE TABLE t (a int REFERENCES p)", "1:23", "REFERENCES p(column)"},
        refused{"CREATE TABLE t (a int REFERENCES p(id) ON UPDATE CASCADE)", "1:23", "ON UPDATE"},
        refused{"CREATE TABLE t (a int REFERENCES p(id) ON DELETE SET DEFAULT)", "1:23",
                "SET DEFAULT"},
        refused{"CREATE TABLE t (a int REFERENCES p(id) MATCH FULL)", "1:23", "MATCH FULL"},
        refused{"CREATE TABLE t (a int REFERENCES p(id) DEFERRABLE)", "1:40", "DEFERRABLE"},
        refused{"CREATE TABLE t (a int REFERENCES s.p(id))", "1:34", "schema name"},
        refused{"CREATE TABLE t (a int, b int, FOREIGN KEY (a, b) REFERENCES p (x))", "1:31",
                "2 columns refers to 1"},
        refused{"CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE t (a int REFERENCES p(ib))",
                "2:23", "did you mean 'id'"},
        refused{"CREATE TABLE p (id int);\nCREATE TABLE t (a int REFERENCES p)", "2:23",
                "refers to 0 columns"}));

INSTANTIATE_TEST_SUITE_P(
    Checks, RefusedText,
    ::testing::Values(
        refused{"CREATE TABLE t (a int CHECK (b > 0))", "1:30", "no column \"b\""},
        refused{"CREATE TABLE t (a text CHECK (a LIKE 'x%'))", "1:33", "~~"},
        refused{"CREATE TABLE t (a text CHECK (a ~ 'x'))", "1:33", "operator ~"},
        refused{"CREATE TABLE t (a int CHECK (a / 2 > 0))", "1:32", "operator /"},
        refused{"CREATE TABLE t (a int CHECK (a % 2 = 0))", "1:32", "operator %"},
        refused{"CREATE TABLE t (a text CHECK (a || 'x' = 'yx'))", "1:33", "operator ||"},
        refused{"CREATE TABLE t (a text CHECK (length(a) > 0))", "1:31", "function length"},
        refused{"CREATE TABLE t (a text CHECK (a::int > 0))", "1:32", "a cast"},
        refused{"CREATE TABLE t (a text CHECK (a <> E'\\\\'))", "1:36", "backslash"},
        refused{"CREATE TABLE t (\"order\" int CHECK (\"order\" > 0), \"A b\" int CHECK (\"A b\" > "
                "0))",
                "1:67", "needs quotes"},
        refused{"CREATE TABLE t (a date CHECK (a > '2024-01-01'))", "1:33", "dates"},
        refused{"CREATE TABLE t (a numeric(5,2) CHECK (a < 10))", "1:41", "decimals"},
        refused{"CREATE TABLE t (a numeric(5,2), b numeric(5,1) CHECK (a < b))", "1:57",
                "decimals"},
        refused{"CREATE TABLE t (a int CHECK (a > 'x'))", "1:32", "two different types"},
        refused{"CREATE TABLE t (a int CHECK (a * 1.1 > 0))", "1:32", "whole numbers"},
        refused{"CREATE TABLE t (a int CHECK (a))", "1:30", "condition"},
        refused{"CREATE TABLE t (a int CHECK (a AND true))", "1:32", "no condition"},
        refused{"CREATE TABLE t (a int CHECK (a > NULL))", "1:34", "constant"},
        refused{"CREATE TABLE t (a int CHECK (t.a > 0))", "1:30", "table name before it"},
        refused{"CREATE TABLE t (a int CHECK (a IN (SELECT 1)))", "1:32", "SubLink"},
        refused{"CREATE TABLE t (a int CHECK (a IS DISTINCT FROM 1))", "1:32", "operator"},
        refused{"CREATE TABLE t (a int CHECK (a > 0) NO INHERIT)", "1:23", "NO INHERIT"}));

INSTANTIATE_TEST_SUITE_P(
    Indexes, RefusedText,
    ::testing::Values(
        refused{"CREATE INDEX i ON t (a)", "1:19", "no table \"t\""},
        refused{"CREATE TABLE t (a int);CREATE INDEX i ON t (b)", "1:42", "no column \"b\""},
        refused{"CREATE TABLE t (a int);\nCREATE INDEX i ON t (lower(a))", "2:1", "an expression"},
        refused{"CREATE TABLE t (a int);\nCREATE INDEX i ON t (a) WHERE a > 1", "2:1", "WHERE"},
        refused{"CREATE TABLE t (a int);\nCREATE INDEX i ON t (a DESC)", "2:19", "DESC"},
        refused{"CREATE TABLE t (a int);\nCREATE INDEX i ON t (a NULLS FIRST)", "2:19", "NULLS"},
        refused{"CREATE TABLE t (a int);\nCREATE INDEX i ON t USING hash (a)", "2:19", "btree"},
        refused{"CREATE TABLE t (a int);\nCREATE INDEX i ON t (a COLLATE \"C\")", "2:1", "COLLATE"},
        refused{"CREATE TABLE t (a int);\nCREATE INDEX i ON t (a int4_ops)", "2:1", "operator"},
        refused{"CREATE TABLE t (a int);\nCREATE INDEX i ON t (a) INCLUDE (a)", "2:1", "INCLUDE"},
        refused{"CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a)", "2:1",
                "CONCURRENTLY"},
        refused{"CREATE TABLE t (a int);\nCREATE INDEX i ON ONLY t (a)", "2:24", "ONLY"},
        refused{"CREATE TABLE t (a int);CREATE INDEX i ON t (a);\nCREATE INDEX i ON t (a)", "2:19",
                "named \"i\""}));

TEST(ParseTables, AcceptsTextWithoutStatements) {
    EXPECT_TRUE(parse_tables("", "f").empty());
    EXPECT_TRUE(parse_tables(" -- nothing\n;;/* */", "f").empty());
}

std::string place_of_refusal(const std::string& sql) {
    try {
        parse_tables(sql, "f");
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_input);
        return e.info().place;
    }
    return "accepted";
}

TEST(ParseTables, RefusesZeroBytesAndTextThatIsNotUtf8) {
    EXPECT_EQ(place_of_refusal(std::string("create\n table t\0 (a int)", 23)), "f:2:9");
    EXPECT_EQ(place_of_refusal("create table t (\n a int, \xff int)"), "f:2:1");
}

TEST(ParseTables, NeverCutsLongNames) {
    const std::string fits(63, 'n');
    EXPECT_EQ(one("CREATE TABLE " + fits + " (a int)").name, fits);
    EXPECT_EQ(one("CREATE TABLE \"" + fits + "\" (a int)").name, fits);
    const std::string doubled = std::string(61, 'n') + "\"\"";
    EXPECT_EQ(one("CREATE TABLE \"" + doubled + "\" (a int)").name.size(), 62U);
    EXPECT_EQ(place_of_refusal("CREATE TABLE " + fits + "n (a int)"), "f:1:14");
    EXPECT_EQ(place_of_refusal("CREATE TABLE \"" + fits + "n\" (a int)"), "f:1:14");
    EXPECT_EQ(place_of_refusal("CREATE TABLE t (a int, \n\"" + fits + "\xc3\xa4\" int)"), "f:2:1");
    // Long literals and comments are no names.
    EXPECT_EQ(one("CREATE TABLE t (a text DEFAULT '" + fits + fits + "') -- " + fits + fits).name,
              "t");
    // Names that would be made are not cut either.
    EXPECT_EQ(place_of_refusal("CREATE TABLE " + fits + " (a int UNIQUE)"),
              "f:1:" + std::to_string(14 + 63 + 8));
}

TEST(ParseTables, SurvivesDeepExpressions) {
    const auto repeated = [](const std::string& what, int times) {
        std::string all;
        for (int i = 0; i < times; ++i) all += what;
        return all;
    };
    const auto check = [](const std::string& condition) {
        return place_of_refusal("CREATE TABLE t (a int CHECK (" + condition + "))");
    };
    EXPECT_NE(check("a" + repeated("+a", 32'000) + " > 0"), "accepted");
    EXPECT_NE(check("a" + repeated("+a", 400'000) + " > 0"), "accepted");
    EXPECT_NE(check(repeated("(", 100'000) + "a"), "accepted");
    EXPECT_NE(check(repeated("NOT ", 9'000) + "a > 0"), "accepted");
    EXPECT_NE(check(repeated("coalesce(a,", 3'000) + "a" + repeated(")", 3'000) + " > 0"),
              "accepted");
    EXPECT_EQ(check("a" + repeated("+a", 100) + " > 0"), "accepted");
}

TEST(ParseTables, ThreadsDoNotDisturbEachOther) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([t] {
            const std::string name = "t" + std::to_string(t);
            for (int i = 0; i < 50; ++i) {
                EXPECT_EQ(one("CREATE TABLE " + name + " (a int)").name, name);
                EXPECT_EQ(place_of_refusal("CREATE TABLE " + name + "\n( a"), "f:2:4");
            }
        });
    for (std::thread& t : threads) t.join();
}

}  // namespace
}  // namespace shardwise::parse
