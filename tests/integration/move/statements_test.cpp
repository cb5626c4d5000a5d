// SPDX-License-Identifier: MIT
// UPDATE of the shard key, typed and as text.
#include "fixture.hpp"

namespace shardwise::move_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class MoveStatements : public Move {};

TEST_P(MoveStatements, AnUpdateMovesTheRowsThatItFinds) {
    for (const std::int64_t id : {1, 2, 3}) add_account(id, id);
    session s{*db};
    EXPECT_EQ(s.run(update<account>().set(accounts.tenant, 5).where(accounts.id <= 2)), 2);
    s.commit();
    EXPECT_THAT(count("accounts", "tenant = 5 AND version = 2"), ElementsAre(0, 0, 2));
    EXPECT_THAT(count("docs"), ElementsAre(2, 0, 4));
    EXPECT_THAT(count("pages", "tenant = 5"), ElementsAre(0, 0, 4));
    EXPECT_EQ(s.sql("UPDATE accounts SET tenant = tenant + 1, name = 'all'").changed, 3);
    s.commit();
    EXPECT_THAT(count("accounts", "name = 'all' AND tenant IN (4, 6)"), ElementsAre(2, 1, 0));
    EXPECT_THAT(count("pages"), ElementsAre(4, 2, 0));
    EXPECT_EQ(s.sql("UPDATE accounts SET tenant = 1 WHERE id = 77").changed, 0);
    EXPECT_EQ(s.sql("UPDATE accounts SET tenant = 6 WHERE id = 1").changed, 1) << "it is there";
    EXPECT_EQ(s.sql("UPDATE accounts SET name = 'x', tenant = 6 WHERE id = 1").changed, 1);
    s.commit();
    EXPECT_THAT(count("accounts", "name = 'x'"), ElementsAre(1, 0, 0));
}

TEST_P(MoveStatements, PrimaryKeysMoveWithAllThatRefersToThem) {
    for (const std::int64_t id : {1, 2, 3}) add_house(id);
    session s{*db};
    const auto h = s.get<house>(2);
    const auto c = s.get<chair>(2, 1, 1);
    EXPECT_EQ(s.sql("UPDATE houses SET id = id + 1 WHERE id >= 2").changed, 2);
    EXPECT_EQ(h->id, 3);
    EXPECT_EQ(c->house_id, 3);
    EXPECT_EQ(s.get<house>(3), h);
    EXPECT_EQ(s.get<chair>(3, 1, 1), c);
    s.rollback();
    EXPECT_EQ(h->id, 2);
    EXPECT_EQ(s.get<house>(2), h);
    EXPECT_EQ(s.run(update<house>().set(houses.id, houses.id + 1)), 3);
    s.commit();
    EXPECT_THAT(count("houses"), ElementsAre(1, 1, 1));
    EXPECT_THAT(count("houses", "name = 'h3' AND id = 4"), ElementsAre(0, 1, 0));
    EXPECT_THAT(count("chairs"), ElementsAre(4, 4, 4));
    EXPECT_EQ(code_of([&] { s.sql("UPDATE houses SET id = 9"); }), "unique_violation");
    s.rollback();
    EXPECT_THAT(count("chairs"), ElementsAre(4, 4, 4));
}

TEST_P(MoveStatements, ReturningGivesTheRowsAsTheyAreAfterwards) {
    for (const std::int64_t id : {1, 2, 3}) add_house(id);
    session s{*db};
    const auto moved = s.run(update<house>()
                                 .set(houses.id, houses.id + 10)
                                 .where(houses.id < 3)
                                 .returning(houses.id, houses.name));
    std::map<std::int64_t, std::string> found;
    for (const auto& [id, name] : moved) found[id] = name;
    EXPECT_EQ(found, (std::map<std::int64_t, std::string>{{11, "h1"}, {12, "h2"}}));
    s.commit();
}

TEST_P(MoveStatements, ExplainTellsThatRowsMove) {
    session s{*db};
    const auto text = s.sql("EXPLAIN UPDATE houses SET id = 4 WHERE id = 3");
    std::string all;
    for (const auto& row : text.rows) all += std::string(row[0].view().to_text()) + "\n";
    EXPECT_THAT(all, HasSubstr("move each row"));
    EXPECT_FALSE(s.in_transaction());
}

TEST_P(MoveStatements, WhatCannotBeDoneIsRefusedWithTheWayOut) {
    add_house(3);
    session s{*db};
    const auto refused = [&](const std::string& sql) {
        try {
            s.sql(sql);
        } catch (const error& e) {
            return std::string(name_of(e.code())) + ": " + e.what();
        }
        return std::string("done");
    };
    EXPECT_THAT(refused("UPDATE houses SET id = (SELECT MAX(no) FROM rooms)"),
                testing::AllOf(HasSubstr("shard_key_change"), HasSubstr("load the objects")));
    EXPECT_THAT(refused("INSERT INTO houses (id, name) VALUES (3, 'x') ON CONFLICT (id) DO UPDATE "
                        "SET id = 5"),
                HasSubstr("shard_key_change"));
    EXPECT_FALSE(s.in_transaction());
    session loose{*db, {.mode = commit_mode::best_effort}};
    EXPECT_EQ(code_of([&] { loose.sql("UPDATE houses SET id = 4 WHERE id = 3"); }),
              "not_supported");
    loose.rollback();
    const auto r = s.get<room>(3, 1);
    session careful{*db, {.autoflush = false}};
    careful.get<room>(3, 1).edit().name = "not yet";
    EXPECT_EQ(code_of([&] { careful.sql("UPDATE houses SET id = 4 WHERE id = 3"); }), "bad_state");
    careful.rollback();
    EXPECT_THAT(count("rooms"), ElementsAre(2, 0, 0));
}

INSTANTIATE_TEST_SUITE_P(Clusters, MoveStatements, testing::ValuesIn(test::cluster_kinds()),
                         label_of);

}  // namespace
}  // namespace shardwise::move_test
