// SPDX-License-Identifier: MIT
#include "integration/changes/fixture.hpp"

namespace shardwise::test {
namespace {

TEST_P(Changes, InsertOfValuesGoesWhereEachRowLives) {
    changes(
        1, "INSERT INTO person (id, country, seen, active) VALUES (100, 'de', '2020-01-01', true)");
    changes(3,
            "INSERT INTO purchase VALUES (900, 1, 1.50, '2020-01-01 10:00:00', 1), (901, 2, 2, "
            "'2020-01-02', 2), (902, 3, 3.25, '2020-01-03', 3)");
    changes(2,
            "INSERT INTO stock (label, person_id, amount) VALUES ('x', 1 + 2, 5 * 2), (lower('Y'), "
            "4, -1)");
    changes(1, "INSERT INTO item VALUES (1000, NULL, 'new', 1.234)");
    changes(2, "INSERT INTO land VALUES ('es', 'Spain'), ('pt', 'Portugal')");
    EXPECT_EQ(rows("SELECT count(*) FROM land"), std::vector<std::string>{"6|"});
}

TEST_P(Changes, AreDecidedByTheFirstRowsOfASubqueryOfTheirRow) {
    changes(1,
            "UPDATE land SET title = 'x' WHERE date '1965-03-01' IN (SELECT date '1965-03-01' "
            "WHERE land.code = 'de' LIMIT 3)");
    changes(1,
            "UPDATE person SET country = 'xx' WHERE id = 1 AND id IN (SELECT b.person_id FROM "
            "purchase b WHERE b.person_id = person.id ORDER BY b.id LIMIT 1)");
}

// MariaDB takes NULL among dates of an aggregate for unequal.
TEST_P(Changes, WhatIsUnknownIsNotChanged) {
    changes(0,
            "DELETE FROM land WHERE date '1968-02-29' NOT IN (SELECT max(born) FROM person WHERE "
            "person.id < -99 AND land.code = 'de')");
    changes(0,
            "UPDATE purchase SET qty = 3 WHERE at NOT IN (SELECT max(b.at) FROM purchase b WHERE "
            "b.id < -99)");
    changes(0, "UPDATE person SET country = 'de' WHERE id / 0 = 1 OR id % (id - id) = 0");
}

TEST_P(Changes, InsertGivesIdsAndDefaults) {
    const auto count = [&] { return rows("SELECT text, rank FROM memo ORDER BY text"); };
    for (std::size_t i = 0; i < 3; ++i) {
        const answer a = run(
            i, [](session& s) { return text(s, "INSERT INTO memo (text) VALUES ('a'), ('b')"); });
        EXPECT_EQ(a.failed, "") << last_error;
        EXPECT_EQ(a.changed, 2);
    }
    run(0, [](session& s) {
        return text(
            s, "INSERT INTO memo (id, text, rank) VALUES (DEFAULT, 'c', DEFAULT), (5, 'd', 1)");
    });
    EXPECT_EQ(count(), (std::vector<std::string>{"'a'|7|", "'b'|7|", "'c'|7|", "'d'|1|"}));
    EXPECT_EQ(rows("SELECT count(DISTINCT id) FROM memo WHERE id > 0"),
              std::vector<std::string>{"4|"});
    const answer made = run(0, [](session& s) {
        return text(s, "INSERT INTO memo (text) VALUES ('e') RETURNING id, rank, text");
    });
    ASSERT_EQ(made.rows.size(), 1u) << last_error;
    EXPECT_EQ(rows("SELECT id, rank, text FROM memo WHERE text = 'e'"), made.rows);
}

TEST_P(Changes, ValuesAreCheckedBeforeAnythingIsSent) {
    const std::vector<std::string> before = rows("SELECT * FROM item");
    refused("value_not_storable",
            "INSERT INTO item VALUES (1001, 1, 'fine', 1), (1002, 1, NULL, 1)");
    refused("value_not_storable",
            "INSERT INTO item VALUES (1001, 1, 'fine', 1), (1002, 1, "
            "'0123456789012345678901234567890123456789x', 1)");
    refused("value_not_storable", "INSERT INTO item VALUES (1001, 1, 'a', 1.2345)");
    refused("bad_query", "INSERT INTO item (id, label) VALUES (1001, 'a')");
    refused("bad_query", "INSERT INTO item (person_id, label, weight) VALUES (1, 'a', 1)");
    refused("no_shard_key", "INSERT INTO item (id, label, weight) VALUES (NULL, 'a', 1)");
    refused("unique_violation", "INSERT INTO land VALUES ('de', 'again')");
    EXPECT_EQ(rows("SELECT * FROM item"), before);
    session s(many());
    EXPECT_THROW(s.sql("INSERT INTO item VALUES (1001, 1, 'a', 1.2345)"), error);
    EXPECT_EQ(s.sql("INSERT INTO item VALUES (1001, 1, 'a', 1.234)").changed, 1) << "still usable";
}

TEST_P(Changes, InsertFromSelectOverTheCluster) {
    changes(40,
            "INSERT INTO item (id, person_id, label, weight) SELECT id * 7 + 100000, person_id, "
            "'copy', weight + 1 FROM item");
    changes(4,
            "INSERT INTO stock (person_id, label, amount) SELECT min(id) + 500, country, count(*) "
            "FROM person GROUP BY country");
    changes(20,
            "INSERT INTO stock (person_id, label, amount, price) SELECT person_id, 'moved', "
            "amount, price FROM stock WHERE label = 'bolt'");
    changes(20,
            "INSERT INTO stock (person_id, label, amount) SELECT person_id + 1, 'next', amount "
            "FROM stock WHERE label = 'nut'");
    changes(2,
            "INSERT INTO land SELECT DISTINCT 'x' || substring(country, 1, 1), 'from people' FROM "
            "person WHERE country IN ('de', 'fr')");
    changes(5,
            "INSERT INTO item SELECT p.id + 5000, p.id, 'top', 0.5 FROM person p JOIN purchase q "
            "ON q.person_id = p.id ORDER BY q.total DESC, q.id LIMIT 5"
            " ON CONFLICT (id) DO NOTHING");
    changes(0, "INSERT INTO item SELECT id, person_id, label, weight FROM item WHERE id < -100000");
    refused("bad_query", "INSERT INTO item SELECT id, person_id, label FROM item");
    refused("bad_query",
            "INSERT INTO stock (person_id, label, amount) SELECT id, label, weight FROM item");
}

TEST_P(Changes, AnInsertFromItsOwnTableDoesNotSeeItsOwnRows) {
    changes(40, "INSERT INTO item (id, label, weight) SELECT id + 10000, label, weight FROM item");
    changes(80,
            "INSERT INTO item (id, label, weight) SELECT id + 1000000, label, weight FROM item");
}

TEST_P(Changes, UpdatesWithSubqueriesChangeWhatOneDatabaseWould) {
    for (const char* sql : {
             "UPDATE person SET active = false WHERE id IN (SELECT person_id FROM purchase WHERE "
             "total > 200)",
             "UPDATE person SET age = 1 WHERE id NOT IN (SELECT person_id FROM purchase)",
             "UPDATE person SET age = 2 WHERE id IN (SELECT person_id FROM item)",
             "UPDATE person SET age = 3 WHERE id NOT IN (SELECT person_id FROM item)",
             "UPDATE person SET age = 4 WHERE id NOT IN (SELECT person_id FROM item WHERE "
             "person_id IS NOT NULL)",
             "UPDATE person SET age = 5 WHERE EXISTS (SELECT 1 FROM purchase q WHERE q.person_id = "
             "person.id AND q.qty > 3)",
             "UPDATE person SET age = 6 WHERE EXISTS (SELECT 1 FROM item i WHERE i.person_id = "
             "person.id)",
             "UPDATE person AS p SET age = 7 WHERE p.score > (SELECT avg(score) FROM person) AND "
             "p.id > 0",
             "UPDATE person SET score = (SELECT max(total) FROM purchase WHERE person_id = "
             "person.id) WHERE id % 3 = 0",
             "UPDATE person SET name = (SELECT title FROM land WHERE land.code = person.country)",
             "UPDATE person SET name = (SELECT min(label) FROM item i WHERE i.person_id = "
             "person.id), age = age + 1 WHERE id < 30",
             "UPDATE person SET age = (SELECT count(*) FROM person q WHERE q.id < person.id)",
             "UPDATE item SET label = 'none' WHERE person_id IN (SELECT id FROM person WHERE "
             "active)",
             "UPDATE stock SET amount = amount + 1 WHERE person_id IN (SELECT id FROM person WHERE "
             "country = 'de')",
             "UPDATE stock SET amount = amount * 2 WHERE label IN (SELECT label FROM item) OR "
             "amount > 3",
             "UPDATE stock SET price = price + 1 WHERE EXISTS (SELECT 1 FROM item i WHERE "
             "i.person_id = stock.person_id)",
             "UPDATE stock SET amount = 0 WHERE person_id IN (SELECT p.id FROM purchase q RIGHT "
             "JOIN person p ON p.id = q.person_id WHERE q.id IS NULL)",
             "UPDATE land SET title = 'many' WHERE code IN (SELECT country FROM person GROUP BY "
             "country HAVING count(*) > 15)",
             "UPDATE code SET title = 'low' WHERE number < (SELECT count(*) FROM land)",
         })
        EXPECT_EQ(same(sql).failed, "") << sql << "\n" << last_error;
}

TEST_P(Changes, DeletesWithSubqueriesDeleteWhatOneDatabaseWould) {
    for (const char* sql : {
             "DELETE FROM purchase WHERE person_id IN (SELECT id FROM person WHERE NOT active)",
             "DELETE FROM item WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = "
             "item.person_id)",
             "DELETE FROM stock WHERE amount < (SELECT avg(amount) FROM stock) AND label = 'nut'",
             "DELETE FROM person WHERE id IN (SELECT person_id FROM item) AND id NOT IN (SELECT "
             "person_id FROM purchase)",
             "DELETE FROM land WHERE code NOT IN (SELECT country FROM person)",
             "DELETE FROM person WHERE id = (SELECT max(id) FROM person)",
             "DELETE FROM item WHERE id IN (SELECT id FROM item WHERE weight > 3 ORDER BY weight "
             "LIMIT 3)",
         })
        EXPECT_EQ(same(sql).failed, "") << sql << "\n" << last_error;
}

TEST_P(Changes, OnConflictDoNothingKeepsWhatIsThere) {
    changes(1,
            "INSERT INTO stock (person_id, label, amount) VALUES (1, 'bolt', 99), (1, 'new', 5) ON "
            "CONFLICT (person_id, label) DO NOTHING");
    changes(
        1,
        "INSERT INTO land VALUES ('de', 'again'), ('es', 'Spain') ON CONFLICT (code) DO NOTHING");
    changes(2,
            "INSERT INTO item VALUES (7, 1, 'x', 1), (2000, 1, 'x', 1), (2001, 1, 'y', 1), (2000, "
            "2, 'z', 1) ON CONFLICT (id) DO NOTHING");
    changes(1,
            "INSERT INTO stock (person_id, label, amount, remark) VALUES (2, 'other', 1, 'rbolt'), "
            "(2, 'third', 1, 'fresh') ON CONFLICT (remark, person_id) DO NOTHING");
}

TEST_P(Changes, OnConflictDoUpdateTouchesOnlyTheNamedKey) {
    changes(2,
            "INSERT INTO stock (person_id, label, amount, price) VALUES (1, 'bolt', 99, 1.50), (1, "
            "'new', 5, NULL) ON CONFLICT (person_id, label) DO UPDATE SET amount = "
            "excluded.amount, price = stock.price + excluded.price");
    changes(3,
            "INSERT INTO stock (person_id, label, amount) VALUES (1, 'same', 1), (1, 'same', 2), "
            "(1, 'same', 3) ON CONFLICT (label, person_id) DO UPDATE SET amount = stock.amount * "
            "10 + excluded.amount");
    EXPECT_EQ(rows("SELECT amount FROM stock WHERE label = 'same'"),
              std::vector<std::string>{"123|"});
    changes(1,
            "INSERT INTO stock AS t (person_id, label, amount) VALUES (3, 'bolt', 100), (4, "
            "'bolt', -100) ON CONFLICT (person_id, label) DO UPDATE SET amount = excluded.amount "
            "WHERE excluded.amount > t.amount");
    changes(2,
            "INSERT INTO land VALUES ('de', 'Deutschland'), ('nl', 'Holland') ON CONFLICT (code) "
            "DO UPDATE SET title = excluded.title");
    changes(1,
            "INSERT INTO code VALUES ('zz', 2, 'second') ON CONFLICT (number) DO UPDATE SET title "
            "= excluded.title");
    changes(60,
            "INSERT INTO stock (person_id, label, amount) SELECT id, 'bolt', 1000 FROM person "
            "WHERE id >= 0 ON CONFLICT (person_id, label) DO UPDATE SET amount = stock.amount + "
            "excluded.amount");
    const answer other = same(
        "INSERT INTO stock (person_id, label, amount, remark) VALUES (5, 'fresh', 1, 'rnut') ON "
        "CONFLICT (person_id, label) DO UPDATE SET amount = 0");
    EXPECT_EQ(other.failed, "unique_violation")
        << "another key than the named one is no conflict to settle";
    const answer second = same(
        "INSERT INTO code VALUES ('bb', 3, 'x') ON CONFLICT (number) DO UPDATE SET title = 'y'");
    EXPECT_EQ(second.failed, "");
    EXPECT_EQ(rows("SELECT code, title FROM code WHERE number = 3"),
              std::vector<std::string>{"'cc'|'y'|"});
}

TEST_P(Changes, OnConflictTakesItsRowsInTheirOrder) {
    EXPECT_EQ(same("INSERT INTO code VALUES ('zz', 2, 'a'), ('bb', 5, 'b') ON CONFLICT (code) DO "
                   "UPDATE SET number = excluded.number")
                  .failed,
              "unique_violation")
        << "the number is free after the second row only";
    changes(2,
            "INSERT INTO code VALUES ('bb', 5, 'b'), ('zz', 2, 'a') ON CONFLICT (code) DO UPDATE "
            "SET number = excluded.number");
}

TEST_P(Changes, OnConflictKeepsTheKeyThatItNames) {
    const char* const settles = "INSERT INTO code VALUES ('aa', 9, 'x') ON CONFLICT (code) DO ";
    for (const char* set : {"code = 'qq'", "code = code.title", "code = excluded.title"})
        refused("not_supported", settles + std::string("UPDATE SET ") + set);
    changes(1, settles + std::string("UPDATE SET code = excluded.code, number = excluded.number"));
}

TEST_P(Changes, WhatAnEngineCannotDoIsRefusedBeforeTheTransactionIsTouched) {
    const bool mariadb = GetParam() == "mariadb" || GetParam() == "mixed";
    for (const char* exchanges :
         {"INSERT INTO code VALUES ('aa', 1, 'x'), ('y', 7, 'y') ON CONFLICT (code) DO UPDATE SET "
          "number = length(code.title), title = CAST(code.number AS text)",
          "UPDATE person SET name = country, country = coalesce(name, 'x')",
          "UPDATE person SET name = country, country = coalesce(name, 'x'), age = (SELECT "
          "count(*) FROM item)"}) {
        SCOPED_TRACE(exchanges);
        session s(many());
        s.sql("UPDATE land SET title = 'kept' WHERE code = 'de'");
        std::string failed;
        try {
            s.sql(exchanges);
        } catch (const error& e) {
            failed = name_of(e.code());
        }
        EXPECT_EQ(failed, mariadb ? "not_supported" : "");
        EXPECT_EQ(s.sql("SELECT title FROM land WHERE code = 'de'").rows[0][0].view().text(),
                  "kept")
            << "the transaction goes on";
        if (mariadb) s.commit();
    }
}

TEST_P(Changes, AValueThatCannotBeStoredIsNamedByItsRow) {
    for (const char* wrong :
         {"INSERT INTO land VALUES ('aa', 'x'), ('too long', 'y')",
          "INSERT INTO land SELECT CASE WHEN v.i = 2 THEN 'too long' ELSE 'aa' END, 'x' FROM "
          "(VALUES (1), (2)) AS v (i) ORDER BY v.i",
          "INSERT INTO stock (person_id, label, amount) VALUES (1, 'x', 1), (NULL, 'y', 1)"}) {
        run(0, [&](session& s) { return text(s, wrong); });
        EXPECT_THAT(last_error, testing::HasSubstr("row 2: ")) << wrong;
        last_error.clear();
    }
}

TEST_P(Changes, OnConflictNeedsAKeyThatIsUniqueOnOneShard) {
    refused("not_supported",
            "INSERT INTO purchase VALUES (1, 1, 1, '2020-01-01', 1) ON CONFLICT (id) DO NOTHING");
    refused("bad_query", "INSERT INTO item VALUES (1, 1, 'x', 1) ON CONFLICT (label) DO NOTHING");
    refused("shard_key_change",
            "INSERT INTO item VALUES (1, 1, 'x', 1) ON CONFLICT (id) DO UPDATE SET id = 5");
}

TEST_P(Changes, ReturningGivesTheChangedRowsOfAllShards) {
    EXPECT_EQ(same("UPDATE person SET age = 50 WHERE id % 4 = 0 RETURNING id, age, country AS land")
                  .rows.size(),
              17u);
    EXPECT_EQ(same("UPDATE land SET title = title || '!' WHERE code IN ('de', 'fr') RETURNING *")
                  .rows.size(),
              2u);
    EXPECT_EQ(same("DELETE FROM purchase WHERE qty > 5 RETURNING *").failed, "");
    // SQLite takes all columns for NOT NULL there.
    EXPECT_EQ(same("UPDATE person SET country = 'xx' WHERE age IS NULL RETURNING id, age IS NULL, "
                   "nullif(id, age), least(age, id)")
                  .failed,
              "");
    // MariaDB knows at once that nothing can be deleted.
    EXPECT_EQ(same("DELETE FROM purchase WHERE qty > qty RETURNING id").failed, "");
    EXPECT_EQ(same("DELETE FROM purchase WHERE '' LIKE 'a%' RETURNING id").failed, "");
    EXPECT_EQ(same("DELETE FROM code WHERE number = 3 RETURNING title, number + 1").rows,
              std::vector<std::string>{"'title cc'|4|"});
    EXPECT_EQ(same("INSERT INTO stock (person_id, label, amount, price) VALUES (1, 'bolt', 5, "
                   "2.5), (50, 'bolt', 6, NULL) ON CONFLICT (person_id, label) DO UPDATE SET "
                   "amount = stock.amount + excluded.amount RETURNING person_id, amount, price")
                  .rows.size(),
              2u);
    EXPECT_EQ(same("INSERT INTO stock (person_id, label, amount) VALUES (1, 'bolt', 5), (51, "
                   "'bolt', 6) ON CONFLICT (person_id, label) DO NOTHING RETURNING person_id")
                  .rows,
              std::vector<std::string>{"51|"});
    EXPECT_EQ(same("UPDATE person SET score = (SELECT max(weight) FROM item WHERE weight < 1) "
                   "WHERE id IN (SELECT person_id FROM item) RETURNING id")
                  .failed,
              "bad_query");
    EXPECT_EQ(same("UPDATE person SET age = (SELECT count(*) FROM item) WHERE id IN (SELECT "
                   "person_id FROM item) RETURNING id, age")
                  .failed,
              "")
        << last_error;
    EXPECT_EQ(same("DELETE FROM item WHERE person_id IN (SELECT id FROM person WHERE age > 40) "
                   "RETURNING id, label")
                  .failed,
              "")
        << last_error;
    EXPECT_EQ(same("INSERT INTO land VALUES ('q1', 'a'), ('q2', 'b') RETURNING code").rows.size(),
              2u);
    EXPECT_EQ(
        same("INSERT INTO item SELECT id + 30000, person_id, label, weight FROM item RETURNING id")
            .failed,
        "")
        << last_error;
}

TEST_P(Changes, EveryCopyOfAReferenceTableStaysTheSame) {
    session s(many());
    s.sql("INSERT INTO land VALUES ('k1', 'x'), ('k2', 'y')");
    s.sql(
        "INSERT INTO land SELECT 'k3', max(country) || 'z' FROM person ON CONFLICT (code) DO "
        "NOTHING");
    s.sql("UPDATE land SET title = (SELECT min(label) FROM item) WHERE code = 'k1'");
    s.sql("DELETE FROM land WHERE code IN (SELECT country FROM person)");
    s.sql(
        "INSERT INTO land VALUES ('k2', 'Y') ON CONFLICT (code) DO UPDATE SET title = "
        "excluded.title || land.title");
    s.commit();
    const auto copy = [&](std::size_t shard) {
        const std::vector<std::string> codes =
            place(0).shards().ask_texts(shard, "SELECT code FROM land ORDER BY code");
        const std::vector<std::string> titles =
            place(0).shards().ask_texts(shard, "SELECT title FROM land ORDER BY code");
        return std::pair{codes, titles};
    };
    for (std::size_t shard = 1; shard < 3; ++shard) EXPECT_EQ(copy(shard), copy(0)) << shard;
    EXPECT_EQ(rows("SELECT code FROM land ORDER BY code"),
              (std::vector<std::string>{"'ch'|", "'k1'|", "'k2'|", "'k3'|"}));
}

INSTANTIATE_TEST_SUITE_P(Clusters, Changes, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
