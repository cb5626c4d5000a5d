// SPDX-License-Identifier: MIT
// Upserts of rows with cluster-wide unique values: the row with the same key may live on any shard.
#include <gmock/gmock.h>

#include <atomic>

#include "fixture.hpp"
#include "shardwise/ops/verify.hpp"

namespace shardwise::unique_test {
namespace {

class UniqueUpsertRules : public Unique {
protected:
    std::string sql(const std::string& text) const {
        return code_of([&] {
            session s{*db};
            s.sql(text);
            s.commit();
        });
    }
    static std::int64_t upsert(session& s, member m) { return s.upsert(m); }
    template <class Rule>
    static std::int64_t upsert(session& s, member m, const Rule& rule) {
        return s.upsert(m, rule);
    }
    /// "id name email team nick", the rows in the order of their ids.
    std::string rows() const {
        session s{*db};
        std::string all;
        for (const auto& m : s.values(select<member>().order_by(members.id)))
            all += std::to_string(m.id) + " " + m.name + " " + m.email.value_or("-") + " " +
                   std::to_string(m.team) + " " + m.nick.value_or("-") + "\n";
        return all;
    }
};

TEST_P(UniqueUpsertRules, ByTheValueMeetsTheRowOnWhateverShardItLives) {
    for (std::int64_t id = 1; id <= 9; ++id)
        ASSERT_EQ(add(id, "m" + std::to_string(id)), "no error");
    session s{*db};
    std::vector<member> many;
    for (std::int64_t id = 1; id <= 12; ++id)
        many.push_back({id + 100, "again", "m" + std::to_string(id), 5, {}});
    EXPECT_EQ(s.upsert(many, on_conflict(members.email).update(members.name)), 12);
    s.commit();
    EXPECT_EQ(rows(),
              "1 again m1 0 -\n2 again m2 0 -\n3 again m3 0 -\n4 again m4 0 -\n5 again m5 0 -\n"
              "6 again m6 0 -\n7 again m7 0 -\n8 again m8 0 -\n9 again m9 0 -\n"
              "110 again m10 5 -\n111 again m11 5 -\n112 again m12 5 -\n");
    EXPECT_EQ(s.upsert(many, on_conflict(members.email)), 0) << "left out where they are there";
    s.commit();
    EXPECT_EQ(count(), 12);
}

TEST_P(UniqueUpsertRules, ByThePrimaryKeyChangesTheValueToo) {
    ASSERT_EQ(add(1, "a"), "no error");
    ASSERT_EQ(add(2, "b"), "no error");
    session s{*db};
    upsert(s, member{1, "one", "c", 1, "x"});
    upsert(s, member{3, "three", "a", 1, "y"});
    s.commit();
    EXPECT_EQ(rows(), "1 one c 1 x\n2 m b 0 -\n3 three a 1 y\n");
    EXPECT_EQ(add(4, "c"), "unique_violation");
    for (member m : {member{1, "one", "b", 1, "x"}, member{9, "new", "b", 1, "z"},
                     member{9, "new", "f", 1, "y"}, member{2, "two", "b", 1, "x"}}) {
        EXPECT_EQ(code_of([&] { s.upsert(m); }), "unique_violation") << m.id << *m.nick;
        s.rollback();
    }
    EXPECT_EQ(rows(), "1 one c 1 x\n2 m b 0 -\n3 three a 1 y\n");
}

TEST_P(UniqueUpsertRules, StatementsInText) {
    ASSERT_EQ(add(1, "a", 1, "n"), "no error");
    const std::string into = "INSERT INTO members (id, name, email, team, nick) VALUES ";
    EXPECT_EQ(sql(into + "(2, 'two', 'a', 2, 'q'), (3, 'three', 'b', 2, 'q'), "
                         "(4, 'four', NULL, 3, NULL), (5, 'five', NULL, 3, NULL) "
                         "ON CONFLICT (email) DO UPDATE SET name = excluded.name, "
                         "nick = CONCAT(members.nick, '2')"),
              "no error");
    EXPECT_EQ(rows(), "1 two a 1 n2\n3 three b 2 q\n4 four - 3 -\n5 five - 3 -\n");
    EXPECT_EQ(add(9, {}, 1, "n2"), "unique_violation") << "a computed value is looked up";
    EXPECT_EQ(sql(into + "(6, 'six', 'f', 1, 'n2') "
                         "ON CONFLICT (nick, team) DO UPDATE SET email = excluded.email "
                         "WHERE members.name = 'nobody'"),
              "no error");
    EXPECT_EQ(add(9, "f"), "no error") << "WHERE left the row as it was";
    EXPECT_EQ(sql(into + "(6, 'six', 'g', 1, 'n2') "
                         "ON CONFLICT (nick, team) DO UPDATE SET email = excluded.email"),
              "no error");
    EXPECT_EQ(add(10, "g"), "unique_violation");
    EXPECT_EQ(add(10, "a"), "no error");
    // The second row of a statement meets the first one.
    EXPECT_EQ(sql(into + "(20, 'x', 'twice', 0, NULL), (21, 'y', 'twice', 0, NULL) "
                         "ON CONFLICT (email) DO UPDATE SET name = excluded.name"),
              "no error");
    EXPECT_EQ(sql(into + "(20, 'x', 'h1', 0, NULL), (22, 'y', 'h2', 0, NULL) "
                         "ON CONFLICT (email) DO NOTHING"),
              "unique_violation")
        << "of another key than the named one";
    EXPECT_EQ(sql(into + "(30, 'x', 'same', 0, NULL), (31, 'y', 'same', 0, NULL) "
                         "ON CONFLICT (id) DO NOTHING"),
              "unique_violation");
    EXPECT_EQ(sql("INSERT INTO members (id, name, email, team) SELECT id + 50, 'copy', email, team "
                  "FROM members ON CONFLICT (email) DO UPDATE SET name = excluded.name"),
              "no error");
    session s{*db};
    const auto returned = s.sql(into +
                                "(40, 'r', 'twice', 0, NULL), (41, 'r', 'fresh', 0, NULL) "
                                "ON CONFLICT (email) DO UPDATE SET name = excluded.name "
                                "RETURNING id");
    std::set<std::int64_t> ids;
    for (const auto& row : returned.rows) ids.insert(row[0].view().to_integer());
    EXPECT_EQ(ids, (std::set<std::int64_t>{20, 41}));
    s.commit();
}

TEST_P(UniqueUpsertRules, SeesWhatItsTransactionWroteAndForgetsItWithIt) {
    session s{*db};
    s.add(member{1, "one", "a", 0, {}});
    upsert(s, member{2, "two", "a", 0, {}}, on_conflict(members.email).update(members.name));
    upsert(s, member{3, "three", "b", 0, {}}, on_conflict(members.email).update(members.name));
    upsert(s, member{4, "four", "b", 0, {}}, on_conflict(members.email).update(members.name));
    EXPECT_EQ(s.count(select<member>()), 2);
    s.rollback();
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(add(5, "a"), "no error");
    EXPECT_EQ(add(6, "b"), "no error");
}

TEST_P(UniqueUpsertRules, WhatCannotBeDecidedIsRefused) {
    const std::string into = "INSERT INTO members (id, name, email, team) VALUES (1, 'x', 'a', 0) ";
    EXPECT_EQ(sql(into + "ON CONFLICT (email) DO UPDATE SET id = excluded.id"), "shard_key_change");
    EXPECT_EQ(sql(into + "ON CONFLICT (email) DO UPDATE SET email = 'b'"), "not_supported");
    EXPECT_EQ(sql(into + "ON CONFLICT (name) DO NOTHING"), "bad_query");
    EXPECT_EQ(count(), 0);
}

/// Whoever is overtaken is told to run again, and no value is there twice.
TEST_P(UniqueUpsertRules, ManyAtOnceEndWithOneRow) {
    for (int round = 0; round < 4; ++round) {
        const std::string email = "john" + std::to_string(round);
        std::atomic<bool> go{false};
        std::atomic<int> done{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&, t] {
                while (!go) std::this_thread::yield();
                for (int again = 0; again < 200; ++again) {
                    try {
                        session s{*db};
                        member m{round * 100 + t + 1, "t" + std::to_string(t), email, t, {}};
                        if (t % 2 == 0)
                            s.upsert(m, on_conflict(members.email).update(members.name));
                        else
                            s.upsert(
                                m,
                                on_conflict(members.email).set(members.team, members.team + 100));
                        s.commit();
                        ++done;
                        return;
                    } catch (const error& e) {
                        EXPECT_NE(e.code(), error_code::unique_violation) << e.what();
                    }
                }
            });
        go = true;
        for (std::thread& t : threads) t.join();
        EXPECT_EQ(done, 8);
        EXPECT_EQ(count(), round + 1);
    }
    EXPECT_EQ(verify(*db).problems, 0);
}

INSTANTIATE_TEST_SUITE_P(Clusters, UniqueUpsertRules, testing::ValuesIn(test::cluster_kinds()),
                         label_of);

}  // namespace
}  // namespace shardwise::unique_test
