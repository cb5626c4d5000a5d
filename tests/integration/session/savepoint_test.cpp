// SPDX-License-Identifier: MIT
// Savepoints: databases and objects go back together, on SQLite, PostgreSQL, MariaDB and a mix.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <stdexcept>

#include "model.hpp"
#include "shardwise/base/error.hpp"
#include "support/failure.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {
namespace {

using testing::HasSubstr;

/// User i lives on shard i % 3.
class Savepoint : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test_shards>(GetParam(), 3);
        cluster_options o;
        o.lock_timeout_ms = 1'000;
        db = std::make_unique<cluster>(shards->all(), o);
        const schema_report report = db->create_all<User, Post, Country>();
        ASSERT_TRUE(report.complete()) << report.to_string();
        session s{*db};
        for (int i = 1; i <= 6; ++i)
            s.add(User{.id = i, .name = "user" + std::to_string(i), .score = i * 10});
        s.commit();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    /// As somebody else sees it; -1: there is no such user.
    int stored_score(std::int64_t id) {
        session other{*db};
        const auto u = other.find<User>(id);
        return u ? u->score : -1;
    }

    std::unique_ptr<test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(Savepoint, RollbackUndoesWhatCameAfterItOnAllShards) {
    session s{*db};
    for (std::int64_t id = 1; id <= 3; ++id) s.get<User>(id).edit().score += 1;
    auto sp = s.savepoint();
    for (std::int64_t id = 1; id <= 6; ++id) s.get<User>(id).edit().score += 100;
    for (std::int64_t id = 7; id <= 9; ++id) s.add(User{.id = id, .name = "new"});
    s.flush();
    EXPECT_EQ(s.count(select<User>()), 9);
    sp.rollback();
    EXPECT_FALSE(sp.active());
    EXPECT_EQ(s.count(select<User>()), 6);
    s.commit();
    for (int id = 1; id <= 3; ++id) EXPECT_EQ(stored_score(id), id * 10 + 1);
    for (int id = 4; id <= 6; ++id) EXPECT_EQ(stored_score(id), id * 10);
    EXPECT_EQ(stored_score(7), -1);
}

TEST_P(Savepoint, ReleaseKeepsWhatCameAfterIt) {
    session s{*db};
    s.get<User>(1).edit().score = 1;
    auto sp = s.savepoint();
    s.get<User>(2).edit().score = 2;
    sp.release();
    EXPECT_FALSE(sp.active());
    EXPECT_EQ(stored_score(2), 20) << "not committed yet";
    s.commit();
    EXPECT_EQ(stored_score(1), 1);
    EXPECT_EQ(stored_score(2), 2);
}

TEST_P(Savepoint, ObjectsAreAsTheyWereAtTheSavepoint) {
    session s{*db};
    const auto flushed = s.get<User>(1);
    const auto clean = s.get<User>(2);
    const auto erased_before = s.get<User>(3);
    const auto erased_later = s.get<User>(4);
    const auto edited_and_erased = s.get<User>(5);
    const auto added_before = s.add(User{.id = 7, .name = "seven", .score = 70});
    flushed.edit().score = 11;
    edited_and_erased.edit().name = "five";
    s.erase(erased_before);

    auto sp = s.savepoint();
    EXPECT_EQ(added_before.state(), object_state::persistent) << "savepoint() flushes";
    flushed.edit().score = 12;
    s.flush();
    flushed.edit().score = 13;  // not flushed
    clean.edit().name = "changed";
    added_before.edit().score = 71;
    edited_and_erased.edit().name = "cinq";
    s.flush();
    s.erase(edited_and_erased);
    s.erase(erased_later);
    s.flush();
    const auto added_later = s.add(User{.id = 8, .name = "eight"});
    const auto added_and_flushed = s.add(User{.id = 9, .name = "nine"});
    s.flush();
    const auto pending = s.add(User{.id = 10, .name = "ten"});
    sp.rollback();

    EXPECT_EQ(flushed->score, 11);
    EXPECT_EQ(clean->name, "user2");
    EXPECT_EQ(added_before->score, 70);
    EXPECT_EQ(edited_and_erased->name, "five");
    for (const auto& r : {flushed, clean, added_before, edited_and_erased, erased_later})
        EXPECT_EQ(r.state(), object_state::persistent);
    EXPECT_EQ(erased_before.state(), object_state::erased);
    for (const auto& r : {added_later, added_and_flushed, pending})
        EXPECT_EQ(r.state(), object_state::detached);

    // One object per row, as before.
    EXPECT_EQ(s.find<User>(1), flushed);
    EXPECT_EQ(s.find<User>(4), erased_later);
    EXPECT_EQ(s.find<User>(5), edited_and_erased);
    EXPECT_EQ(s.find<User>(7), added_before);
    EXPECT_FALSE(s.find<User>(3));
    EXPECT_FALSE(s.find<User>(9));
    EXPECT_EQ(s.find<User>(1)->score, 11) << "the row went back, too";
    EXPECT_EQ(s.find<User>(7)->score, 70);

    // And all of them can be changed on.
    added_before.edit().score = 72;
    erased_later.edit().score = 41;
    s.add(User{.id = 9, .name = "nine again", .score = 9});
    s.commit();
    EXPECT_EQ(stored_score(1), 11);
    EXPECT_EQ(stored_score(3), -1);
    EXPECT_EQ(stored_score(4), 41);
    EXPECT_EQ(stored_score(7), 72);
    EXPECT_EQ(stored_score(9), 9);
    EXPECT_EQ(stored_score(8), -1);
}

TEST_P(Savepoint, RollbackOfTheSessionStillKnowsTheFirstValues) {
    session s{*db};
    const auto u = s.get<User>(1);
    const auto added = s.add(User{.id = 7, .name = "seven"});
    u.edit().score = 11;
    auto sp = s.savepoint();
    u.edit().score = 12;
    added.edit().name = "sept";
    s.erase(s.get<User>(2));
    sp.rollback();
    auto second = s.savepoint();
    u.edit().score = 13;
    s.flush();
    s.rollback();
    EXPECT_FALSE(second.active());
    EXPECT_EQ(u->score, 10);
    EXPECT_EQ(u.state(), object_state::persistent);
    EXPECT_EQ(added.state(), object_state::detached);
    EXPECT_EQ(s.count(select<User>()), 6);
    EXPECT_THAT(failure_text([&] { second.rollback(); }), HasSubstr("the session was rolled back"));
}

TEST_P(Savepoint, TheyNest) {
    session s{*db};
    const auto u = s.get<User>(1);
    u.edit().score = 1;
    auto a = s.savepoint();
    u.edit().score = 2;
    auto b = s.savepoint();
    u.edit().score = 3;
    auto c = s.savepoint();
    u.edit().score = 4;
    c.release();
    EXPECT_EQ(u->score, 4);
    b.rollback();
    EXPECT_EQ(u->score, 2);
    auto d = s.savepoint();
    u.edit().score = 5;
    s.get<User>(2).edit().score = 5;
    d.release();
    EXPECT_EQ(u->score, 5);
    a.rollback();
    EXPECT_EQ(u->score, 1);
    EXPECT_EQ(s.get<User>(2)->score, 20);
    s.commit();
    EXPECT_EQ(stored_score(1), 1);
    EXPECT_EQ(stored_score(2), 20);
}

TEST_P(Savepoint, WhatAReleasedOneKeptIsKeptByTheOneAroundIt) {
    session s{*db};
    const auto u = s.get<User>(1);
    const auto v = s.get<User>(2);
    u.edit().score = 1;
    v.edit().score = 1;
    auto outer = s.savepoint();
    for (int i = 2; i < 5; ++i) {
        auto inner = s.savepoint();
        u.edit().score = i;
        if (i == 3) v.edit().score = i;
        inner.release();
    }
    EXPECT_EQ(u->score, 4);
    outer.rollback();
    EXPECT_EQ(u->score, 1);
    EXPECT_EQ(v->score, 1);
    s.commit();
    EXPECT_EQ(stored_score(1), 1);
    EXPECT_EQ(stored_score(2), 1);
}

TEST_P(Savepoint, OneThatLeavesItsScopeIsRolledBack) {
    session s{*db};
    try {
        auto sp = s.savepoint();
        s.get<User>(1).edit().score = 1;
        s.flush();
        throw std::runtime_error("of the program");
    } catch (const std::runtime_error&) {
    }
    s.get<User>(2).edit().score = 2;
    s.commit();
    EXPECT_EQ(stored_score(1), 10);
    EXPECT_EQ(stored_score(2), 2);
}

TEST_P(Savepoint, WrongUseIsRefused) {
    session s{*db};
    auto a = s.savepoint();
    s.get<User>(1).edit().score = 1;
    a.release();
    EXPECT_THAT(failure_text([&] { a.release(); }), HasSubstr("bad_state"));
    EXPECT_THAT(failure_text([&] { a.rollback(); }), HasSubstr("it was released"));
    auto outer = s.savepoint();
    auto inner = s.savepoint();
    s.get<User>(2).edit().score = 2;
    outer.rollback();
    EXPECT_FALSE(inner.active());
    EXPECT_THAT(failure_text([&] { inner.rollback(); }), HasSubstr("an outer one was rolled back"));
    EXPECT_THAT(failure_text([&] { outer.rollback(); }), HasSubstr("it was rolled back"));
    auto second = s.savepoint();
    auto inside = s.savepoint();
    second.release();
    EXPECT_THAT(failure_text([&] { inside.release(); }), HasSubstr("an outer one was released"));
    auto last = s.savepoint();
    s.get<User>(3).edit().score = 3;
    s.commit();
    EXPECT_FALSE(last.active());
    EXPECT_THAT(failure_text([&] { last.rollback(); }), HasSubstr("was committed"));
    EXPECT_EQ(stored_score(1), 1) << "refused calls have done nothing";
    EXPECT_EQ(stored_score(2), 20);
    EXPECT_EQ(stored_score(3), 3) << "commit() keeps what came after an open savepoint";
    auto snap = db->read_snapshot();
    EXPECT_THAT(failure_text([&] { static_cast<void>(snap.savepoint()); }),
                HasSubstr("not_supported"));
}

TEST_P(Savepoint, CommitEndsItAlsoWhenNothingHasChanged) {
    session s{*db};
    auto sp = s.savepoint();
    s.commit();
    EXPECT_FALSE(sp.active());
    std::optional<savepoint> survivor;
    {
        session gone{*db};
        gone.get<User>(1).edit().score = 1;
        survivor.emplace(gone.savepoint());
    }
    EXPECT_FALSE(survivor->active());
    EXPECT_THAT(failure_text([&] { survivor->rollback(); }), HasSubstr("bad_state"));
    EXPECT_EQ(stored_score(1), 10);
}

TEST_P(Savepoint, AnErrorOfAServerLeavesTheSessionUsableAfterRollback) {
    session s{*db};
    s.get<User>(1).edit().score = 1;
    s.get<User>(2).edit().score = 2;
    for (int i = 0; i < 3; ++i) {
        auto sp = s.savepoint();
        s.get<User>(3).edit().score = 333;
        const auto twin = s.add(User{.id = 4, .name = "there is one"});
        EXPECT_THAT(failure_text([&] { s.flush(); }), HasSubstr("unique_violation"));
        const std::string refused = failure_text([&] { s.count(select<User>()); });
        EXPECT_THAT(refused, HasSubstr("bad_state"));
        EXPECT_THAT(refused, HasSubstr("rollback() of its savepoint"));
        EXPECT_THAT(failure_text([&] { s.commit(); }), HasSubstr("bad_state"));
        EXPECT_THAT(failure_text([&] { sp.release(); }), HasSubstr("bad_state"));
        EXPECT_TRUE(sp.active());
        sp.rollback();
        EXPECT_EQ(twin.state(), object_state::detached);
        EXPECT_EQ(s.get<User>(3)->score, 30);
        EXPECT_EQ(s.get<User>(1)->score, 1);
    }
    s.get<User>(5).edit().score = 5;
    s.commit();
    EXPECT_EQ(stored_score(1), 1);
    EXPECT_EQ(stored_score(2), 2);
    EXPECT_EQ(stored_score(3), 30);
    EXPECT_EQ(stored_score(5), 5);
}

TEST_P(Savepoint, AnErrorInsideAnInnerOneCostsOnlyThat) {
    session s{*db};
    auto outer = s.savepoint();
    s.get<User>(1).edit().score = 1;
    {
        auto inner = s.savepoint();
        s.add(User{.id = 2, .name = "there is one"});
        EXPECT_THAT(failure_text([&] { inner.release(); }), HasSubstr("unique_violation"))
            << "release() flushes";
    }
    s.get<User>(3).edit().score = 3;
    outer.release();
    s.commit();
    EXPECT_EQ(stored_score(1), 1);
    EXPECT_EQ(stored_score(2), 20);
    EXPECT_EQ(stored_score(3), 3);
}

TEST_P(Savepoint, StatementsTextAndBulkInsertsAreUndone) {
    session s{*db};
    s.get<User>(1).edit().score = 1;
    const auto known = s.get<User>(2);
    auto sp = s.savepoint();
    EXPECT_EQ(s.run(update<User>().set(users.score, 0).where(users.id > 0)), 6);
    s.sql("DELETE FROM users WHERE id = 6");
    s.sql("INSERT INTO users (id, name, score) VALUES (20, 'text', 1)");
    std::vector<User> many;
    for (int i = 100; i < 130; ++i) many.push_back(User{.id = i, .name = "bulk"});
    EXPECT_EQ(s.bulk_insert(many), 30);
    EXPECT_EQ(s.count(select<User>()), 36);
    const auto seen = s.get<User>(20);
    EXPECT_EQ(s.get<User>(1)->score, 0);
    EXPECT_EQ(s.get<User>(2)->score, 0);
    sp.rollback();
    EXPECT_EQ(known->score, 20) << "read inside, as it was before";
    EXPECT_EQ(s.count(select<User>()), 6);
    EXPECT_EQ(s.get<User>(1)->score, 1);
    EXPECT_EQ(s.get<User>(6)->score, 60);
    EXPECT_FALSE(s.find<User>(20));
    EXPECT_NO_THROW(s.add(User{.id = 20, .name = "the row that was read is gone"}));
    known.edit().name = "two";
    s.commit();
    EXPECT_EQ(stored_score(1), 1);
    EXPECT_EQ(stored_score(2), 20);
    EXPECT_EQ(stored_score(20), 0);
}

TEST_P(Savepoint, AFailedBulkInsertCanBeUndone) {
    session s{*db};
    s.get<User>(1).edit().score = 1;
    auto sp = s.savepoint();
    std::vector<User> many;
    for (int i = 130; i > 3; --i) many.push_back(User{.id = i, .name = "bulk"});
    EXPECT_THAT(failure_text([&] { s.bulk_insert(many); }), HasSubstr("unique_violation"));
    sp.rollback();
    many.resize(100);
    EXPECT_EQ(s.bulk_insert(many), 100);
    s.commit();
    EXPECT_EQ(stored_score(1), 1);
    session other{*db};
    EXPECT_EQ(other.count(select<User>()), 106);
}

TEST_P(Savepoint, AKeyThatWasHandedOnComesBackToItsObject) {
    session s{*db};
    const auto old = s.get<User>(1);
    old.edit().score = 11;
    auto sp = s.savepoint();
    s.erase(old);
    s.flush();
    const auto heir = s.add(User{.id = 1, .name = "heir"});
    s.flush();
    EXPECT_EQ(s.find<User>(1), heir);
    sp.rollback();
    EXPECT_EQ(heir.state(), object_state::detached);
    EXPECT_EQ(s.find<User>(1), old);
    EXPECT_EQ(old->score, 11);
    s.commit();
    EXPECT_EQ(stored_score(1), 11);
}

TEST_P(Savepoint, DetachIsNotUndone) {
    session s{*db};
    const auto u = s.get<User>(1);
    u.edit().score = 11;
    auto sp = s.savepoint();
    u.edit().score = 12;
    s.flush();
    s.detach(u);
    sp.rollback();
    EXPECT_EQ(u.state(), object_state::detached);
    const auto again = s.get<User>(1);
    EXPECT_FALSE(again == u);
    EXPECT_EQ(again->score, 11);
}

TEST_P(Savepoint, StreamsEndWithItAndKeepItFromBeingMade) {
    session s{*db};
    s.run(update<User>().set(users.score, users.score + 1).where(users.id > 0));
    auto sp = s.savepoint();
    {
        auto rows = s.stream(select<User>());
        auto i = rows.begin();
        EXPECT_NE((*i).id, 0);
        EXPECT_THAT(failure_text([&] { static_cast<void>(s.savepoint()); }), HasSubstr("stream"));
        EXPECT_THAT(failure_text([&] { sp.release(); }), HasSubstr("stream"));
        sp.rollback();
        const auto go_on = [&] {
            for (int n = 0; n < 10; ++n) ++i;
        };
        EXPECT_THAT(failure_text(go_on), HasSubstr("bad_state"));
    }
    s.commit();
    EXPECT_EQ(stored_score(1), 11);
}

TEST_P(Savepoint, ReferenceTablesFollowOnAllShards) {
    session s{*db};
    s.add(Country{.id = 1, .name = "Norway"});
    auto sp = s.savepoint();
    s.add(Country{.id = 2, .name = "Sweden"});
    s.get<Country>(1).edit().name = "Norge";
    s.flush();
    sp.rollback();
    s.add(Country{.id = 3, .name = "Denmark"});
    s.commit();
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(shards->ask(i, "SELECT id FROM countries ORDER BY id"),
                  (std::vector<std::int64_t>{1, 3}));
        EXPECT_EQ(shards->ask(i, "SELECT COUNT(*) FROM countries WHERE name = 'Norway'"),
                  (std::vector<std::int64_t>{1}));
    }
}

TEST_P(Savepoint, OneForEachRowSkipsThoseThatAreThere) {
    session s{*db};
    int added = 0;
    for (int id = 1; id <= 30; ++id) {
        auto sp = s.savepoint();
        s.add(User{.id = id, .name = "maybe", .score = -id});
        try {
            sp.release();
            ++added;
        } catch (const unique_violation&) {
            sp.rollback();
        }
    }
    EXPECT_EQ(added, 24);
    s.commit();
    EXPECT_EQ(stored_score(6), 60);
    EXPECT_EQ(stored_score(30), -30);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Savepoint, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
