// SPDX-License-Identifier: MIT
// SQL text over spread rows answers as one database does: every construct of the language.
#include <gtest/gtest.h>

#include <algorithm>

#include "parse/statement_parser.hpp"
#include "shardwise/base/error.hpp"
#include "support/shop_rows.hpp"
#include "support/shop_tables.hpp"

namespace shardwise::exec {
namespace {

using namespace shardwise::test;

class SqlText : public testing::TestWithParam<int> {
protected:
    static sharding::strategy_spec spec() { return strategy_number(GetParam()); }
    static std::size_t shard_count() { return GetParam() == 0 ? 2 : 5; }

    SqlText()
        : s(spec().kind),
          many(s, spec(), shard_count(), "sql_many"),
          one(s, by_modulo(1), 1, "sql_one") {}

    sql::select_ptr parsed(const std::string& text) const {
        return std::get<sql::select_ptr>(parse::parse_statement(text, shop_tables(s)).parsed);
    }

    /// Unordered answers are compared as sets of rows.
    void same(const std::string& text) {
        SCOPED_TRACE(text);
        try {
            const sql::select_ptr q = parsed(text);
            std::vector<std::string> expected = one.rows(q), got = many.rows(q);
            if (q->order_by.empty()) {
                std::sort(expected.begin(), expected.end());
                std::sort(got.begin(), got.end());
            }
            EXPECT_EQ(expected, got);
            EXPECT_EQ(one.counted(q), many.counted(q));
        } catch (const error& e) {
            ADD_FAILURE() << e.what() << " in " << e.statement();
        }
    }
    void rows(const std::string& text, const std::vector<std::string>& expected) {
        same(text);
        EXPECT_EQ(many.rows(parsed(text)), expected) << text;
    }

    shop s;
    shop_rows many, one;
};

TEST_P(SqlText, Expressions) {
    same("SELECT id, CASE WHEN age > 40 THEN 'old' WHEN age > 30 THEN 'middle' END FROM users");
    same("SELECT id, CASE country WHEN 'de' THEN 1 WHEN 'fr' THEN 2 ELSE 0 END FROM users");
    same("SELECT id, coalesce(name, country, 'x'), nullif(country, 'de') FROM users");
    same("SELECT id, coalesce(age, score), greatest(age, id, 30), least(age, 30) FROM users");
    same("SELECT id, name || '-' || country, upper(country), lower('ÄB' || country) FROM users");
    same("SELECT id, length(name), substring(name from 2), substr(name, 0, 2) FROM users");
    same("SELECT id, substring(name, age - 30, id % 4), trim('  ' || name || ' ') FROM users");
    same("SELECT id, ltrim('  a '), rtrim(' a  ') || '|', replace(name, 'n', 'mm') FROM users");
    same("SELECT id, position('1' in name), strpos(country, 'e') FROM users");
    same("SELECT id, abs(id), abs(score), floor(score), ceil(score), round(score, 1) FROM users");
    same(
        "SELECT id, round(score), mod(id, 7), cast(id AS text), cast(id AS decimal(12,2)) FROM "
        "users");
    same("SELECT id, cast(score AS decimal(12,1)), cast(age AS double precision) / 3 FROM users");
    same("SELECT id FROM users WHERE age IS DISTINCT FROM 30 AND name IS NOT DISTINCT FROM NULL");
    same("SELECT id FROM users WHERE (age > 30) IS TRUE OR (age > 30) IS UNKNOWN");
    same("SELECT id FROM users WHERE (age > 30) IS NOT TRUE AND (score > 1) IS NOT FALSE");
    same("SELECT count(*) FROM users WHERE CASE WHEN age IS NULL THEN 1 ELSE 0 END = 1");
    same("SELECT id FROM users WHERE coalesce(age, 0) IN (0, 21, 22) ORDER BY id");
}

TEST_P(SqlText, Aggregates) {
    same("SELECT sum(DISTINCT age), avg(DISTINCT age), count(DISTINCT age) FROM users");
    same("SELECT country, sum(DISTINCT age) FROM users GROUP BY country");
    same(
        "SELECT country, count(*) FILTER (WHERE age > 30), sum(age) FILTER (WHERE id > 0), "
        "count(age) "
        "FROM users GROUP BY country");
    same(
        "SELECT country, bool_and(age > 20), bool_or(age > 45), every(id > -100) FROM users GROUP "
        "BY "
        "country");
    same(
        "SELECT country, var_pop(age) BETWEEN 60 AND 90, stddev(age) > 8, stddev_pop(score) < "
        "variance(score) FROM users GROUP BY country");
    same("SELECT upper(country), count(*) FROM users GROUP BY upper(country)");
    same(
        "SELECT country, max(age) - min(age) AS spread FROM users GROUP BY country HAVING "
        "max(age) - min(age) > 3 ORDER BY spread DESC, country");
    same(
        "SELECT CASE WHEN age > 30 THEN 'a' ELSE 'b' END AS k, count(*) FROM users GROUP BY k "
        "ORDER BY "
        "k");
}

TEST_P(SqlText, Joins) {
    same("SELECT u.id, o.id FROM users u RIGHT JOIN orders o ON u.id = o.user_id AND u.age > 30");
    same("SELECT u.id, o.id FROM users u FULL JOIN orders o ON u.id = o.id");
    same(
        "SELECT u.id, n.id FROM users u FULL JOIN notes n ON u.id = n.owner WHERE u.id IS NULL OR "
        "n.id "
        "IS NULL");
    same("SELECT count(*) FROM users u CROSS JOIN countries c");
    same("SELECT count(*), sum(a.id) FROM users a, users b WHERE a.age = b.age AND a.id < b.id");
    same(
        "SELECT c.code, u.id FROM countries c LEFT JOIN users u ON u.country = c.code AND u.age > "
        "45 "
        "ORDER BY c.code, u.id");
    same("SELECT a.id, b.id FROM users a JOIN users b ON a.id = b.id - 1 ORDER BY a.id");
    same(
        "SELECT u.country, count(o.id), sum(l.quantity) FROM users u LEFT JOIN orders o ON "
        "o.user_id "
        "= u.id LEFT JOIN order_lines l ON l.order_id = o.id GROUP BY u.country ORDER BY 1");
}

TEST_P(SqlText, Subqueries) {
    same("SELECT id FROM users u WHERE EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id)");
    same(
        "SELECT id FROM users u WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id "
        "AND "
        "o.total > 200)");
    same("SELECT id FROM users WHERE id IN (SELECT user_id FROM orders WHERE total > 250)");
    same("SELECT id FROM users WHERE id NOT IN (SELECT user_id FROM orders WHERE total > 250)");
    same("SELECT id FROM users WHERE age IN (SELECT owner FROM notes)");
    same("SELECT id FROM users WHERE age NOT IN (SELECT owner FROM notes)");
    same("SELECT id FROM users WHERE age NOT IN (SELECT owner FROM notes WHERE owner IS NOT NULL)");
    same("SELECT id FROM users WHERE age = (SELECT max(age) FROM users)");
    same(
        "SELECT id, (SELECT count(*) FROM orders o WHERE o.user_id = u.id) FROM users u ORDER BY 2 "
        "DESC, 1 LIMIT 7");
    same("SELECT id, (SELECT title FROM countries c WHERE c.code = u.country) FROM users u");
    same(
        "SELECT id FROM users u WHERE age > (SELECT avg(age) FROM users v WHERE v.country = "
        "u.country)");
    same(
        "SELECT country, count(*) FROM users WHERE id IN (SELECT user_id FROM orders) GROUP BY "
        "country "
        "HAVING count(*) > (SELECT count(*) / 20 FROM users)");
    same("SELECT id FROM users WHERE id = 7 AND EXISTS (SELECT 1 FROM orders WHERE user_id = 7)");
    same(
        "SELECT id FROM users u WHERE id IN (SELECT user_id FROM orders o WHERE EXISTS (SELECT 1 "
        "FROM "
        "order_lines l WHERE l.order_id = o.id AND l.user_id = o.user_id AND l.quantity > 4))");
    same(
        "SELECT id FROM users WHERE id IN (SELECT user_id FROM orders ORDER BY total DESC, id "
        "LIMIT 5)");
    same(
        "SELECT id FROM orders o WHERE total > (SELECT avg(total) FROM orders p WHERE p.user_id = "
        "o.user_id)");
}

TEST_P(SqlText, DerivedTablesAndWith) {
    same(
        "SELECT d.c, d.n FROM (SELECT country AS c, count(*) AS n FROM users GROUP BY country) d "
        "WHERE "
        "d.n > 20 ORDER BY d.n DESC, d.c");
    same(
        "SELECT avg(n), max(n) FROM (SELECT user_id, count(*) AS n FROM orders GROUP BY user_id) "
        "d");
    same(
        "WITH big AS (SELECT user_id, sum(total) AS t FROM orders GROUP BY user_id) SELECT u.id, "
        "b.t "
        "FROM users u JOIN big b ON b.user_id = u.id ORDER BY b.t DESC, u.id LIMIT 6");
    same(
        "WITH a(x) AS (SELECT age FROM users), b AS (SELECT x, count(*) AS n FROM a GROUP BY x) "
        "SELECT "
        "* FROM b ORDER BY x LIMIT 5");
    same("SELECT count(*) FROM (SELECT DISTINCT country, age FROM users) d");
    same(
        "SELECT x.id FROM (SELECT id, age FROM users ORDER BY age DESC, id LIMIT 10) x ORDER BY "
        "x.id");
    same("SELECT d.id FROM (SELECT id FROM users WHERE id = 12) d");
}

TEST_P(SqlText, SetOperations) {
    same("SELECT country FROM users UNION SELECT code FROM countries");
    same("SELECT country FROM users UNION ALL SELECT code FROM countries");
    same("SELECT code FROM countries EXCEPT SELECT country FROM users");
    same("SELECT code FROM countries INTERSECT SELECT country FROM users");
    same(
        "SELECT id, score FROM users UNION SELECT id, total FROM orders ORDER BY id DESC, score "
        "LIMIT 9");
    same("SELECT id FROM users UNION ALL SELECT id FROM orders UNION ALL SELECT id FROM notes");
    same(
        "(SELECT id FROM users ORDER BY id LIMIT 3) UNION ALL SELECT -id FROM notes WHERE id > 75");
    same("SELECT age FROM users EXCEPT SELECT owner FROM notes UNION SELECT 99 FROM countries");
    same("SELECT NULL FROM users UNION SELECT name FROM users WHERE id > 70");
    same("SELECT count(*) FROM (SELECT id FROM users UNION SELECT id FROM orders) d");
}

TEST_P(SqlText, Windows) {
    same("SELECT id, row_number() OVER (ORDER BY age, id), rank() OVER (ORDER BY age) FROM users");
    same(
        "SELECT id, dense_rank() OVER (PARTITION BY country ORDER BY age DESC NULLS LAST) FROM "
        "users");
    same(
        "SELECT id, sum(age) OVER (PARTITION BY country ORDER BY id), avg(age) OVER (PARTITION BY "
        "country) FROM users");
    same("SELECT id, lag(id) OVER (ORDER BY id), lead(name, 2) OVER (ORDER BY id) FROM users");
    same(
        "SELECT id, sum(total) OVER (PARTITION BY user_id ORDER BY id ROWS BETWEEN 1 PRECEDING AND "
        "CURRENT ROW) FROM orders");
    same(
        "SELECT id, count(*) OVER (), ntile(4) OVER (ORDER BY id), first_value(name) OVER "
        "(PARTITION BY "
        "country ORDER BY id) FROM users");
    same(
        "SELECT country, sum(age), rank() OVER (ORDER BY sum(age) DESC) FROM users GROUP BY "
        "country");
    same(
        "SELECT user_id, id, row_number() OVER (PARTITION BY user_id ORDER BY id) AS n FROM orders "
        "ORDER BY user_id, id LIMIT 10");
    same(
        "SELECT d.id FROM (SELECT id, row_number() OVER (PARTITION BY country ORDER BY id) AS n "
        "FROM "
        "users) d WHERE d.n = 1");
}

TEST_P(SqlText, AScalarSubqueryOfTwoRowsIsAnError) {
    const sql::select_ptr q =
        parsed("SELECT id, (SELECT age FROM users WHERE age > 20) FROM users");
    EXPECT_THROW(many.rows(q), error);
    EXPECT_THROW(one.rows(q), error);
}

INSTANTIATE_TEST_SUITE_P(Strategies, SqlText, testing::Values(0, 1, 2));

}  // namespace
}  // namespace shardwise::exec
