// SPDX-License-Identifier: MIT
// What users of PostgreSQL take for granted, with PostgreSQL as the judge: on its cluster the same
// text is also given to the server itself.
#include "integration/sql_text/fixture.hpp"

namespace shardwise::test {
namespace {

class SqlLanguage : public compared_clusters {};

TEST_P(SqlLanguage, JoinsByNames) {
    same({
        "SELECT id, label, b.total FROM item i JOIN purchase b USING (person_id, id)",
        "SELECT person_id, i.label, b.total FROM item i JOIN purchase b USING (person_id) ORDER BY "
        "person_id, i.id, b.id",
        "SELECT * FROM (SELECT id, name FROM person) a JOIN (SELECT id, label FROM item) b USING "
        "(id) ORDER BY id",
        "SELECT * FROM (SELECT id, age FROM person) a NATURAL JOIN (SELECT id, qty FROM purchase) "
        "b "
        "ORDER BY id",
        "SELECT id, a.age, b.label FROM person a FULL JOIN item b USING (id)",
        "SELECT id, a.age, b.label FROM person a RIGHT JOIN item b USING (id) ORDER BY id",
        "SELECT id, a.age, b.label FROM person a LEFT JOIN item b USING (id) ORDER BY id LIMIT 9",
        "SELECT p.id, b.id, i.id FROM person p LEFT JOIN (purchase b JOIN item i ON i.person_id = "
        "b.person_id) ON b.person_id = p.id AND b.qty > 2",
        "SELECT code, title, n FROM land l JOIN (SELECT country, count(*) FROM person GROUP BY 1) "
        "AS d(code, n) USING (code) ORDER BY code",
        "SELECT x.id, x.id2 FROM (SELECT a.id, b.id FROM person a, person b WHERE a.id = b.id) AS "
        "x(id, id2) ORDER BY 1",
        "SELECT n FROM (SELECT id, id, age AS n FROM person) x ORDER BY n NULLS FIRST",
        "SELECT c.a, c.age FROM person AS c(a, b) ORDER BY a LIMIT 3",
    });
}

TEST_P(SqlLanguage, RowsWithoutTables) {
    same({
        "SELECT 1, 'x', NULL, 1 + 1 AS two",
        "SELECT 1 WHERE 1 = 2",
        "SELECT count(*)",
        "VALUES (1, 'a'), (2, NULL), (3, 'c')",
        "SELECT v.n * 2, v.t FROM (VALUES (1, 'a'), (2, 'b')) AS v(n, t) ORDER BY n DESC",
        "SELECT v.n, p.name FROM (VALUES (1), (2), (700)) AS v(n) LEFT JOIN person p ON p.id = v.n "
        "ORDER BY v.n",
        "SELECT g, count(p.id) FROM generate_series(20, 30, 2) g LEFT JOIN person p ON p.age = g "
        "GROUP BY g ORDER BY g",
        "SELECT n FROM generate_series(3, 1) AS s(n)",
        "SELECT id, (SELECT p.id + 1), (SELECT max(v) FROM (VALUES (1), (7)) AS t(v)) FROM person "
        "p",
        "SELECT (SELECT count(*) FROM person), (SELECT max(total) FROM purchase)",
        "SELECT country FROM person UNION VALUES ('xx')",
        "VALUES (3), (1), (2) ORDER BY 1 LIMIT 2",
    });
}

TEST_P(SqlLanguage, TextWithoutATableKeepsItsBlanks) {
    same({
        "VALUES ('bob '), ('x')",
        "SELECT v.t FROM person p LEFT JOIN (VALUES (1, 'bob '), (1, '😀')) AS v(n, t) ON TRUE",
        "SELECT t, count(*) FROM (VALUES (1, 'bob '), (1, 'bob')) AS v(n, t) GROUP BY t",
        "SELECT CASE WHEN id = 1 THEN 'bob ' ELSE 'bob' END FROM person UNION ALL SELECT 'x '",
    });
}

TEST_P(SqlLanguage, ConstantsThatAreOneRowHaveNoSecondOne) {
    same({
        "SELECT DISTINCT 0.5 FROM person OFFSET 3",
        "SELECT DISTINCT 1 + 1, 'x' FROM person LIMIT 9 OFFSET 1",
        "SELECT id FROM person WHERE EXISTS (SELECT DISTINCT 1 FROM land OFFSET 1)",
        "SELECT DISTINCT 0.5 FROM person",
    });
}

TEST_P(SqlLanguage, AggregatesAreFoundAmongTheRowsOfASubquery) {
    same({
        "SELECT count(*) FROM land HAVING count(*) IN (SELECT 0 FROM person)",
        "SELECT count(*) IN (SELECT 0 FROM land), count(*) IN (SELECT count(*) FROM land) FROM "
        "land",
        "SELECT NULL FROM person GROUP BY ROLLUP (age) HAVING count(*) IN (SELECT 0 FROM land)",
        "SELECT NULL FROM land GROUP BY ROLLUP (title) HAVING count(*) IN (SELECT cast(extract("
        "minute FROM cast('1971-06-01 00:00:00+00' AS timestamptz)) AS bigint) FROM land)",
        "SELECT 1 FROM land WHERE code IN (SELECT 'de' FROM land GROUP BY title HAVING count(*) IN "
        "(SELECT 0 FROM land))",
        "SELECT x.n FROM (SELECT 7 AS n, age FROM person GROUP BY age HAVING count(*) IN (SELECT 0 "
        "FROM land)) x",
        "SELECT x.n FROM (SELECT count(*) AS n FROM land HAVING count(*) NOT IN (SELECT 0 FROM "
        "land)) x",
    });
}

TEST_P(SqlLanguage, DoublesOfGroupsAreMadeOne) {
    same({
        "SELECT DISTINCT cast(count(*) AS double precision) FROM purchase GROUP BY person_id",
        "SELECT 1.5 UNION SELECT DISTINCT cast(count(*) AS double precision) FROM land GROUP BY "
        "length(code)",
    });
}

TEST_P(SqlLanguage, DecimalsWithTrailingZerosAreFoundInSubqueries) {
    same({
        "SELECT code FROM land WHERE 3.0 IN (SELECT 3.0)",
        "SELECT code FROM land WHERE 3.00 NOT IN (SELECT DISTINCT 3.0 FROM land)",
        "SELECT id FROM person WHERE score IN (SELECT 3.0) OR id IN (SELECT 3.0)",
    });
}

TEST_P(SqlLanguage, PartsOfACaseAreRoundedInTheirDirection) {
    same({
        "SELECT floor(CASE WHEN id > 3 THEN sqrt(cast(3 AS double precision)) END), ceil(coalesce("
        "sqrt(cast(1.2 AS double precision)), 1)), trunc(CASE WHEN id > 3 THEN avg(ratio) ELSE "
        "ratio END) FROM person GROUP BY id, ratio",
    });
}

TEST_P(SqlLanguage, ManyStatementsInsideStatementsHaveNames) {
    std::string condition = "1 IN (SELECT 1 FROM person)";
    for (int i = 0; i < 40; ++i)
        condition += " AND count(*) NOT IN (SELECT -" + std::to_string(i + 1) + " FROM item)";
    same({"SELECT count(*) FROM person HAVING " + condition});
}

TEST_P(SqlLanguage, GroupsMayHoldOneAnother) {
    same({
        "SELECT count(*) FROM person GROUP BY name IN ('Ann', 'bob'), name HAVING (name IN ('Ann', "
        "'bob')) BETWEEN FALSE AND (name IN ('Ann', 'bob'))",
    });
}

TEST_P(SqlLanguage, MergedGroupsOfOuterJoinsSortTheirNullsLast) {
    same({
        "SELECT p.country, b.id, abs(max(b.qty)) + 1 FROM person p LEFT JOIN purchase b ON "
        "b.person_id = p.id AND b.qty > 5 GROUP BY p.country, b.id ORDER BY 2, 1",
        "SELECT p.country, b.id, max(p.age) - 1 FROM person p LEFT JOIN purchase b ON b.person_id "
        "= p.id AND b.qty > 5 GROUP BY p.country, b.id ORDER BY 2, 1 LIMIT 4 OFFSET 2",
    });
}

TEST_P(SqlLanguage, SetsOfEqualRows) {
    same({
        "SELECT country FROM person INTERSECT ALL SELECT code FROM land",
        "SELECT country FROM person EXCEPT ALL SELECT code FROM land",
        "SELECT age, country FROM person EXCEPT ALL SELECT age, country FROM person WHERE id > 20",
        "SELECT age FROM person INTERSECT ALL SELECT qty + 25 FROM purchase ORDER BY 1 NULLS FIRST",
        "SELECT age FROM person INTERSECT ALL SELECT age FROM person WHERE id % 2 = 0 INTERSECT "
        "SELECT age FROM person WHERE age > 30",
        "(SELECT id FROM person ORDER BY id LIMIT 3) UNION ALL (SELECT id FROM item ORDER BY id "
        "DESC "
        "LIMIT 2)",
    });
}

TEST_P(SqlLanguage, OrderGroupsAndLimits) {
    same({
        "SELECT 'x', country, count(*) FROM person GROUP BY 1, 2 ORDER BY 2",
        "SELECT 'x' FROM person GROUP BY 1",
        "SELECT 'x' FROM person WHERE id > 1000 GROUP BY 1",
        "SELECT id FROM person ORDER BY NULL::int, id LIMIT 4",
        "SELECT 'a' AS a, id FROM person ORDER BY 1, 2 DESC LIMIT 3",
        "SELECT upper(country) AS country, count(*) FROM person GROUP BY country ORDER BY country",
        "SELECT country AS c, count(*) AS n FROM person GROUP BY c ORDER BY n DESC, c",
        "SELECT p.id, p.name, p.country, count(b.id) FROM person p LEFT JOIN purchase b ON "
        "b.person_id = p.id GROUP BY p.id ORDER BY p.name NULLS FIRST, p.id",
        "SELECT id FROM person ORDER BY id FETCH FIRST 3 ROWS ONLY",
        "SELECT age FROM person ORDER BY age FETCH FIRST 4 ROWS WITH TIES",
        "SELECT country, count(*) FROM person GROUP BY country ORDER BY count(*) DESC, 1 OFFSET 1 "
        "ROW FETCH FIRST 2 ROWS WITH TIES",
        "SELECT upper(label) AS label, count(*) FROM item GROUP BY label ORDER BY 1",
        "SELECT id FROM person ORDER BY id OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY",
        "SELECT DISTINCT ON (country) country, id, age FROM person ORDER BY country, age DESC "
        "NULLS "
        "LAST, id",
        "SELECT DISTINCT ON (country, active) id FROM person ORDER BY active, country, id DESC",
        "SELECT DISTINCT ON (person_id) person_id, total FROM purchase ORDER BY person_id, total "
        "DESC, id LIMIT 5 OFFSET 2",
        "SELECT country, active, count(*), sum(age) FROM person GROUP BY ROLLUP (country, active) "
        "ORDER BY country, active",
        "SELECT country, active, grouping(country, active) AS g, count(*) FROM person GROUP BY "
        "CUBE "
        "(country, active) ORDER BY g, country, active",
        "SELECT country, age > 30, max(score) FROM person GROUP BY GROUPING SETS ((country), (age "
        "> "
        "30), ()) HAVING count(*) > 5 ORDER BY 1, 2, 3",
        "SELECT active, country, count(*) FROM person GROUP BY active, ROLLUP (country) ORDER BY "
        "1, "
        "2 NULLS FIRST, 3",
        "SELECT country, count(*) FROM person WHERE id > 1000 GROUP BY ROLLUP (country)",
    });
}

TEST_P(SqlLanguage, Conditions) {
    same({
        "SELECT id FROM person WHERE id = ANY (ARRAY[1, 2, 77]) OR id <> ALL (ARRAY[1, 2]) AND id "
        "< "
        "0",
        "SELECT id FROM person WHERE age > ALL (ARRAY[20, 30]) OR age < ANY (ARRAY[22, 21])",
        "SELECT id FROM person WHERE id <> ALL (SELECT person_id FROM purchase)",
        "SELECT id FROM person WHERE (country, id) > ('de', 30) ORDER BY country, id LIMIT 5",
        "SELECT id FROM person WHERE (age, name) <= (30, 'b')",
        "SELECT id FROM person WHERE (country, active) IN (('de', true), ('fr', false))",
        "SELECT id FROM person WHERE (country, age) <> ('de', 30)",
        "SELECT id FROM person WHERE age > ALL (SELECT qty * 10 FROM purchase WHERE person_id = 3)",
        "SELECT id, age >= ALL (SELECT age FROM person q WHERE q.country = p.country), age < ANY "
        "(SELECT age FROM person q WHERE q.id < 0) FROM person p",
        "SELECT id FROM person WHERE (country, age) IN (SELECT country, max(age) FROM person GROUP "
        "BY country)",
        "SELECT id, (country, age) NOT IN (SELECT country, age FROM person WHERE id > 50) FROM "
        "person",
        "SELECT id FROM person WHERE name LIKE '50!%' ESCAPE '!' OR name LIKE 'a\\_b' ESCAPE ''",
        "SELECT id FROM person WHERE name ILIKE 'ANN%' OR name NOT ILIKE '%B%'",
        "SELECT id FROM person WHERE id BETWEEN SYMMETRIC 9 AND 3",
        "SELECT id FROM person WHERE seen > '1980-01-01' AND seen < DATE '2000-05-05'",
        "SELECT id FROM person WHERE born > seen",
        "SELECT id, country COLLATE \"C\" FROM person ORDER BY 2, 1 LIMIT 3",
    });
}

TEST_P(SqlLanguage, Texts) {
    same({
        "SELECT id, left(name, 2), left(name, -1), right(name, 2), right(name, -1), right(name, 0) "
        "FROM person",
        "SELECT id, lpad(name, 6, 'xy'), rpad(name, 2), lpad(name, 5), rpad(name, 7, '') FROM "
        "person",
        "SELECT id, repeat(country, 2), reverse(name), ascii(name) FROM "
        "person",
        "SELECT id, split_part(label, ' ', 2), split_part(label, ' ', -2), split_part(label, 'x', "
        "3), split_part(label, '', 1) FROM item",
        "SELECT id, translate(name, 'abn', 'AB'), chr(id::int + 70), overlay(name placing 'ZZ' "
        "from "
        "2), overlay(name placing 'Z' from 2 for 2) FROM person",
        "SELECT id, concat(name, '-', age, active, score), concat_ws('/', name, country, age), "
        "concat_ws(',', NULL, name) FROM person",
        "SELECT id, btrim(name, 'Ax'), ltrim(name, 'Ab'), rtrim(name, 'x n'), trim(both 'a' from "
        "name), starts_with(name, 'A') FROM person",
        "SELECT id, name || id, country || age, 'x' || active || score FROM person",
        "SELECT id, score::text, active::text, age::text, born::text, seen::text FROM person",
        "SELECT string_agg(name, ', ' ORDER BY name, id) FROM person",
        "SELECT country, string_agg(DISTINCT name, '|' ORDER BY name DESC), string_agg(name, '' "
        "ORDER BY id) FILTER (WHERE active) FROM person GROUP BY country ORDER BY country",
        "SELECT p.country, string_agg(b.total::text, ';' ORDER BY b.total DESC NULLS LAST, b.id) "
        "FROM person p JOIN purchase b ON b.person_id = p.id WHERE b.qty > 4 GROUP BY p.country",
        "SELECT string_agg(name, ',') FROM person WHERE id > 1000",
        "SELECT count(DISTINCT (country, age)), count(DISTINCT (name, active)) FROM person",
        "SELECT initcap(country), count(*) FROM person GROUP BY initcap(country) ORDER BY 1",
        "SELECT id FROM person WHERE split_part(name, 'o', 2) = 'b' ORDER BY id LIMIT 3",
    });
}

TEST_P(SqlLanguage, TypedStatementsJoinTextsAndCountShares) {
    const mapping<person> people;
    for (const one_cluster* c : {many.get(), one.get()}) {
        session s{*c->db};
        const auto typed =
            s.all(select(people.country, string_agg(people.name, "; ", order_by(people.id.desc())))
                      .group_by(people.country)
                      .order_by(people.country));
        const auto text = s.sql<std::tuple<std::string, std::optional<std::string>>>(
            "SELECT country, string_agg(name, '; ' ORDER BY id DESC) FROM person GROUP BY country "
            "ORDER BY country");
        ASSERT_EQ(typed.size(), text.size());
        for (std::size_t i = 0; i < text.size(); ++i) EXPECT_EQ(typed[i], text[i]);
        const auto shares = s.all(
            select(people.id, percent_rank().over(order_by(people.id)),
                   nth_value(people.id, 2).over(order_by(people.id)),
                   count().over(order_by(people.age), groups_between(preceding(1), current_row)))
                .order_by(people.id)
                .limit(2));
        ASSERT_EQ(shares.size(), 2u);
        EXPECT_EQ(std::get<1>(shares[0]), 0.0);
        EXPECT_EQ(std::get<2>(shares[0]), std::nullopt);
        EXPECT_EQ(std::get<2>(shares[1]), -9);
    }
}

TEST_P(SqlLanguage, LettersAreThoseOfAllLanguages) {
    // A PostgreSQL server knows them only in databases with such a locale.
    EXPECT_EQ(many->rows("SELECT initcap('ärger x-ray 2ÖL'), upper('çö'), left('Ärger', 1)"),
              one->rows("VALUES ('Ärger X-Ray 2öl', 'ÇÖ', 'Ä')"));
}

TEST_P(SqlLanguage, Numbers) {
    same({
        "SELECT id, score / 7, score / age, age / 7, id / 2.5, 7.00 / 3, score * 0.1 / 3 FROM "
        "person",
        "SELECT id, round(score / 7, 2), round(score / age, 4), round(100.0 * age / id, 1) FROM "
        "person WHERE id <> 0",
        "SELECT country, round(avg(score), 2), round(avg(age), 1), avg(age)::int, "
        "round(avg(score)) "
        "FROM person GROUP BY country ORDER BY country",
        "SELECT country, round(sum(score) / count(*), 3), sum(age) / count(*), 100 * sum(CASE WHEN "
        "active THEN 1 ELSE 0 END) / count(*), round(100.0 * count(age) / count(*), 2) FROM person "
        "GROUP BY country ORDER BY 2",
        "SELECT sum(id) / 7, round(sum(qty)::numeric / 7, 3), sum(total) / 3 FROM purchase",
        "SELECT d.t / d.n FROM (SELECT country, sum(age) AS t, count(*) AS n FROM person GROUP BY "
        "country) d ORDER BY 1",
        "SELECT id, round(coalesce(score / 3, 0), 2), round(CASE WHEN age > 30 THEN score / 9 END, "
        "1) FROM person",
        "SELECT id, trunc(score, 1), trunc(score), trunc(score / 7, 2), floor(score / 7), "
        "ceil(score / 7), trunc(ratio), round(ratio), round(ratio * 4) FROM person",
        "SELECT id, score::int, age::bigint, (score * 10)::int, ratio::int, age::numeric / 7 FROM "
        "person",
        "SELECT id, round(ratio::numeric, 2), ratio::numeric(10,1), round((ratio / 3)::numeric, 4) "
        "FROM person",
        "SELECT id, sign(score), abs(score), power(age, 2), sqrt(abs(id)), exp(ratio), ln(age), "
        "log(age), div(score, 7), mod(score, 7), id % 7, age ^ 0.5 FROM person",
        "SELECT id FROM person WHERE score / 100 > 0.5 ORDER BY score / 3 DESC, id LIMIT 9",
        "SELECT id, round(score, -1), round(age, -1) FROM person",
        "SELECT id, score / NULL, age / NULL, NULL / 2 FROM person",
        "SELECT avg(score) = sum(score) / count(score), 0.3 / 0.1 = 3, 1 / 2, -7 / 2, -7 % 3 FROM "
        "person",
        "SELECT country, avg(score) FROM person GROUP BY country HAVING avg(score) > 10.5 ORDER BY "
        "avg(score) / 2",
    });
}

TEST_P(SqlLanguage, Dates) {
    same({
        "SELECT id, born + 10, born - 3, 5 + born, born - DATE '1990-05-05', '2000-01-01' - born "
        "FROM person",
        "SELECT id, seen + interval '1 day', seen - interval '2 hours 30 minutes', seen + interval "
        "'1 month', born + interval '1 year 2 months', seen - interval '1 week 01:02:03.5' FROM "
        "person",
        "SELECT id, extract(epoch FROM seen), extract(epoch FROM seen - TIMESTAMPTZ '1980-01-01 "
        "00:00:00+00'), extract(epoch FROM born) FROM person",
        "SELECT id, extract(day FROM TIMESTAMPTZ '1980-01-01 12:00:00+00' - seen) FROM person",
        "SELECT id, extract(second FROM seen), extract(week FROM seen), extract(isodow FROM born), "
        "extract(isoyear FROM born), extract(milliseconds FROM seen) FROM person",
        "SELECT id FROM person WHERE seen - TIMESTAMPTZ '1980-01-01 00:00:00+00' > interval '100 "
        "days' AND seen < TIMESTAMPTZ '1985-01-01 00:00:00+00' + interval '1' year",
        "SELECT to_char(seen, 'YYYY-MM'), count(*) FROM person GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT "
        "5",
        "SELECT id, to_char(seen, 'DD.MM.YY HH24:MI:SS.MS Q DDD ID IW'), to_char(seen, 'FMMonth "
        "Dy FMDD HH12 AM'), to_char(born, 'Month|Day|MON|\"at\" FMDDD') FROM person",
        "SELECT id FROM person WHERE born < CURRENT_DATE - 7 AND seen < now() - interval '1 day'",
        "SELECT date_trunc('month', seen) + interval '1 month' - interval '1 day' FROM person",
        "SELECT id, date_trunc('month', born) FROM person",
        "SELECT date(seen), count(*) FROM person GROUP BY date(seen) ORDER BY 1 LIMIT 4",
        "SELECT count(*) FROM person WHERE seen AT TIME ZONE 'UTC' = seen",
    });
}

TEST_P(SqlLanguage, Windows) {
    same({
        "SELECT id, sum(age) OVER w, rank() OVER w, count(*) OVER (w ROWS 2 PRECEDING) FROM person "
        "WINDOW w AS (PARTITION BY country ORDER BY id)",
        "SELECT id, sum(id) OVER (w ORDER BY id DESC), max(id) OVER w FROM person WINDOW w AS "
        "(PARTITION BY active)",
        "SELECT id, percent_rank() OVER (ORDER BY age, id), cume_dist() OVER (PARTITION BY country "
        "ORDER BY age) FROM person",
        "SELECT id, nth_value(name, 2) OVER (PARTITION BY country ORDER BY id), lag(age, 1, 0) "
        "OVER "
        "(ORDER BY id), lead(score, 2, 1.5) OVER (ORDER BY id) FROM person",
        "SELECT id, sum(id) OVER (ORDER BY age RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM "
        "person",
        "SELECT id, count(*) OVER (ORDER BY score DESC RANGE BETWEEN 10.5 PRECEDING AND CURRENT "
        "ROW) FROM person",
        "SELECT id, count(*) OVER (ORDER BY seen RANGE BETWEEN interval '90 days' PRECEDING AND "
        "CURRENT ROW) FROM person",
        "SELECT id, count(*) OVER (ORDER BY born RANGE interval '30 days' PRECEDING) FROM person "
        "WHERE born IS NOT NULL",
        "SELECT id, sum(id) OVER (ORDER BY age GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING), "
        "count(*) "
        "OVER (ORDER BY country GROUPS CURRENT ROW) FROM person",
        "SELECT id, ntile(3) OVER (PARTITION BY country ORDER BY id), row_number() OVER (ORDER BY "
        "score DESC NULLS LAST, id), dense_rank() OVER (ORDER BY age) FROM person ORDER BY id",
        "SELECT country, sum(sum(age)) OVER (ORDER BY country), rank() OVER (ORDER BY count(*), "
        "country) FROM person GROUP BY country",
        "SELECT id, sum(total) OVER (PARTITION BY person_id ORDER BY at, id) - total FROM purchase",
    });
}

TEST_P(SqlLanguage, RecursiveStatements) {
    same({
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT "
        "sum(n), count(*) FROM t",
        "WITH RECURSIVE chain AS (SELECT id, person_id, 1 AS depth FROM item WHERE person_id < 5 "
        "UNION ALL SELECT i.id, i.person_id, c.depth + 1 FROM item i JOIN chain c ON i.person_id = "
        "c.id WHERE c.depth < 5) SELECT * FROM chain ORDER BY depth, id, person_id",
        "WITH RECURSIVE r(a) AS (SELECT id FROM person WHERE id = 1 UNION SELECT (a * 3) % 50 FROM "
        "r) "
        "SELECT p.id, p.name FROM person p JOIN r ON r.a = p.id ORDER BY p.id",
        "WITH RECURSIVE plain AS (SELECT id FROM person WHERE id < 0) SELECT count(*) FROM plain",
        "WITH a AS MATERIALIZED (SELECT id FROM person WHERE id < 5), b AS NOT MATERIALIZED "
        "(SELECT "
        "id FROM a WHERE id > 0) SELECT * FROM b ORDER BY id",
        "SELECT (WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n * 2 FROM t WHERE n < 100) "
        "SELECT max(n) FROM t)",
    });
    try {
        many->rows(
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM "
            "t");
        ADD_FAILURE() << "it has no end";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_query) << e.what();
        EXPECT_NE(e.message().find("made more than 1000000 rows"), std::string::npos) << e.what();
    }
}

TEST_P(SqlLanguage, PartsOfDocuments) {
    same({
        "SELECT id, info -> 'kind', info ->> 'kind', info ->> 'n', info -> 'tags' -> 1, info -> "
        "'tags' ->> -1, info -> 'missing', info ->> 'ok' FROM item",
        "SELECT id, info #>> '{deep,x,1,y}', info #> '{deep,x}', info #>> '{tags,1}', info -> "
        "'tags' "
        "->> 2 FROM item",
        "SELECT info ->> 'kind', count(*) FROM item GROUP BY 1 ORDER BY 1",
        "SELECT id FROM item WHERE info ->> 'kind' = 'k1' ORDER BY id",
        "SELECT id, json_extract_path_text(info, 'deep', 'x', '0') FROM item",
    });
}

TEST_P(SqlLanguage, WhatHasNoOneAnswerIsRefusedWithItsPlace) {
    refused({
        "SELECT array_agg(id) FROM person",
        "SELECT rank(3) WITHIN GROUP (ORDER BY age) FROM person",
        "SELECT id FROM person WHERE name ~ 'a.*'",
        "SELECT id FROM person WHERE name SIMILAR TO 'a%'",
        "SELECT p.id, x.n FROM person p, LATERAL (SELECT count(*) AS n FROM purchase b WHERE "
        "b.person_id = p.id) x",
        "SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE CURRENT "
        "ROW) FROM person",
        "SELECT interval '1 day' FROM person",
        "SELECT seen - now() FROM person",
        "SELECT seen + interval 'soon' FROM person",
        "SELECT id FROM person ORDER BY 'x'",
        "SELECT id FROM person ORDER BY 7",
        "SELECT to_char(seen, 'TZ') FROM person",
        "SELECT regexp_replace(name, 'a', 'b') FROM person",
        "SELECT id FROM person a JOIN purchase b USING (nothing)",
        "SELECT info @> '{}' FROM item",
        "SELECT id FROM person FOR UPDATE",
        "SELECT DISTINCT ON (country) id FROM person ORDER BY id",
        "SELECT grouping(id) FROM person",
        "SELECT string_agg(id, ',') FROM person",
        "SELECT id FROM person TABLESAMPLE system (10)",
    });
}

INSTANTIATE_TEST_SUITE_P(Clusters, SqlLanguage, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
