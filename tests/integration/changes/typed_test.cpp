// SPDX-License-Identifier: MIT
#include "integration/changes/fixture.hpp"

namespace shardwise::test {
namespace {

const mapping<person> people{};
const mapping<purchase> purchases{};
const mapping<item> items{};
const mapping<land> lands{};
const mapping<stock> stocks{};
const mapping<memo> memos{};
const mapping<code> codes{};

class TypedChanges : public Changes {
protected:
    answer counted(const std::function<std::int64_t(session&)>& what, const std::string& said) {
        return same(
            [&](session& s) {
                answer a;
                a.changed = what(s);
                return a;
            },
            said);
    }
};

TEST_P(TypedChanges, InsertOfValuesAndOfAQuery) {
    const auto values = insert_into(stocks.person_id, stocks.label, stocks.amount)
                            .values(70, "a", 1)
                            .values(71, "b", 2);
    EXPECT_EQ(counted([&](session& s) { return s.run(values); }, "values").changed, 2);
    const auto copied =
        insert_into(items.id, items.person_id, items.label, items.weight)
            .from(select(items.id + 5000, items.person_id, items.label, items.weight)
                      .where(items.weight > decimal::parse("2")));
    EXPECT_GT(counted([&](session& s) { return s.run(copied); }, "from a query").changed, 0);
    const auto grouped = insert_into(stocks.person_id, stocks.label, stocks.amount)
                             .from(select(purchases.person_id, max(people.country), count())
                                       .join<person>(people.id == purchases.person_id)
                                       .group_by(purchases.person_id));
    EXPECT_GT(counted([&](session& s) { return s.run(grouped); }, "from groups").changed, 0);
}

TEST_P(TypedChanges, SubqueriesInConditionsAndValues) {
    const auto buyers = select(purchases.person_id).where(purchases.qty > 2);
    EXPECT_GT(
        counted(
            [&](session& s) {
                return s.run(update<person>().set(people.age, 9).where(in(people.id, buyers)));
            },
            "IN")
            .changed,
        0);
    const auto named =
        select(items.id).correlated_with<person>().where(items.person_id == people.id);
    EXPECT_GT(counted(
                  [&](session& s) {
                      return s.run(erase<person>().where(not_exists(named) && people.id > 40));
                  },
                  "NOT EXISTS")
                  .changed,
              0);
    const auto most = select(max(purchases.total))
                          .correlated_with<person>()
                          .where(purchases.person_id == people.id);
    EXPECT_GT(counted(
                  [&](session& s) {
                      return s.run(
                          update<person>().set(people.score, scalar(most)).where(people.id < 10));
                  },
                  "scalar")
                  .changed,
              0);
}

TEST_P(TypedChanges, ReturningGivesTuples) {
    session s(many());
    const auto raised = s.run(update<person>()
                                  .set(people.age, 33)
                                  .where(people.country == "de")
                                  .returning(people.id, people.age, people.id * 2));
    ASSERT_FALSE(raised.empty());
    for (const auto& [id, age, twice] : raised) {
        EXPECT_EQ(age, 33);
        EXPECT_EQ(twice, id * 2);
    }
    const auto gone = s.run(erase<purchase>().where(purchases.qty > 5).returning(purchases.id));
    EXPECT_FALSE(gone.empty());
    for (const auto& [id] : gone) EXPECT_FALSE(s.find_everywhere<purchase>(id));
    const auto made = s.run(insert_into(memos.text).values("x").returning(memos.id, memos.rank));
    ASSERT_EQ(made.size(), 1u);
    EXPECT_EQ(std::get<1>(made[0]), 7);
    EXPECT_EQ(s.get<memo>(std::get<0>(made[0]))->text, "x");
}

TEST_P(TypedChanges, ReturningGivesTheRowAsItIsStored) {
    const auto upserts = insert_into(stocks.person_id, stocks.label, stocks.amount)
                             .values(1, "bolt", 5)
                             .on_conflict(stocks.person_id, stocks.label)
                             .update(stocks.amount);
    try {
        static_cast<void>(upserts.returning(excluded(stocks.amount) + 1));
        ADD_FAILURE() << "is refused when it is written";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_query);
        EXPECT_THAT(e.info().message, testing::HasSubstr("without excluded"));
    }
}

TEST_P(TypedChanges, AnUpsertNamesTheRowThatCannotBeStored) {
    session s(many());
    std::vector<land> rows{{"q1", "x"}, {"q2", "y"}, {"too long", "z"}};
    try {
        s.upsert(rows);
        ADD_FAILURE() << "it is too long";
    } catch (const error& e) {
        EXPECT_THAT(e.info().message, testing::StartsWith("row 3: "));
    }
}

TEST_P(TypedChanges, UpsertOfObjects) {
    const auto upserted = [](session& s) {
        std::vector<stock> rows{
            {.person_id = 1, .label = "bolt", .amount = 77, .price = {}, .remark = "new"},
            {.person_id = 99,
             .label = "bolt",
             .amount = 78,
             .price = decimal::parse("1.5"),
             .remark = {}}};
        return s.upsert(rows);
    };
    EXPECT_EQ(counted(upserted, "a range").changed, 2);
    EXPECT_EQ(rows("SELECT amount, remark FROM stock WHERE person_id = 1 AND label = 'bolt'"),
              std::vector<std::string>{"77|'new'|"});
    EXPECT_EQ(counted(
                  [](session& s) {
                      land l{"de", "Deutschland"};
                      return s.upsert(l);
                  },
                  "one reference row")
                  .changed,
              1);
    EXPECT_EQ(counted(
                  [](session& s) {
                      std::vector<code> rows{{"aa", 1, "other"}, {"dd", 4, "fresh"}};
                      return s.upsert(rows, on_conflict(codes.number).update(codes.title));
                  },
                  "another key")
                  .changed,
              2);
    EXPECT_EQ(
        counted(
            [](session& s) {
                std::vector<stock> rows{
                    {.person_id = 2, .label = "bolt", .amount = 1000, .price = {}, .remark = "r2"},
                    {.person_id = 3, .label = "bolt", .amount = -1, .price = {}, .remark = "r3"}};
                return s.upsert(rows,
                                on_conflict(stocks.person_id, stocks.label)
                                    .set(stocks.amount, stocks.amount + excluded(stocks.amount))
                                    .where(excluded(stocks.amount) > 0));
            },
            "with a condition")
            .changed,
        1);
    EXPECT_EQ(counted(
                  [](session& s) {
                      std::vector<land> rows{{"de", "no"}, {"zz", "yes"}};
                      return s.upsert(rows, on_conflict(lands.code));
                  },
                  "or nothing")
                  .changed,
              1);
    session s(many());
    memo m{.id = 0, .text = "made", .rank = 1, .at = {}};
    EXPECT_EQ(s.upsert(m), 1);
    EXPECT_NE(m.id, 0);
    m.text = "changed";
    EXPECT_EQ(s.upsert(m), 1);
    EXPECT_EQ(s.get<memo>(m.id)->text, "changed");
    memo wrong{.id = 0, .text = std::string(31, 'x'), .rank = 1, .at = {}};
    EXPECT_THROW(s.upsert(wrong), error);
    s.commit();
    EXPECT_EQ(rows("SELECT text FROM memo"), std::vector<std::string>{"'changed'|"})
        << "what is refused was not sent";
}

TEST_P(TypedChanges, ObjectsOfTheSessionAreReadAgain) {
    session s(many());
    const auto one = s.get<person>(1);
    const auto edited = s.get<person>(2);
    edited.edit().country = "it";
    const auto gone = s.get<person>(3);
    s.run(update<person>()
              .set(people.age, 88)
              .where(in(people.id, select(people.id).where(people.id <= 3))));
    EXPECT_EQ(s.get<person>(1)->age, 88);
    EXPECT_EQ(one->age, 88) << "the same object";
    EXPECT_EQ(s.get<person>(2)->age, 88);
    EXPECT_EQ(edited->country, "it");
    s.sql("DELETE FROM person WHERE id = 3");
    EXPECT_FALSE(s.find<person>(3));
    person again = *gone;
    again.country = "at";
    s.add(again);
    s.commit();
    EXPECT_EQ(s.get<person>(3)->country, "at");
    s.run(update<person>().set(people.age, 11).where(people.id == 2));
    edited.edit().country = "fr";
    s.flush();
    s.rollback();
    EXPECT_EQ(s.get<person>(2)->age, 88);
    EXPECT_EQ(s.get<person>(2)->country, "it");
}

TEST_P(TypedChanges, ARollbackUndoesAllOfIt) {
    const std::vector<std::string> before = rows("SELECT * FROM stock");
    session s(many());
    s.sql("INSERT INTO stock (person_id, label, amount) SELECT id + 1000, 'x', 1 FROM person");
    s.sql("UPDATE stock SET amount = 0 WHERE person_id IN (SELECT person_id FROM item)");
    s.sql("DELETE FROM stock WHERE amount > (SELECT avg(amount) FROM stock)");
    EXPECT_NE(s.sql("SELECT count(*) FROM stock").rows[0][0].view().to_integer(), 40);
    s.rollback();
    EXPECT_EQ(rows("SELECT * FROM stock"), before);
}

/// Rows wait in scratch space; what is held beside it is a batch for each shard.
TEST_P(TypedChanges, ManyRowsGoThroughBoundedMemory) {
    session s(many(), {.limits = result_limits{.rows = 3'500, .bytes = 400'000}});
    std::vector<item> rows;
    for (std::int64_t i = 0; i < 3000; ++i)
        rows.push_back({.id = 100000 + i,
                        .person_id = i % 50,
                        .label = "many",
                        .weight = decimal::parse("1.5")});
    EXPECT_EQ(s.upsert(rows), 3000);
    for (item& i : rows) i.label = "again";
    rows.push_back(
        {.id = 200000, .person_id = {}, .label = "again", .weight = decimal::parse("1.5")});
    EXPECT_EQ(s.upsert(rows), 3001);
    EXPECT_EQ(s.sql("INSERT INTO item SELECT id + 1000000, person_id, label, weight FROM item "
                    "WHERE label = 'again'")
                  .changed,
              3001);
    EXPECT_EQ(s.sql("UPDATE item SET label = 'upd' WHERE id IN (SELECT id FROM item WHERE label = "
                    "'again' AND id > 1000000)")
                  .changed,
              3001);
    EXPECT_EQ(
        s.sql("DELETE FROM item WHERE label IN (SELECT label FROM item WHERE id = 200000)").changed,
        3001);
    s.commit();
}

INSTANTIATE_TEST_SUITE_P(Clusters, TypedChanges, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
