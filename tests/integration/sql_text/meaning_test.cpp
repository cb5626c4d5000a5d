// SPDX-License-Identifier: MIT
// Where SQL is easily read in another way than PostgreSQL reads it: joins behind a comma, grouping
// sets, ANY and ALL beside NULLs, windows, ends of ranges. PostgreSQL is the judge.
#include "integration/sql_text/fixture.hpp"

namespace shardwise::test {
namespace {

class SqlMeaning : public compared_clusters {};

TEST_P(SqlMeaning, ALaterThingInFromMayKeepRowsOfItsRightSide) {
    same({
        "SELECT p.code, b.id, i.id FROM land p, purchase b RIGHT JOIN item i ON i.person_id = "
        "b.person_id",
        "SELECT l.code, b.id, i.id FROM land l, (SELECT * FROM purchase WHERE id < 9) b FULL JOIN "
        "(SELECT * FROM item WHERE id < 50) i ON i.person_id = b.person_id",
        "SELECT l.code, p.id, i.id FROM (SELECT * FROM land WHERE code = 'xx') l, person p RIGHT "
        "JOIN item i ON i.person_id = p.id",
        "SELECT count(*) FROM land l, person p LEFT JOIN purchase b ON b.person_id = p.id RIGHT "
        "JOIN item i ON i.person_id = p.id JOIN land m ON m.code = p.country",
        "SELECT * FROM land l, (SELECT id, age FROM person) a NATURAL RIGHT JOIN (SELECT id, qty "
        "FROM purchase) b ORDER BY code, id",
        "SELECT * FROM land l, (SELECT id, age FROM person) a NATURAL FULL JOIN (SELECT id, qty "
        "FROM purchase) b ORDER BY code, id, age, qty",
        "SELECT * FROM land l, (SELECT id, age FROM person) a NATURAL JOIN (SELECT id, qty FROM "
        "purchase) b ORDER BY code, id, age, qty",
        "SELECT l.code, x.id, a.age, x.age, b.label FROM land l, person a RIGHT JOIN item b USING "
        "(id), person x WHERE x.id = 5 ORDER BY b.id, code",
        "SELECT l.code, p.id, i.id FROM land l JOIN land m ON m.code > l.code, person p RIGHT JOIN "
        "item i ON i.person_id = p.id WHERE l.title > 'land d'",
        "SELECT l.code, p.id, i.id FROM land l, person p RIGHT JOIN item i ON i.person_id = p.id "
        "WHERE l.code = p.country AND i.label > p.name",
        "SELECT (SELECT count(*) FROM land l, purchase b RIGHT JOIN item i ON i.person_id = "
        "b.person_id WHERE b.person_id = p.id) FROM person p",
    });
}

TEST_P(SqlMeaning, AnAggregateOfOuterColumnsAloneIsRefusedAlsoInATestForNull) {
    const char* const own = "an aggregate of a subquery is made of person.active alone";
    refused(
        "SELECT count(*) FROM person JOIN land ON person.id IN (SELECT count(*) FROM item HAVING "
        "avg(1.5) FILTER (WHERE person.active IS NULL) > 1)",
        own);
    refused(
        "SELECT id FROM person WHERE id > (SELECT count(*) FILTER (WHERE person.active IS NULL) "
        "FROM item)",
        own);
    same(
        {"SELECT id FROM person WHERE id > (SELECT count(*) FILTER (WHERE person.active IS NULL "
         "AND item.person_id > 0) FROM item)"});
}

TEST_P(SqlMeaning, RowsAreKeptAfterAJoinOnNothing) {
    same({
        "SELECT a.id, c.code FROM person a JOIN person b ON 1 = 2 RIGHT JOIN land c ON a.country = "
        "c.code",
        "SELECT a.id, c.code FROM person a JOIN person b ON a.id = b.id AND -1 BETWEEN 0 AND -1 "
        "RIGHT JOIN land c ON 1 = 1",
        "SELECT a.id, c.id FROM person a JOIN land b ON 1 > 2 AND b.code = a.country FULL JOIN "
        "purchase c ON a.id = c.person_id",
        "SELECT count(*), count(a.code) FROM land a JOIN land b ON NULL IS NOT NULL RIGHT JOIN "
        "item "
        "c "
        "ON TRUE",
    });
}

TEST_P(SqlMeaning, DistinctRowsOrderedByAQuotientAreAllThere) {
    same({
        "SELECT DISTINCT qty, total / nullif(qty - 2, 0) FROM purchase ORDER BY 1, 2",
        "SELECT DISTINCT qty, total / (abs(qty) + 1) FROM purchase ORDER BY 1, 2",
        "SELECT DISTINCT person_id, qty % (id % 3 + 1) FROM purchase ORDER BY 1, 2",
        "SELECT DISTINCT country, nullif(age, 20) FROM person ORDER BY country, nullif(age, 20)",
        "SELECT DISTINCT country, div(age, 2) FROM person ORDER BY 1, 2",
        "SELECT DISTINCT country, div(born - date '1990-01-01', abs(qty) + 1) FROM person JOIN "
        "purchase "
        "ON person.id = person_id ORDER BY 1, 2",
        "SELECT country, count(*) FROM person GROUP BY country, id / (age + 1) ORDER BY country, "
        "id / (age + 1), 2",
    });
}

TEST_P(SqlMeaning, NullAmongDatesOfGroupsIsUnknown) {
    same({
        "SELECT count(*) FROM person WHERE born NOT IN (SELECT max(p.born) FROM person p WHERE "
        "p.id < "
        "0)",
        "SELECT id FROM person WHERE date '2000-01-01' NOT IN (SELECT max(date '1970-01-01') FROM "
        "purchase b WHERE person.id > 5 AND b.person_id = person.id)",
        "SELECT id FROM person WHERE born IN (SELECT max(p.born) FROM person p GROUP BY p.country)",
        "SELECT id FROM person WHERE born NOT IN (SELECT min(p.born) FROM person p WHERE p.born IS "
        "NOT NULL GROUP BY p.country)",
        "SELECT id FROM purchase WHERE at NOT IN (SELECT min(b.at) FROM purchase b WHERE b.id < 0)",
        "SELECT id FROM purchase WHERE at IN (SELECT min(b.at) FROM purchase b GROUP BY "
        "b.person_id)",
        "SELECT id FROM purchase WHERE person_id = 3 AND at NOT IN (SELECT max(b.at) FROM purchase "
        "b "
        "WHERE b.person_id = purchase.person_id)",
    });
}

/// MariaDB looks at the sum before a window function in it is computed.
TEST_P(SqlMeaning, NoDaysAreNotTooManyDays) {
    same({
        "SELECT id, born + CAST(nullif(id, 1) AS integer) FROM person",
        "SELECT id, born - CAST(row_number() OVER (ORDER BY id) AS integer) FROM person",
        "SELECT min(d.born), d.g FROM (SELECT born, born - CAST(row_number() OVER (PARTITION BY "
        "country ORDER BY born, id) AS integer) AS g FROM person) d GROUP BY d.g HAVING count(*) "
        ">= 1",
    });
}

TEST_P(SqlMeaning, SumsThatLeaveTheYearsAreErrors) {
    for (const char* text : {"SELECT born + 5000000 FROM person WHERE born IS NOT NULL",
                             "SELECT at + interval '9000 years' FROM purchase"}) {
        SCOPED_TRACE(text);
        EXPECT_THROW(many->rows(text), error);
        EXPECT_THROW(one->rows(text), error);
    }
}

TEST_P(SqlMeaning, QuartersOfEarlyYearsAreTheirOwn) {
    same({
        "SELECT cast(date_trunc('quarter', date '0001-05-06') AS date), id FROM person",
        "SELECT cast(date_trunc('quarter', born - 715000) AS date) FROM person",
        "SELECT date_trunc('quarter', at - interval '1950 years') FROM purchase",
    });
}

TEST_P(SqlMeaning, ConstantsAreCountedOnce) {
    same({
        "SELECT count(DISTINCT FALSE), count(DISTINCT 0), count(DISTINCT 'x') FROM person",
        "SELECT country, count(DISTINCT 1 + 1) FROM person GROUP BY country",
        "SELECT count(DISTINCT NULL) FROM person",
        "SELECT DISTINCT (SELECT min(title) FROM land), 7 FROM person ORDER BY 2, 1 OFFSET 5",
        "SELECT DISTINCT TRUE, (SELECT count(*) FROM land) FROM person LIMIT 3 OFFSET 1",
    });
}

TEST_P(SqlMeaning, AgesHaveWholeYearsAndMonths) {
    same({
        "SELECT id, extract(year FROM age(seen, born)), extract(month FROM age(seen, born)) FROM "
        "person",
        "SELECT id, extract(year FROM age(born, seen)), extract(month FROM age(born, seen)) FROM "
        "person",
        "SELECT extract(year FROM age(timestamp '2024-02-29', born)) AS years, count(*) FROM "
        "person "
        "GROUP BY years ORDER BY years",
        "SELECT extract(year FROM age(timestamptz '2020-03-01 00:00+00', timestamptz '2000-03-01 "
        "00:00:01+00')), extract(month FROM age(date '2024-03-31', date '2024-02-29'))",
        "SELECT a.id, extract(month FROM age(a.at, b.at)) FROM purchase a JOIN purchase b ON "
        "a.person_id = b.person_id",
    });
    refused("SELECT extract(day FROM age(seen, born)) FROM person", "its year and month");
    refused("SELECT age(seen, born) FROM person", "age()");
}

// MariaDB would leave them in the order of the window: the index of the groups has theirs.
TEST_P(SqlMeaning, GroupsAreOrderedAfterTheirWindows) {
    same({
        "SELECT id, rank() OVER (ORDER BY sum(score) DESC, id) FROM person GROUP BY id ORDER BY id "
        "LIMIT 5",
        "SELECT id, sum(sum(qty)) OVER (ORDER BY sum(total), id) FROM purchase GROUP BY id ORDER "
        "BY "
        "id DESC",
        "SELECT id, ntile(4) OVER (ORDER BY count(*), min(name) DESC, id) FROM person GROUP BY id "
        "ORDER BY id OFFSET 3",
    });
}

TEST_P(SqlMeaning, DistinctGroupsOfDoublesAreThere) {
    same({
        "SELECT DISTINCT var_pop(age) IS NOT NULL, max(-1) FROM person EXCEPT SELECT DISTINCT "
        "TRUE, 9 "
        "FROM land",
        "SELECT DISTINCT stddev_pop(qty) IS NULL, count(*) FROM purchase",
        "SELECT DISTINCT avg(age) > 30 FROM person GROUP BY country ORDER BY 1",
    });
}

TEST_P(SqlMeaning, PercentilesAreThoseOfAllRows) {
    same({
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM purchase",
        "SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY qty DESC), percentile_disc(0.25) "
        "WITHIN "
        "GROUP (ORDER BY qty DESC) FROM purchase",
        "SELECT person_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY total), mode() WITHIN GROUP "
        "(ORDER BY qty), count(*) FROM purchase GROUP BY person_id ORDER BY person_id",
        "SELECT country, percentile_disc(0.9) WITHIN GROUP (ORDER BY name), mode() WITHIN GROUP "
        "(ORDER BY born DESC) FROM person GROUP BY country",
        "SELECT percentile_cont(0) WITHIN GROUP (ORDER BY age), percentile_cont(1) WITHIN GROUP "
        "(ORDER BY age), percentile_disc(0) WITHIN GROUP (ORDER BY seen), percentile_disc(1) "
        "WITHIN "
        "GROUP (ORDER BY ratio) FROM person",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY age) FROM person WHERE id < 0",
        "SELECT country FROM person GROUP BY country HAVING percentile_cont(0.5) WITHIN GROUP "
        "(ORDER "
        "BY age) > 30 ORDER BY percentile_disc(0.5) WITHIN GROUP (ORDER BY age), country",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY score) FILTER (WHERE active) FROM "
        "person",
        "SELECT round(cast(percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS numeric), 2) FROM "
        "purchase",
    });
    refused("SELECT percentile_cont(0.5) FROM purchase", "needs WITHIN GROUP");
    refused("SELECT percentile_cont(2) WITHIN GROUP (ORDER BY qty) FROM purchase",
            "between 0 and 1");
    refused("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY name) FROM person",
            "needs numbers");
    refused("SELECT percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY qty) FROM purchase", "");
    refused("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY qty) OVER () FROM purchase", "");
}

TEST_P(SqlMeaning, CastsToNarrowIntegersAreChecked) {
    same({
        "SELECT CAST(id % 100 * 300 AS smallint), CAST(total AS int), CAST(total / 7 AS smallint) "
        "FROM "
        "purchase",
        "SELECT CAST(CAST(id AS double precision) / 3 AS int) FROM purchase",
        "SELECT CAST(-32768 - id + id AS smallint), CAST(2147483647 + id - id AS int) FROM person",
        "SELECT CAST(CASE WHEN id > 3 THEN NULL ELSE id END AS smallint) FROM person",
    });
    for (const char* text :
         {"SELECT CAST(id * 100000 AS smallint) FROM person WHERE id < 5",
          "SELECT CAST(id * 10000000000 AS int) FROM person WHERE id < 5",
          "SELECT count(*) FROM person WHERE CAST(-32769 - id AS smallint) > 0"}) {
        SCOPED_TRACE(text);
        EXPECT_THROW(many->rows(text), error);
        EXPECT_THROW(one->rows(text), error);
    }
}

TEST_P(SqlMeaning, GroupingSetsAreOrderedByWhatEachOfThemSays) {
    same({
        "SELECT country, active, grouping(country), grouping(active), count(*) FROM person GROUP "
        "BY ROLLUP (country, active) ORDER BY grouping(active), grouping(country), country, active",
        "SELECT grouping(active), grouping(country), country, active, count(*) FROM person GROUP "
        "BY CUBE (country, active) ORDER BY 2, 1, 3, 4",
        "SELECT grouping(active) AS a, grouping(country) AS c, country, active FROM person GROUP "
        "BY CUBE (country, active) ORDER BY c DESC, a, country, active",
        "SELECT 1, 0, country, active, count(*) FROM person GROUP BY CUBE (country, active) ORDER "
        "BY grouping(country), grouping(active), country, active",
        "SELECT 3, grouping(country, active), country, active FROM person GROUP BY CUBE (country, "
        "active) ORDER BY grouping(country, active) DESC, country, active",
        "SELECT country, active FROM person GROUP BY ROLLUP (country, active) ORDER BY "
        "grouping(country) + grouping(active), country, active",
        "SELECT 'x', count(*) FROM person GROUP BY ROLLUP (country) ORDER BY 1, 2 LIMIT 3",
        "SELECT DISTINCT country FROM person GROUP BY ROLLUP (country, active) ORDER BY country",
    });
    refused(
        "SELECT DISTINCT country FROM person GROUP BY ROLLUP (country, active) ORDER BY count(*)",
        "can only be ordered by what it selects");
    refused(
        "SELECT DISTINCT ON (country) country, count(*) FROM person GROUP BY ROLLUP (country, "
        "active) ORDER BY country",
        "DISTINCT ON beside grouping sets");
}

TEST_P(SqlMeaning, WindowsLookAtTheRowsOfAllGroupingSets) {
    same({
        "SELECT country, active, count(*), rank() OVER (PARTITION BY grouping(country, active) "
        "ORDER BY count(*) DESC, country, active) FROM person GROUP BY ROLLUP (country, active)",
        "SELECT country, sum(age), sum(sum(age)) OVER (), 100 * sum(age) / sum(sum(age)) OVER "
        "(PARTITION BY grouping(country)) FROM person GROUP BY ROLLUP (country) ORDER BY country",
        "SELECT country, active, row_number() OVER (ORDER BY country, active), lag(count(*), 1) "
        "OVER (ORDER BY country NULLS FIRST, active NULLS FIRST), ntile(3) OVER (ORDER BY country, "
        "active) FROM person WHERE active IS NOT NULL GROUP BY CUBE (country, active) ORDER BY "
        "rank() OVER (ORDER BY count(*), country, active), country, active",
        "SELECT DISTINCT grouping(country), count(*) OVER () FROM person GROUP BY CUBE (country, "
        "active)",
        "SELECT country, max(count(*)) OVER w, avg(score) FROM person GROUP BY GROUPING SETS "
        "((country), (country, active), ()) HAVING count(*) > 2 WINDOW w AS (PARTITION BY country) "
        "ORDER BY 1, 3",
        "SELECT country, active, count(*), lag(country, 1, 'none') OVER (ORDER BY country, active, "
        "grouping(active)), sum(grouping(active)) OVER () FROM person GROUP BY ROLLUP (country, "
        "active)",
        "SELECT country, dense_rank() OVER (ORDER BY sum(age)) * 2 + grouping(country) + count(*) "
        "FROM person GROUP BY ROLLUP (country) ORDER BY 2, 1",
    });
}

TEST_P(SqlMeaning, AStatementThatIsComputedByItselfDoesNotSeeWhatIsAroundIt) {
    refused(
        "SELECT l.code, p.id FROM land l, person p RIGHT JOIN item i ON i.person_id = p.id AND "
        "l.code = p.country",
        "uses land.code of the statement around it");
    refused(
        "SELECT (SELECT count(*) FROM land l, purchase b RIGHT JOIN item i ON i.person_id = p.id) "
        "FROM person p",
        "uses person.id of the statement around it");
    refused(
        "SELECT (SELECT count(*) FROM (SELECT b.id FROM purchase b WHERE b.person_id = p.id) x) "
        "FROM person p",
        "uses person.id of the statement around it");
    refused(
        "SELECT l.code, p.id FROM land l, (SELECT i.id FROM person i WHERE i.country = l.code) p",
        "uses land.code of the statement around it");
    refused(
        "SELECT (SELECT DISTINCT ON (q.country) q.id FROM person q WHERE q.country = p.country "
        "ORDER BY q.country, q.id) FROM person p",
        "uses person.country of the statement around it");
    refused(
        "SELECT id FROM person p WHERE EXISTS (SELECT count(*) FROM person q WHERE q.country = "
        "p.country GROUP BY ROLLUP (q.active))",
        "uses person.country of the statement around it");
    refused("SELECT (WITH x AS (SELECT p.id AS a) SELECT a FROM x) FROM person p",
            "uses person.id of the statement around it");
    refused(
        "SELECT (SELECT max(total) FROM purchase b WHERE b.person_id = p.id UNION SELECT 1 ORDER "
        "BY 1 LIMIT 1) FROM person p",
        "uses person.id of the statement around it");
}

TEST_P(SqlMeaning, AnyAndAllKnowWhatIsUnknown) {
    for (const char* left : {"25", "49", "19", "NULL", "p.age"})
        for (const char* op : {"<", "<=", ">", ">=", "=", "<>"})
            for (const char* which : {"ANY", "ALL"}) {
                // Of several tables, of one, of a table that lives elsewhere; none; without NULLs.
                const auto with = [&](const char* rows) {
                    same(fmt::format("SELECT id, {} {} {} ({}) FROM person p", left, op, which,
                                     rows));
                };
                with("SELECT age FROM person q WHERE q.country = p.country");
                with("SELECT age FROM person q WHERE q.country = p.country AND age IS NOT NULL");
                with("SELECT age FROM person q WHERE q.country = p.country AND id > 1000");
                with("SELECT 7 * i.person_id FROM item i WHERE i.person_id <= p.id - 45");
            }
    same({
        "SELECT p.id FROM person p WHERE 25 < ALL (SELECT age FROM person q WHERE q.country = "
        "p.country AND q.id < p.id) IS NULL",
        "SELECT p.id, (p.age, p.country) IN (SELECT q.age, q.country FROM person q WHERE q.id <> "
        "p.id), (p.age, 'de') NOT IN (SELECT q.age, q.country FROM person q WHERE q.id > p.id) "
        "FROM person p",
        "SELECT id, 3 BETWEEN SYMMETRIC (SELECT max(qty) FROM purchase b WHERE b.person_id = "
        "p.id) AND (SELECT count(*) FROM item i WHERE i.person_id = p.id) FROM person p",
        "SELECT id, greatest((SELECT max(qty) FROM purchase b WHERE b.person_id = p.id), 3, "
        "(SELECT count(*) FROM item i WHERE i.person_id = p.id)) FROM person p",
        "SELECT id, (age, id) < ((SELECT max(qty) * 7 FROM purchase b WHERE b.person_id = p.id), "
        "5) FROM person p",
    });
}

TEST_P(SqlMeaning, AnyAndAllOfGroupsAndBesideThem) {
    for (const char* op : {"<", "<=", ">", ">=", "=", "<>"})
        for (const char* which : {"ANY", "ALL"}) {
            const auto with = [&](const char* left, const char* rows, const char* rest) {
                same(fmt::format("SELECT country, {} {} {} ({}) FROM person p {}", left, op, which,
                                 rows, rest));
            };
            with("count(*)", "SELECT count(*) FROM person GROUP BY country", "GROUP BY country");
            with("min(age)", "SELECT age FROM person", "GROUP BY country");
            with("min(age)", "SELECT age FROM person WHERE age IS NOT NULL", "GROUP BY country");
            with("min(age)", "SELECT age FROM person WHERE id > 1000", "GROUP BY country");
            with("max(CASE WHEN id > 1000 THEN 1 END)", "SELECT age FROM person",
                 "GROUP BY country");
            with("age", "SELECT count(*) FROM person q WHERE q.country = p.country GROUP BY active",
                 "");
        }
    same({
        "SELECT country FROM person GROUP BY country HAVING count(*) >= ALL (SELECT count(*) FROM "
        "person GROUP BY country)",
        "SELECT country, count(*) FROM person GROUP BY country HAVING count(*) > ANY (SELECT qty "
        "FROM purchase) ORDER BY country",
    });
}

TEST_P(SqlMeaning, WindowCallsTakeWhatPostgresTakes) {
    same({
        "SELECT id, row_number(*) OVER (ORDER BY id), sum(age) OVER (w ROWS 1 PRECEDING), count(*) "
        "OVER w FROM person WINDOW w AS "
        "(PARTITION BY country ORDER BY id)",
        "SELECT id, sum(age) OVER w, count(*) FILTER (WHERE age > 30) OVER v FROM person WINDOW w "
        "AS (ORDER BY id ROWS 2 PRECEDING), u AS (PARTITION BY active), v AS (u ORDER BY id)",
    });
    const std::pair<const char*, const char*> refusals[] = {
        {"SELECT rank() FILTER (WHERE age > 3) OVER (ORDER BY id) FROM person", "FILTER"},
        {"SELECT lag(DISTINCT age) OVER (ORDER BY id) FROM person", "DISTINCT"},
        {"SELECT lag(age ORDER BY id) OVER (ORDER BY id) FROM person", "ORDER BY between"},
        {"SELECT sum(age ORDER BY id) OVER () FROM person", "ORDER BY between"},
        {"SELECT min(DISTINCT age) OVER () FROM person", "DISTINCT"},
        {"SELECT sum(age) OVER (w) FROM person WINDOW w AS (ORDER BY id ROWS 1 PRECEDING)",
         "has a frame"},
        {"SELECT sum(age) OVER (w ROWS 2 PRECEDING) FROM person WINDOW w AS (ORDER BY id ROWS 1 "
         "PRECEDING)",
         "has a frame"},
        {"SELECT sum(age) OVER v FROM person WINDOW w AS (ORDER BY id ROWS 1 PRECEDING), v AS (w)",
         "has a frame"},
        {"SELECT sum(age) OVER v FROM person WINDOW w AS (ORDER BY id), v AS (w ORDER BY age)",
         "cannot be changed"},
        {"SELECT sum(age) OVER v FROM person WINDOW w AS (), v AS (w PARTITION BY age)",
         "cannot be changed"},
    };
    for (const auto& [text, part] : refusals) {
        refused(text, part);
        if (GetParam() == "postgres") {
            EXPECT_ANY_THROW(one->rows_of_server(text, 1)) << text;
        }
    }
}

TEST_P(SqlMeaning, NullsAndEndsOfFunctions) {
    same({
        "SELECT id, concat_ws(NULL, name, country), concat_ws(name, country), concat_ws(name, "
        "country, 'x', NULL), concat_ws(name, NULL, 'y'), concat_ws(name, NULL, NULL), "
        "concat_ws('-', name, country), concat_ws('-', name) FROM person",
        "SELECT string_agg(DISTINCT country, name ORDER BY country) FROM person",
        "SELECT active, string_agg(DISTINCT country, name ORDER BY country DESC), "
        "string_agg(DISTINCT country, coalesce(name, '')) FROM person GROUP BY active",
        "SELECT count(*), min(x), max(x) FROM generate_series(9223372036854775800, "
        "9223372036854775807, 3) AS g(x)",
        "SELECT count(*), min(x), max(x) FROM generate_series(-9223372036854775800, "
        "-9223372036854775807, -3) AS g(x)",
        "SELECT id, greatest(age, score, id, 30, ratio, id % 7, age - 9), least(name, country, "
        "'b', 'a_', name || 'x') FROM person",
        "SELECT id, greatest(age), least(NULL, age, NULL), greatest(NULL, born, date "
        "'1990-01-01') FROM person",
        "SELECT id, seen + interval '1 12:59:10', seen - interval '04:05.5', seen + interval "
        "'1.5' day, seen + interval '90 seconds' minute FROM person",
        "SELECT to_char(seen, 'FMMS FMUS FMHH12:MI'), to_char(seen, '\"a\\\"b\" yyyy-mm-dd') FROM "
        "person",
    });
    // PostgreSQL stops at a division by zero.
    for (const char* quotient :
         {"score / (age / (qty - qty))", "1 / (1.0 / (qty - qty))", "(1 / (1.5 / (qty - 1)))",
          "score / ((age + 1.5) / (qty * 0.0)) + 1", "score / (age / (score - score))"}) {
        const std::string from = " FROM person p JOIN purchase b ON b.person_id = p.id WHERE ";
        same_among_clusters(
            fmt::format("SELECT b.id, round({0}, 2), {0} IS NULL{1}true", quotient, from));
        same_among_clusters(fmt::format(
            "SELECT count(*){1}(round({0}, 2) IS NULL) <> (({0}) IS NULL)", quotient, from));
        EXPECT_EQ(
            many->rows(fmt::format("SELECT count(*){1}(round({0}, 2) IS NULL) <> (({0}) IS NULL)",
                                   quotient, from)),
            std::vector<std::string>{"0|"})
            << quotient;
    }
    same("SELECT id, round(score / (age / 7.0), 3), round(score / (1.5 / age), 2) FROM person");
    refused("SELECT to_char(seen, 'SSSS') FROM person", "pattern");
    refused("SELECT seen + interval '5 1 day' FROM person", "no interval");
    refused("SELECT seen + interval(0) '1.5 seconds' FROM person", "precision");
}

TEST_P(SqlMeaning, LimitZeroHasNoRows) {
    same({
        "SELECT id FROM person LIMIT 0",
        "SELECT count(*), max(name) FROM person LIMIT 0",
        "SELECT country, count(*) FROM person GROUP BY country ORDER BY 2 LIMIT 0",
        "SELECT id FROM person UNION SELECT id FROM item LIMIT 0",
        "SELECT id, (SELECT max(id) FROM item LIMIT 0) FROM person",
        "SELECT count(*) FROM (SELECT id FROM person LIMIT 0) AS none",
        "SELECT id FROM person WHERE id IN (SELECT id FROM item LIMIT 0) OR id = 7",
        "SELECT count(*) FROM generate_series(5, 1)",
    });
    session s{*many->db};
    EXPECT_EQ(s.sql("SELECT id, name AS n FROM person LIMIT 0").headings,
              (std::vector<std::string>{"id", "n"}));
}

TEST_P(SqlMeaning, GreatestOfManyIsShort) {
    std::string list;
    for (int i = 0; i < 40; ++i) list += fmt::format("{}age % {}", i == 0 ? "" : ", ", i + 1);
    same(fmt::format("SELECT id, greatest({0}), least({0}) FROM person", list));
}

INSTANTIATE_TEST_SUITE_P(Clusters, SqlMeaning, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
