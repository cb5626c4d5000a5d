// SPDX-License-Identifier: MIT
#include "integration/sql_text/fixture.hpp"

namespace shardwise::test {
namespace {

class SqlAnswers : public compared_clusters {};

TEST_P(SqlAnswers, FunctionsOfOneRow) {
    same({
        "SELECT id, CASE WHEN age > 40 THEN 'old' WHEN age > 30 THEN 'middle' END FROM person",
        "SELECT id, CASE country WHEN 'de' THEN 1 WHEN 'fr' THEN 2.5 ELSE 0 END FROM person",
        "SELECT id, CASE WHEN active THEN score ELSE 1 END, coalesce(age, score, 0) FROM person",
        "SELECT id, coalesce(name, country), nullif(country, 'de'), nullif(age, 30) FROM person",
        "SELECT id, greatest(age, id, 30), least(score, 3.5, id) FROM person",
        "SELECT id, length(name), substring(name from 2), substr(name, 0, 2) FROM person",
        "SELECT id, trim('  ' || name || ' '), ltrim('  a '), rtrim(' a  ') || '|' FROM person",
        "SELECT id, replace(name, 'b', 'BB'), position('b' in name), strpos(name, 'x') FROM person",
        "SELECT id, abs(id), abs(score), abs(ratio), abs(age - 35) FROM person",
        "SELECT id, floor(score), ceil(score), round(score, 1), round(score) FROM person",
        "SELECT id, floor(ratio), ceil(ratio), mod(id, 7), id / 4, -id FROM person",
        "SELECT id, round(weight, 2), floor(weight), ceiling(weight), round(weight, 7) FROM item",
        "SELECT id, cast(id AS text), cast(id AS decimal(12,2)), cast(born AS text) FROM person",
        "SELECT id, cast(score AS decimal(12,1)), cast(age AS double precision) / 4 FROM person",
        "SELECT id FROM person WHERE age IS DISTINCT FROM 30 AND name IS NOT DISTINCT FROM NULL",
        "SELECT id FROM person WHERE active IS TRUE OR (age > 30) IS UNKNOWN",
        "SELECT id FROM person WHERE (age > 30) IS NOT TRUE AND (score > 1) IS NOT FALSE",
        "SELECT id FROM person WHERE name LIKE '%b%' OR name LIKE '50\\%' OR name LIKE 'a\\_%'",
        "SELECT id FROM person WHERE score BETWEEN -10 AND age AND ratio > score",
    });
    // PostgreSQL takes integers of 32 bits here, and no cast of a boolean to a bigint.
    same_among_clusters(
        "SELECT id, substring(name, age - 30, id % 4), substr(name, -1, 3) FROM person");
    same_among_clusters(
        "SELECT id, cast(active AS bigint), cast(seen AS date), cast(born AS timestamptz) FROM "
        "person");
    // A PostgreSQL server knows letters beyond ASCII only in databases with such a locale.
    same_among_clusters(
        "SELECT id, name || '-' || country, upper(name), lower(name), upper(country) FROM person");
}

TEST_P(SqlAnswers, DatesAndInstants) {
    same({
        "SELECT id, extract(year FROM seen), extract(quarter FROM seen), extract(month FROM seen), "
        "extract(day FROM seen), extract(hour FROM seen), extract(minute FROM seen), "
        "extract(second FROM seen), extract(dow FROM seen), extract(doy FROM seen) FROM person",
        "SELECT id, extract(year FROM born), extract(dow FROM born), extract(doy FROM born), "
        "date_part('quarter', born) FROM person",
        "SELECT id, date_trunc('year', seen), date_trunc('quarter', seen), date_trunc('month', "
        "seen), date_trunc('week', seen), date_trunc('day', seen), date_trunc('hour', seen), "
        "date_trunc('minute', seen), date_trunc('second', seen) FROM person",
        "SELECT extract(year FROM at), count(*), sum(total) FROM purchase GROUP BY extract(year "
        "FROM at) ORDER BY 1",
        "SELECT date_trunc('month', at) AS m, max(total) FROM purchase GROUP BY m ORDER BY m",
        "SELECT id FROM person WHERE born < '1990-01-01' AND seen >= '1975-05-05 00:00:00+02'",
    });
}

TEST_P(SqlAnswers, Aggregates) {
    same({
        "SELECT count(*), count(age), sum(age), avg(age), min(name), max(score), sum(ratio) FROM "
        "person",
        "SELECT sum(DISTINCT age), avg(DISTINCT age), count(DISTINCT age), count(DISTINCT country) "
        "FROM person",
        "SELECT country, count(*) FILTER (WHERE active), sum(score) FILTER (WHERE age > 30) FROM "
        "person GROUP BY country",
        "SELECT country, bool_and(active), bool_or(active), every(age > 10) FROM person GROUP BY "
        "country",
        "SELECT country, var_pop(age), var_samp(score), stddev(ratio), stddev_pop(age) FROM person "
        "GROUP BY country",
        "SELECT variance(weight) FROM item",
        "SELECT country, sum(score) + count(*), max(age) - min(age) FROM person GROUP BY country "
        "HAVING count(*) > 5 ORDER BY 2 DESC, 1",
        "SELECT name, count(*) FROM person GROUP BY name HAVING sum(age) > 60 ORDER BY name",
        "SELECT upper(country), avg(score) FROM person GROUP BY upper(country)",
        "SELECT active, country, count(*) FROM person GROUP BY active, country ORDER BY 3 DESC, 2, "
        "1 "
        "LIMIT 3 OFFSET 1",
        "SELECT count(*), sum(age), max(name) FROM person WHERE id > 1000",
        "SELECT country FROM person WHERE id > 1000 GROUP BY country",
        "SELECT DISTINCT country, active FROM person ORDER BY country, active",
        "SELECT min(born), max(seen), max(ratio) FROM person",
        "SELECT count(*) FROM person HAVING count(*) > 1000",
        "SELECT sum(qty), avg(qty), sum(total), avg(total) FROM purchase",
        "SELECT 1 FROM person HAVING count(*) > 1",
        "SELECT 1 FROM person WHERE id > 1000 HAVING count(*) = 0",
        "SELECT DISTINCT (SELECT max(id) FROM item), age + 1 FROM person ORDER BY 1, 2",
    });
    same_among_clusters("SELECT min(active), max(active) FROM person");
}

TEST_P(SqlAnswers, Joins) {
    same({
        "SELECT p.id, b.id FROM person p JOIN purchase b ON b.person_id = p.id WHERE b.total > 200",
        "SELECT p.id, b.id FROM person p LEFT JOIN purchase b ON b.person_id = p.id AND b.qty > 3 "
        "ORDER BY p.id, b.id LIMIT 20",
        "SELECT p.id, b.id FROM person p RIGHT JOIN purchase b ON p.id = b.person_id AND p.age > "
        "30",
        "SELECT p.id, i.id FROM person p FULL JOIN item i ON i.person_id = p.id WHERE p.id IS NULL "
        "OR "
        "i.id IS NULL OR p.age > 40",
        "SELECT i.label, p.name FROM item i JOIN person p ON p.id = i.person_id ORDER BY i.id",
        "SELECT i.label, p.name FROM item i LEFT JOIN person p ON p.id = i.person_id AND p.active",
        "SELECT l.code, count(p.id), sum(p.score) FROM land l LEFT JOIN person p ON p.country = "
        "l.code "
        "GROUP BY l.code ORDER BY l.code",
        "SELECT count(*) FROM person p CROSS JOIN land l",
        "SELECT count(*), sum(a.id) FROM person a, person b WHERE a.age = b.age AND a.id < b.id",
        "SELECT l.title, sum(b.total) FROM land l JOIN person p ON p.country = l.code JOIN "
        "purchase b "
        "ON b.person_id = p.id GROUP BY l.title HAVING count(*) > 2 ORDER BY 2 DESC",
        "SELECT p.id, p.score, i.weight FROM person p JOIN item i ON p.score > i.weight AND i.id < "
        "40 "
        "WHERE p.id BETWEEN 0 AND 9",
        "SELECT a.id, b.id FROM person a JOIN person b ON b.id = a.id + 1 WHERE a.country = "
        "b.country ORDER BY a.id",
    });
}

TEST_P(SqlAnswers, Subqueries) {
    same({
        "SELECT id FROM person p WHERE EXISTS (SELECT 1 FROM purchase b WHERE b.person_id = p.id)",
        "SELECT id FROM person p WHERE NOT EXISTS (SELECT 1 FROM purchase b WHERE b.person_id = "
        "p.id "
        "AND b.total > 200)",
        "SELECT id FROM person WHERE id IN (SELECT person_id FROM purchase WHERE qty > 4)",
        "SELECT id FROM person WHERE id NOT IN (SELECT person_id FROM purchase WHERE qty > 2)",
        "SELECT id FROM person WHERE id IN (SELECT person_id FROM item)",
        "SELECT id FROM person WHERE id NOT IN (SELECT person_id FROM item)",
        "SELECT id FROM person WHERE id NOT IN (SELECT person_id FROM item WHERE person_id IS NOT "
        "NULL)",
        "SELECT id FROM person WHERE score IN (SELECT total FROM purchase) OR score = (SELECT "
        "max(score) FROM person)",
        "SELECT id, (SELECT count(*) FROM purchase b WHERE b.person_id = p.id) FROM person p ORDER "
        "BY "
        "2 DESC, 1 LIMIT 7",
        "SELECT id, (SELECT title FROM land l WHERE l.code = p.country) FROM person p",
        "SELECT id FROM person p WHERE age > (SELECT avg(age) FROM person q WHERE q.country = "
        "p.country)",
        "SELECT country, count(*) FROM person WHERE id IN (SELECT person_id FROM purchase) GROUP "
        "BY "
        "country HAVING count(*) > (SELECT count(*) / 10 FROM person)",
        "SELECT id FROM person WHERE id = 7 AND EXISTS (SELECT 1 FROM purchase WHERE person_id = "
        "7)",
        "SELECT id FROM person WHERE id IN (SELECT person_id FROM purchase ORDER BY total DESC, id "
        "LIMIT 5)",
        "SELECT id FROM purchase b WHERE total > (SELECT avg(total) FROM purchase c WHERE "
        "c.person_id "
        "= b.person_id)",
        "SELECT id FROM person p WHERE NOT EXISTS (SELECT 1 FROM item i WHERE p.age > 30 AND "
        "i.person_id < p.id)",
        "SELECT id, (SELECT count(*) FROM item i WHERE p.active AND i.weight > p.score) FROM "
        "person p",
        "SELECT code FROM land l WHERE EXISTS (SELECT 1 FROM person p WHERE p.country = l.code AND "
        "p.age > 48)",
        "SELECT id FROM item i WHERE weight > (SELECT min(score) * 0.001 FROM person p WHERE p.id "
        "< "
        "i.person_id AND ratio IS NOT NULL) OR person_id IS NULL",
    });
}

TEST_P(SqlAnswers, DerivedTablesSetsAndWindows) {
    same({
        "SELECT d.c, d.n FROM (SELECT country AS c, count(*) AS n FROM person GROUP BY country) d "
        "WHERE d.n > 12 ORDER BY d.n DESC, d.c",
        "SELECT avg(n), max(n) FROM (SELECT person_id, count(*) AS n FROM purchase GROUP BY "
        "person_id) d",
        "WITH big AS (SELECT person_id, sum(total) AS t FROM purchase GROUP BY person_id) SELECT "
        "p.id, b.t FROM person p JOIN big b ON b.person_id = p.id ORDER BY b.t DESC, p.id LIMIT 6",
        "SELECT x.id FROM (SELECT id, age FROM person ORDER BY age DESC, id LIMIT 10) x ORDER BY "
        "x.id",
        "SELECT country FROM person UNION SELECT code FROM land",
        "SELECT country FROM person UNION ALL SELECT code FROM land",
        "SELECT code FROM land EXCEPT SELECT country FROM person",
        "SELECT code FROM land INTERSECT SELECT country FROM person",
        "SELECT id, score FROM person UNION SELECT id, weight FROM item ORDER BY id DESC, score "
        "LIMIT "
        "9",
        "SELECT age, ratio FROM person UNION SELECT qty, total FROM purchase",
        "SELECT NULL, id FROM person UNION SELECT name, id FROM person WHERE id > 40",
        "SELECT id, row_number() OVER (ORDER BY age, id), rank() OVER (ORDER BY age) FROM person",
        "SELECT id, dense_rank() OVER (PARTITION BY country ORDER BY age DESC NULLS LAST) FROM "
        "person",
        "SELECT id, sum(age) OVER (PARTITION BY country ORDER BY id), avg(score) OVER (PARTITION "
        "BY "
        "country), count(*) OVER () FROM person",
        "SELECT id, lag(id) OVER (ORDER BY id), lead(name, 2) OVER (ORDER BY id) FROM person",
        "SELECT id, sum(total) OVER (PARTITION BY person_id ORDER BY id ROWS BETWEEN 1 PRECEDING "
        "AND "
        "CURRENT ROW) FROM purchase",
        "SELECT id, ntile(4) OVER (ORDER BY id), first_value(name) OVER (PARTITION BY country "
        "ORDER BY "
        "id), last_value(age) OVER (PARTITION BY country ORDER BY id ROWS BETWEEN UNBOUNDED "
        "PRECEDING AND UNBOUNDED FOLLOWING) FROM person",
        "SELECT country, sum(age), rank() OVER (ORDER BY sum(age) DESC) FROM person GROUP BY "
        "country",
        "SELECT d.id FROM (SELECT id, row_number() OVER (PARTITION BY country ORDER BY id) AS n "
        "FROM "
        "person) d WHERE d.n = 1",
    });
}

TEST_P(SqlAnswers, TypedRowsAndNamedParameters) {
    session s{*many->db};
    struct row {
        std::int64_t id;
        std::optional<std::string> name;
        decimal total;
    };
    const auto rows = s.sql<row>(
        "SELECT p.id, p.name, b.total FROM person p JOIN purchase b ON b.person_id = p.id WHERE "
        "p.id = "
        ":id AND b.total > :least ORDER BY b.id",
        named("id", std::int64_t{5}), named("least", decimal::parse("1.5")));
    const auto typed = s.all(select(mapping<purchase>{}.total)
                                 .where(mapping<purchase>{}.person_id == 5 &&
                                        mapping<purchase>{}.total > decimal::parse("1.5")));
    EXPECT_EQ(rows.size(), typed.size());
    for (const row& r : rows) EXPECT_EQ(r.id, 5);
    const auto counted =
        s.sql<std::tuple<std::int64_t>>("SELECT count(*) FROM person WHERE country = $1", "de");
    EXPECT_EQ(std::get<0>(counted.front()),
              s.count(select<person>().where(mapping<person>{}.country == "de")));
    EXPECT_THROW(s.sql<std::tuple<std::int64_t>>("SELECT id, name FROM person"), error);
    EXPECT_THROW(s.sql<std::tuple<std::int64_t>>("SELECT name FROM person"), error);
    EXPECT_THROW(s.sql("SELECT id FROM person WHERE id = :missing"), error);
    const sql_result changed =
        s.sql("UPDATE person SET age = :age WHERE id = :id", named("age", 77), named("id", 5));
    EXPECT_EQ(changed.changed, 1);
    s.commit();
    EXPECT_EQ(s.get<person>(5)->age, 77);
    EXPECT_EQ(s.explain_sql("SELECT id FROM person WHERE id = :id", named("id", 4)).shards.size(),
              rewrites_are_off() ? 3u : 1u);
}

TEST_P(SqlAnswers, AnOuterColumnInGroupByOrOrderByOfASubqueryIsRefused) {
    for (const one_cluster* c : {many.get(), one.get()})
        for (const char* text :
             {"SELECT id FROM person p WHERE EXISTS (SELECT 1 FROM item i GROUP BY p.active)",
              "SELECT id FROM person p WHERE EXISTS (SELECT p.age FROM land l ORDER BY 1)"})
            EXPECT_THROW(c->rows(text), not_supported_error) << text;
}

TEST_P(SqlAnswers, AnAggregateOfOuterColumnsAloneIsRefused) {
    for (const one_cluster* c : {many.get(), one.get()})
        for (const char* text :
             {"SELECT id, (SELECT min(p.age) FROM land) FROM person p",
              "SELECT id FROM person p WHERE id IN (SELECT max(p.age) FROM land HAVING count(*) > "
              "0)"})
            EXPECT_THROW(c->rows(text), not_supported_error) << text;
    same({"SELECT id, (SELECT min(p.age + i.id) FROM item i) FROM person p"});
}

TEST_P(SqlAnswers, GroupedTextOfLimitedLengthIsComparedWithAggregates) {
    same({"SELECT label, count(*) FROM item GROUP BY label HAVING max(label) = label",
          "SELECT label FROM item GROUP BY label HAVING 'item 3' BETWEEN label AND max(label)",
          "SELECT id FROM person WHERE EXISTS (SELECT 1 FROM item i GROUP BY i.label HAVING "
          "max(i.label) IS NOT DISTINCT FROM i.label AND count(*) > 5)",
          "SELECT DISTINCT label || 'x', label FROM item ORDER BY label",
          "SELECT count(*) FROM item GROUP BY label HAVING label LIKE '%1%' AND max(label) = label",
          "SELECT count(*) FROM person WHERE id = 7 GROUP BY id % 10 HAVING id % 10 > 3",
          "SELECT DISTINCT count(*) FROM person GROUP BY age HAVING age > 25 OR count(*) > 2"});
}

TEST_P(SqlAnswers, DistinctWindowsAreOrderedBy) {
    same({"SELECT DISTINCT country, rank() OVER (ORDER BY country) FROM person ORDER BY 2, 1",
          "SELECT DISTINCT count(*) OVER (PARTITION BY country), min(country) OVER (PARTITION BY "
          "country) FROM person WHERE id = 7 ORDER BY 2 DESC, 1"});
}

TEST_P(SqlAnswers, InLooksIntoTheFirstRowsOfAStatementThatDependsOnItsRow) {
    same(
        {"SELECT id FROM person p WHERE age NOT IN (SELECT i.id FROM item i WHERE i.person_id = "
         "p.id ORDER BY i.id LIMIT 1)",
         "SELECT id FROM person p WHERE p.age + 7 IN (SELECT qty + 30 FROM purchase u WHERE "
         "u.person_id = p.id ORDER BY 1 DESC OFFSET 1)"});
}

TEST_P(SqlAnswers, AScalarSubqueryOfTwoRowsIsAnError) {
    for (const one_cluster* c : {many.get(), one.get()})
        EXPECT_THROW(c->rows("SELECT id, (SELECT age FROM person WHERE age > 20) FROM person"),
                     error);
}

INSTANTIATE_TEST_SUITE_P(Clusters, SqlAnswers, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
