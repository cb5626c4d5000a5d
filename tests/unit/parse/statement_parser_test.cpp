// SPDX-License-Identifier: MIT
#include "parse/statement_parser.hpp"

#include <gtest/gtest.h>

#include "parse/ddl_parser.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"
#include "sql/dialect.hpp"

namespace shardwise::parse {
namespace {

/// Tables of CREATE TABLE text.
class sample_tables final : public table_lookup {
public:
    sample_tables()
        : tables_(parse_tables(R"(
              CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, score double precision,
                                      joined date, token uuid, active boolean, photo bytea, extra json);
              CREATE TABLE orders (no varchar(20) PRIMARY KEY, customer_id bigint, at timestamptz NOT NULL,
                                   total numeric(12,2), qty smallint);
              CREATE TABLE "Odd ""name" ("Id" bigint PRIMARY KEY, "select" text);
          )",
                               "schema.sql")) {
        schema::column bucket;
        bucket.name = "sw_bucket";
        bucket.type = column_type::int32;
        bucket.generated = schema::generation::bucket;
        tables_[0].columns.push_back(bucket);
    }
    const schema::table* find(std::string_view name) const override {
        for (const schema::table& t : tables_)
            if (t.name == name) return &t;
        return nullptr;
    }
    std::vector<std::string_view> names() const override {
        std::vector<std::string_view> all;
        for (const schema::table& t : tables_) all.push_back(t.name);
        return all;
    }

private:
    std::vector<schema::table> tables_;
};

const sample_tables tables;

statement parsed(std::string_view sql) { return parse_statement(sql, tables); }

sql::select_ptr select_of(std::string_view sql) {
    return std::get<sql::select_ptr>(parsed(sql).parsed);
}

/// What PostgreSQL would be sent, with the bound values in display form.
std::string compiled(std::string_view sql) {
    const statement s = parsed(sql);
    const sql::compiled c = std::visit(
        [](const auto& p) {
            return sql::compile(*p, sql::dialect_for(sql::dialect_kind::postgres));
        },
        s.parsed);
    std::string text = c.text;
    for (const value& v : c.values) text += " | " + to_display(v.view());
    return text;
}

/// "code place: message", or "" when it is accepted.
std::string refusal(std::string_view sql) {
    try {
        parsed(sql);
    } catch (const error& e) {
        return std::string(name_of(e.code())) + " " + e.info().place + ": " + e.message();
    }
    return "";
}

/// The constants that stand in WHERE, in order.
void add_constants(const sql::expr& e, std::vector<std::string>& out) {
    if (e.kind == sql::expr_kind::constant)
        out.push_back(std::string(name_of(e.literal.kind())) + " " + to_display(e.literal.view()));
    for (const sql::expr_ptr& x : e.operands) add_constants(*x, out);
    for (const value& v : e.list)
        out.push_back(std::string(name_of(v.kind())) + " " + to_display(v.view()));
}
std::vector<std::string> constants(const std::string& condition) {
    const auto s = select_of(
        "SELECT 1 AS one FROM customers JOIN orders ON customer_id = id WHERE " + condition);
    std::vector<std::string> out;
    add_constants(*s->where, out);
    return out;
}
using texts = std::vector<std::string>;

TEST(ParseStatement, StarIsEveryColumnButTheLibrarysOwn) {
    const statement s = parsed("SELECT * FROM customers");
    EXPECT_EQ(s.headings,
              (texts{"id", "name", "score", "joined", "token", "active", "photo", "extra"}));
    EXPECT_EQ(
        parsed("SELECT o.*, c.id FROM customers c JOIN orders o ON o.customer_id = c.id").headings,
        (texts{"no", "customer_id", "at", "total", "qty", "id"}));
    EXPECT_EQ(parsed("SELECT sw_bucket FROM customers").headings, (texts{"sw_bucket"}));
}

TEST(ParseStatement, HeadingsArePostgresNames) {
    EXPECT_EQ(parsed("SELECT id, c.name, id + 1, count(*) AS n, sum(id), max(name) biggest, 5 "
                     "FROM customers c GROUP BY id, name")
                  .headings,
              (texts{"id", "name", "?column?", "n", "sum", "biggest", "?column?"}));
    const auto s = select_of("SELECT id AS x FROM customers");
    EXPECT_EQ(s->items.at(0).name, "x");
}

TEST(ParseStatement, EveryClauseReachesTheCompiledText) {
    EXPECT_EQ(
        compiled("SELECT DISTINCT c.name FROM customers AS c LEFT JOIN orders o ON o.customer_id = "
                 "c.id AND o.total > 5 WHERE c.id % 2 = 0 ORDER BY c.name DESC LIMIT 10 OFFSET 20"),
        R"(SELECT DISTINCT CAST("customers"."name" AS text) COLLATE "C" FROM "customers" LEFT JOIN "orders" )"
        R"(ON "orders"."customer_id" = "customers"."id" AND "orders"."total" > $1 )"
        R"(WHERE ("customers"."id" % $2) = $3 ORDER BY CAST("customers"."name" AS text) COLLATE "C" DESC )"
        "LIMIT 10 OFFSET 20 | 5 | 2 | 0");
}

TEST(ParseStatement, ReadsUpdateAndDelete) {
    const statement u = parsed(
        "UPDATE orders AS o SET total = total * 2, qty = 1, at = '2011-12-09' "
        "WHERE o.no = 'A1'");
    const sql::change_ptr c = std::get<sql::change_ptr>(u.parsed);
    EXPECT_EQ(c->what, sql::change::verb::update);
    ASSERT_EQ(c->assignments.size(), 3U);
    EXPECT_EQ(c->assignments[0].column, 3);
    EXPECT_EQ(c->assignments[2].to->literal.kind(), kind::timestamp);
    ASSERT_TRUE(c->where);
    EXPECT_TRUE(u.headings.empty());
    const sql::change_ptr d = std::get<sql::change_ptr>(parsed("DELETE FROM customers").parsed);
    EXPECT_EQ(d->what, sql::change::verb::erase);
    EXPECT_FALSE(d->where);
}

TEST(ParseStatement, ReadsInsert) {
    const statement v = parsed(
        "INSERT INTO orders (no, at, total) VALUES ('A', '2011-12-09', 1.5), ('B', DEFAULT, NULL) "
        "ON CONFLICT (no) DO UPDATE SET total = orders.total + excluded.total, qty = 1 "
        "WHERE excluded.total > 0 RETURNING *, total * 2 AS twice");
    const sql::change_ptr c = std::get<sql::change_ptr>(v.parsed);
    EXPECT_EQ(c->what, sql::change::verb::insert);
    EXPECT_EQ(c->inserted->columns, (std::vector<schema::column_index>{0, 2, 3}));
    ASSERT_EQ(c->inserted->rows.size(), 2u);
    EXPECT_EQ(c->inserted->rows[0][1]->literal.kind(), kind::timestamp);
    EXPECT_FALSE(c->inserted->rows[1][1]) << "DEFAULT";
    EXPECT_EQ(c->inserted->conflict_key, (std::vector<schema::column_index>{0}));
    EXPECT_EQ(c->assignments.size(), 2u);
    EXPECT_TRUE(c->where);
    EXPECT_EQ(v.headings,
              (std::vector<std::string>{"no", "customer_id", "at", "total", "qty", "twice"}));
    const sql::change_ptr s = std::get<sql::change_ptr>(
        parsed("INSERT INTO customers (id, joined) SELECT customer_id, '2020-02-02' FROM orders")
            .parsed);
    ASSERT_TRUE(s->inserted->source);
    EXPECT_EQ(s->inserted->source->items[1].expression->literal.kind(), kind::date);
    const sql::change_ptr first =
        std::get<sql::change_ptr>(parsed("INSERT INTO customers VALUES (1, 'x')").parsed);
    EXPECT_EQ(first->inserted->columns.size(), 2u) << "without names the first columns";
}

TEST(ParseStatement, MistakesInInsertHaveAPlace) {
    const std::pair<const char*, const char*> cases[] = {
        {"INSERT INTO customer (id) VALUES (1)", "unknown_table 1:13"},
        {"INSERT INTO customers (id, nme) VALUES (1, 'x')", "unknown_column 1:28"},
        {"INSERT INTO customers (id, id) VALUES (1, 2)", "bad_query 1:1"},
        {"INSERT INTO customers (id) VALUES (1, 2)", "bad_query 1:1"},
        {"INSERT INTO customers (id, name) VALUES (1, 'x'), (2)", "bad_query 1:52"},
        {"INSERT INTO customers (id) VALUES ('x')", "bad_query 1:36"},
        {"INSERT INTO customers (id) VALUES (true)", "bad_query 1:36"},
        {"INSERT INTO customers (id) VALUES (name)", "unknown_column 1:36"},
        {"INSERT INTO customers (sw_bucket) VALUES (1)", "bad_query 1:1"},
        {"INSERT INTO customers (id) SELECT id, name FROM customers", "bad_query 1:1"},
        {"INSERT INTO customers (id) SELECT name FROM customers", "bad_query 1:35"},
        {"INSERT INTO customers (id) VALUES (1) ON CONFLICT (nme) DO NOTHING",
         "unknown_column 1:51"},
        {"INSERT INTO customers (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET nme = 1",
         "unknown_column 1:70"},
        {"INSERT INTO customers (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET score = score + 1",
         "bad_query 1:78"},
        {"INSERT INTO customers (id) VALUES (1) RETURNING nme", "unknown_column 1:49"},
        {"INSERT INTO customers (id) VALUES (1) RETURNING count(*)", "bad_query 1:49"},
    };
    for (const auto& [sql, expected] : cases)
        EXPECT_EQ(refusal(sql).substr(0, refusal(sql).find(": ")), expected) << sql;
}

TEST(ParseStatement, LiteralsTakeTheTypeOfTheColumnTheyMeet) {
    EXPECT_EQ(constants("at >= '2011-12-09 10:00:00' AND joined < '2011-01-02'"),
              (texts{"timestamp '2011-12-09 10:00:00+00'", "date '2011-01-02'"}));
    EXPECT_EQ(constants("at = '2011-12-09'"), (texts{"timestamp '2011-12-09 00:00:00+00'"}));
    EXPECT_EQ(constants("'2011-01-02' > joined"), (texts{"date '2011-01-02'"}));
    EXPECT_EQ(constants("token = '01234567-89ab-cdef-0123-456789abcdef'"),
              (texts{"uuid '01234567-89ab-cdef-0123-456789abcdef'"}));
    EXPECT_EQ(constants("total = '1.50' AND qty = '7' AND active = 'yes'"),
              (texts{"decimal 1.50", "integer 7", "boolean true"}));
    EXPECT_EQ(constants("photo = '\\x00ff'"), (texts{"blob x'00ff'"}));
    EXPECT_EQ(constants("total BETWEEN '1' AND 2.5 AND at BETWEEN '2011-01-01' AND '2011-01-02'"),
              (texts{"decimal 1", "decimal 2.5", "timestamp '2011-01-01 00:00:00+00'",
                     "timestamp '2011-01-02 00:00:00+00'"}));
    EXPECT_EQ(constants("joined IN ('2011-01-02', NULL)"),
              (texts{"date '2011-01-02'", "null NULL"}));
    EXPECT_EQ(constants("name = '5'"), (texts{"text '5'"}));
}

TEST(ParseStatement, NumbersAreExactUnlessADoubleIsBesideThem) {
    EXPECT_EQ(constants("total > 1.5 AND score > 1.5 AND id > 1.5"),
              (texts{"decimal 1.5", "real 1.5", "decimal 1.5"}));
    EXPECT_EQ(constants("total = 1e2"), (texts{"decimal 100"}));
    EXPECT_EQ(constants("id = 9223372036854775807 OR id = -9223372036854775808"),
              (texts{"integer 9223372036854775807", "integer -9223372036854775808"}));
    EXPECT_EQ(constants("id = 9223372036854775808"), (texts{"decimal 9223372036854775808"}));
    EXPECT_EQ(constants("id = -5 OR id = 0 OR id = - 7"),
              (texts{"integer -5", "integer 0", "integer -7"}));
    EXPECT_EQ(constants("qty = 70000"), (texts{"integer 70000"}));
    EXPECT_EQ(constants("qty = '70000'"), (texts{"integer 70000"}));
    EXPECT_EQ(constants("1 = '1'"), (texts{"integer 1", "integer 1"}));
}

TEST(ParseStatement, AggregatesTypeTheLiteralsBesideThem) {
    const auto s = select_of(
        "SELECT customer_id FROM orders GROUP BY customer_id HAVING max(at) > '2011-12-01' AND "
        "avg(qty) > 1.5");
    std::vector<std::string> found;
    add_constants(*s->having, found);
    EXPECT_EQ(found, (texts{"timestamp '2011-12-01 00:00:00+00'", "real 1.5"}));
}

TEST(ParseStatement, CastsOfLiteralsAreLiterals) {
    EXPECT_EQ(constants("joined = DATE '2011-01-02' AND at > timestamptz '2011-01-02 03:04:05+01'"),
              (texts{"date '2011-01-02'", "timestamp '2011-01-02 02:04:05+00'"}));
    EXPECT_EQ(constants("id = CAST('5' AS bigint) AND total = 1.5::numeric(4,2)"),
              (texts{"integer 5", "decimal 1.50"}));
    EXPECT_EQ(refusal("SELECT id FROM customers WHERE CAST(name AS bigint) = 1").substr(0, 14),
              "bad_query 1:32");
    EXPECT_EQ(refusal("SELECT no FROM orders JOIN customers USING (id) WHERE 1 = 1").substr(0, 19),
              "unknown_column 1:28");
    EXPECT_EQ(refusal("SELECT no FROM orders WHERE total = 1.567::numeric(3,2)").substr(0, 14),
              "bad_query 1:37");
}

TEST(ParseStatement, EveryKindOfConditionIsRead) {
    const auto where = [](const std::string& condition) {
        const std::string text = compiled("SELECT id FROM customers WHERE " + condition);
        return text.substr(text.find(" WHERE ") + 7);
    };
    EXPECT_EQ(where("id IS NULL"), "\"id\" IS NULL");
    EXPECT_EQ(where("id IS NOT NULL"), "\"id\" IS NOT NULL");
    EXPECT_NE(where("name LIKE 'a%'").find(" LIKE "), std::string::npos);
    EXPECT_NE(where("name NOT LIKE 'a%'").find(" NOT LIKE "), std::string::npos);
    EXPECT_NE(where("id NOT BETWEEN 1 AND 2").find("NOT BETWEEN"), std::string::npos);
    EXPECT_EQ(where("id NOT IN (1, 2)"), "\"id\" NOT IN ($1, $2) | 1 | 2");
    EXPECT_EQ(where("NOT (id = 1 OR id <> 2)"), "NOT (\"id\" = $1 OR \"id\" <> $2) | 1 | 2");
    EXPECT_EQ(where("active"), "\"active\"");
    EXPECT_EQ(where("id != 1"), "\"id\" <> $1 | 1");
    EXPECT_EQ(where("+id = 1"), "\"id\" = $1 | 1");
    EXPECT_EQ(where("id IN (id, 5)"), "\"id\" = \"id\" OR \"id\" = $1 | 5");
}

TEST(ParseStatement, OrderKnowsPositionsAndOutputNamesAndNulls) {
    const auto order = [](const std::string& sql) {
        const auto s = select_of(sql);
        std::string out;
        for (const sql::ordering& o : s->order_by) {
            for (std::size_t i = 0; i < s->items.size(); ++i)
                if (sql::same_expression(*s->items[i].expression, *o.by)) {
                    out += std::to_string(i + 1);
                    break;
                }
            out += std::string(o.descending ? "d" : "a") + (o.nulls_first ? "f" : "l") + " ";
        }
        return out;
    };
    EXPECT_EQ(order("SELECT id, name AS x FROM customers ORDER BY 2, x DESC, id NULLS FIRST"),
              "2al 2df 1af ");
    EXPECT_EQ(order("SELECT id, score AS name FROM customers ORDER BY name DESC NULLS LAST"),
              "2dl ");
    EXPECT_EQ(order("SELECT count(*) n, name FROM customers GROUP BY 2 ORDER BY n DESC, count(*)"),
              "1df 1al ");
    EXPECT_EQ(order("SELECT id FROM customers ORDER BY score"), "al ");
    EXPECT_EQ(refusal("SELECT id, name FROM customers ORDER BY 3").substr(0, 14), "bad_query 1:41");
    EXPECT_EQ(refusal("SELECT id FROM customers ORDER BY 'x'").substr(0, 14), "bad_query 1:35");
    EXPECT_EQ(refusal("SELECT id x, score x FROM customers ORDER BY x").substr(0, 14),
              "bad_query 1:46");
}

TEST(ParseStatement, GroupPrefersColumnsOfTheTablesToOutputNames) {
    const auto s = select_of("SELECT count(score) AS name FROM customers GROUP BY name");
    ASSERT_EQ(s->group_by.size(), 1U);
    EXPECT_EQ(s->group_by[0]->ref.column, 1);  // customers.name
    const auto by_alias = select_of("SELECT id % 2 AS half, count(*) FROM customers GROUP BY half");
    EXPECT_TRUE(sql::same_expression(*by_alias->group_by.at(0), *by_alias->items.at(0).expression));
}

TEST(ParseStatement, LimitAllAndZeroAreWhatTheySay) {
    EXPECT_FALSE(select_of("SELECT id FROM customers LIMIT ALL")->limit.has_value());
    EXPECT_EQ(select_of("SELECT id FROM customers LIMIT 0")->limit, 0);
    EXPECT_EQ(select_of("SELECT id FROM customers OFFSET 3 ROWS FETCH FIRST 2 ROWS ONLY")->offset,
              3);
    EXPECT_EQ(refusal("SELECT id FROM customers LIMIT -1").substr(0, 14), "bad_query 1:32");
    EXPECT_EQ(refusal("SELECT id FROM customers LIMIT 1.5").substr(0, 14), "bad_query 1:32");
    EXPECT_EQ(refusal("SELECT id FROM customers LIMIT 1+1").substr(0, 18), "not_supported 1:33");
}

TEST(ParseStatement, ColumnsThatAreNeitherGroupedNorAggregatedAreRefused) {
    EXPECT_EQ(refusal("SELECT name, count(*) FROM customers").substr(0, 13), "bad_query 1:1");
    EXPECT_EQ(refusal(" SELECT id FROM customers HAVING id > 1").substr(0, 13), "bad_query 1:2");
    EXPECT_EQ(refusal("SELECT DISTINCT name FROM customers ORDER BY id").substr(0, 13),
              "bad_query 1:1");
    EXPECT_EQ(refusal("SELECT name, count(*) FROM customers GROUP BY name"), "");
}

TEST(ParseStatement, CountsRowsValuesAndDifferentValues) {
    const auto s = select_of(
        "SELECT count(*), count(name), count(DISTINCT name), count(1), min(DISTINCT id), "
        "count(NULL) FROM customers");
    const auto f = [&](std::size_t i) { return s->items[i].expression->function; };
    EXPECT_EQ(f(0), sql::aggregate::count_all);
    EXPECT_EQ(f(1), sql::aggregate::count);
    EXPECT_EQ(f(2), sql::aggregate::count_distinct);
    EXPECT_EQ(f(3), sql::aggregate::count_all);
    EXPECT_EQ(f(4), sql::aggregate::min);
    EXPECT_EQ(f(5), sql::aggregate::count);
}

TEST(ParseStatement, ATableMayAppearTwiceUnderTwoNames) {
    const auto s = select_of(
        "SELECT a.id, b.id FROM customers a JOIN customers b ON a.id = b.id WHERE b.name = 'x'");
    EXPECT_EQ(s->from.alias, 0);
    ASSERT_EQ(s->joins.size(), 1U);
    EXPECT_EQ(s->joins[0].joined.alias, 1);
    EXPECT_EQ(s->items[1].expression->ref.alias, 1);
    EXPECT_NE(
        refusal("SELECT 1 FROM customers JOIN customers ON true").find("two tables are called"),
        std::string::npos);
}

TEST(ParseStatement, QuotedNamesAreTakenAsWritten) {
    EXPECT_EQ(
        parsed(R"(SELECT "Id", "select" FROM "Odd ""name" AS "x y" WHERE "x y"."Id" = 1)").headings,
        (texts{"Id", "select"}));
}

TEST(ParseStatement, UnknownNamesAreRefusedWithAPlaceAndASuggestion) {
    EXPECT_EQ(
        refusal("SELECT id\nFROM custmers"),
        "unknown_table 2:6: the cluster has no table \"custmers\"; did you mean 'customers'?");
    EXPECT_EQ(
        refusal("SELECT id, nmae FROM customers"),
        "unknown_column 1:12: table \"customers\" has no column \"nmae\"; did you mean 'name'?");
    EXPECT_EQ(
        refusal("SELECT c.nmae FROM customers c JOIN orders ON true"),
        "unknown_column 1:8: table \"customers\" has no column \"nmae\"; did you mean 'name'?");
    EXPECT_EQ(refusal("SELECT totl FROM customers c JOIN orders ON true"),
              "unknown_column 1:8: no table of this statement has a column \"totl\"; did you mean "
              "'total'?");
    EXPECT_EQ(refusal("SELECT customers.id FROM customers c"),
              "unknown_table 1:8: table \"customers\" is called \"c\" in this statement");
    EXPECT_EQ(refusal("SELECT d.id FROM customers c").substr(0, 17), "unknown_table 1:8");
    EXPECT_EQ(refusal("UPDATE customers SET nme = 'x'").substr(0, 19), "unknown_column 1:22");
    EXPECT_EQ(refusal("DELETE FROM customers WHERE no = 'x'").substr(0, 19), "unknown_column 1:29");
    EXPECT_EQ(refusal("SELECT 'é', idd FROM customers").substr(0, 19), "unknown_column 1:13");
    // ON sees the tables to its left, not those that follow.
    EXPECT_EQ(refusal("SELECT 1 FROM customers c JOIN orders o ON x.id = o.customer_id JOIN "
                      "customers x ON true")
                  .substr(0, 18),
              "unknown_table 1:44");
}

TEST(ParseStatement, AmbiguousColumnsAreRefused) {
    EXPECT_EQ(refusal("SELECT id FROM customers a JOIN customers b ON a.id = b.id"),
              "bad_query 1:8: column \"id\" is ambiguous: write a.id or b.id");
}

TEST(ParseStatement, ValuesThatDoNotFitAreRefusedWithoutShowingThem) {
    const std::string message = refusal("SELECT no FROM orders WHERE at = 'secret value'");
    EXPECT_EQ(message.substr(0, 14), "bad_query 1:34");
    EXPECT_EQ(message.find("secret"), std::string::npos);
    EXPECT_EQ(refusal("SELECT no FROM orders WHERE qty = 'x'").substr(0, 14), "bad_query 1:35");
    EXPECT_EQ(refusal("SELECT id FROM customers WHERE name = 5").substr(0, 14), "bad_query 1:37");
    EXPECT_EQ(refusal("SELECT id FROM customers WHERE joined = true").substr(0, 9), "bad_query");
    EXPECT_EQ(refusal("SELECT id FROM customers WHERE id").substr(0, 14), "bad_query 1:32");
    EXPECT_EQ(refusal("SELECT no FROM orders WHERE at + '1 day' > at").substr(0, 14),
              "bad_query 1:32");
    EXPECT_EQ(refusal("UPDATE orders SET total = true").substr(0, 14), "bad_query 1:19");
    EXPECT_EQ(refusal("UPDATE orders SET total = 1, total = 2").substr(0, 14), "bad_query 1:30");
    EXPECT_EQ(refusal("SELECT id FROM customers WHERE count(*) > 1").substr(0, 14),
              "bad_query 1:41");
    EXPECT_EQ(refusal("SELECT name FROM customers WHERE name LIKE 'a\\'").substr(0, 14),
              "bad_query 1:39");
}

struct refused {
    const char* sql;
    const char* place;
};

class UnsupportedConstruct : public testing::TestWithParam<refused> {};

TEST_P(UnsupportedConstruct, IsRefusedAtItsPlace) {
    EXPECT_EQ(refusal(GetParam().sql).substr(0, refusal(GetParam().sql).find(": ")),
              std::string("not_supported ") + GetParam().place);
}

INSTANTIATE_TEST_SUITE_P(
    Statements, UnsupportedConstruct,
    testing::Values(
        refused{"SELECT id FROM customers FOR UPDATE", "1:1"},
        refused{"SELECT array_agg(id) FROM customers", "1:8"},
        refused{"SELECT rank(5) WITHIN GROUP (ORDER BY id) FROM customers", "1:8"},
        refused{"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) OVER () FROM customers",
                "1:8"},
        refused{"SELECT id FROM customers WHERE name ~ 'a'", "1:37"},
        refused{"SELECT interval '1 day' FROM customers", "1:8"},
        refused{"SELECT id FROM pg_catalog.customers", "1:16"},
        refused{"SELECT id FROM customers, LATERAL (SELECT qty FROM orders) x", "1:1"},
        refused{"SELECT stddev(DISTINCT id) FROM customers", "1:8"},
        refused{"SELECT extract(century FROM joined) FROM customers", "1:16"},
        refused{"SELECT id FROM customers WHERE id = ANY ('{1}')", "1:35"},
        refused{"SELECT id FROM ONLY customers", "1:21"},
        refused{"SELECT a.b.id FROM customers", "1:8"},
        refused{"VALUES (1) ORDER BY 1 FETCH FIRST 3 ROWS WITH TIES", "1:35"},
        refused{"UPDATE customers SET name = DEFAULT", "1:29"},
        refused{"UPDATE customers SET (id, name) = (1, 'x')", "1:23"},
        refused{"UPDATE customers SET name = 'x' FROM orders", "1:1"},
        refused{"DELETE FROM customers USING orders", "1:1"},
        refused{"DELETE FROM customers RETURNING (SELECT min(qty) FROM orders)", "1:33"},
        refused{"INSERT INTO customers DEFAULT VALUES", "1:1"},
        refused{"INSERT INTO orders (no) VALUES ('1') ON CONFLICT DO NOTHING", "1:38"},
        refused{"INSERT INTO orders (no) VALUES ('1') ON CONFLICT (lower(no)) DO NOTHING", "1:50"},
        refused{"INSERT INTO orders (no) OVERRIDING USER VALUE VALUES ('1')", "1:1"},
        refused{"WITH x AS (SELECT id FROM customers) INSERT INTO orders (no) VALUES ('1')", "1:1"},
        refused{"EXPLAIN SELECT id FROM customers", "1:1"}, refused{"DROP TABLE customers", "1:1"},
        refused{"SELECT id FROM customers; DELETE FROM customers", "1:27"}));

TEST(ParseStatement, ParametersAreValuesAndMissingOnesHaveAPlace) {
    EXPECT_EQ(refusal("SELECT id FROM customers WHERE id = $1").substr(0, 14), "bad_query 1:37");
    EXPECT_EQ(refusal("SELECT id FROM customers WHERE id = :id").substr(0, 14), "bad_query 1:37");
    const std::vector<named_value> values{{"id", value{arg{std::int64_t{5}}}},
                                          {"who", value{arg{std::string_view{"x"}}}}};
    const auto parsed = [&](std::string_view text) {
        const statement s = parse_statement(text, tables, values);
        return std::get<sql::select_ptr>(s.parsed);
    };
    const sql::select_ptr s =
        parsed("SELECT id FROM customers WHERE name = :who AND id = :id AND id = $1");
    const sql::compiled c = sql::compile(*s, sql::dialect_for(sql::dialect_kind::postgres));
    EXPECT_EQ(parsed("SELECT id FROM customers LIMIT :id OFFSET $1")->limit, 5);
    ASSERT_EQ(c.values.size(), 3u);
    EXPECT_EQ(c.values[0].view().text(), "x");
    EXPECT_EQ(c.values[1].view().integer(), 5);
    EXPECT_EQ(c.values[2].view().integer(), 5);
    EXPECT_NO_THROW(
        parsed("SELECT id FROM customers WHERE name = ':id' AND id = 5::bigint -- :no"));
    EXPECT_NO_THROW(
        parsed("SELECT id FROM customers WHERE name = E'it\\'s :no' OR name = $$:no$$"));
    EXPECT_NO_THROW(parsed("SELECT id /* :no */ FROM customers WHERE \"name\" = :who"));
}

TEST(ParseStatement, WhatIsNoSqlIsBadInputAtItsPlace) {
    EXPECT_EQ(refusal("SELECT id FROM customers\nWHERE id == 5").substr(0, 18),
              "not_supported 2:10");
    EXPECT_EQ(refusal("SELEC id FROM customers").substr(0, 13), "bad_input 1:1");
    EXPECT_EQ(refusal("SELECT id FROM customers WHERE").substr(0, 14), "bad_input 1:31");
    EXPECT_EQ(refusal("").substr(0, 13), "bad_query 1:1");
    EXPECT_EQ(refusal(" -- nothing\n ;").substr(0, 9), "bad_query");
    EXPECT_EQ(refusal(std::string("SELECT id\0FROM customers", 24)).substr(0, 9), "bad_input");
    EXPECT_EQ(refusal("SELECT '\xff' FROM customers").substr(0, 9), "bad_input");
    // A colon in a text literal is no parameter.
    EXPECT_EQ(refusal("SELECT id FROM customers WHERE name = ':id'"), "");
    EXPECT_EQ(refusal("SELECT ':x' FROM FROM").substr(0, 14), "bad_input 1:18");
}

TEST(ParseStatement, LongChainsAreShallowAndDeepNestingIsRefusedNotCrashed) {
    std::string chain = "SELECT id FROM customers WHERE id = 0";
    for (int i = 1; i < 3000; ++i) chain += " OR id = " + std::to_string(i);
    EXPECT_EQ(refusal(chain), "");
    EXPECT_LT(select_of(chain)->where->depth, 20);
    std::string deep = "SELECT id FROM customers WHERE ";
    for (int i = 0; i < 9000; ++i) deep += "NOT ";
    EXPECT_EQ(refusal(deep + "active").substr(0, 9), "bad_query");
    std::string sum = "SELECT id FROM customers WHERE id = 1";
    for (int i = 0; i < 20000; ++i) sum += "+1";
    EXPECT_EQ(refusal(sum).substr(0, 9), "bad_query");
}

}  // namespace
}  // namespace shardwise::parse
