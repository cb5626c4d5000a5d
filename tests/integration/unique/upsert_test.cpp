// SPDX-License-Identifier: MIT
// Upserts and ON CONFLICT of tables with cluster-wide unique constraints. The fixture checks after
// each test that rows and lookup rows agree.
#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <random>

#include "fixture.hpp"
#include "shardwise/ops/verify.hpp"

namespace shardwise::unique_test {
namespace {

using testing::HasSubstr;

class UniqueUpsert : public Unique {
protected:
    member get(std::int64_t id) const { return *session{*db}.get<member>(id); }
};

TEST_P(UniqueUpsert, ByThePrimaryKeyKeepsTheLookupRowsInStep) {
    session s{*db};
    std::vector<member> rows;
    for (std::int64_t id = 1; id <= 6; ++id)
        rows.push_back({.id = id, .name = "m", .email = "e" + std::to_string(id)});
    EXPECT_EQ(s.upsert(rows), 6);
    s.commit();
    for (member& m : rows) m.email = "f" + std::to_string(m.id);
    rows.push_back({.id = 7, .name = "m", .email = "e1"});  // freed by the first row
    EXPECT_EQ(s.upsert(rows), 7);
    s.commit();
    EXPECT_EQ(add(8, "f3"), "unique_violation");
    EXPECT_EQ(add(8, "e3"), "no error");
    EXPECT_EQ(get(7).email, "e1");
    member same{.id = 1, .name = "again", .email = "f1"};
    EXPECT_EQ(s.upsert(same), 1);
    member taken{.id = 2, .name = "m", .email = "f1"};
    EXPECT_EQ(code_of([&] { s.upsert(taken); }), "unique_violation");
    s.rollback();
    EXPECT_EQ(get(1).name, "m");
    member none{.id = 3, .name = "m"};
    EXPECT_EQ(s.upsert(none), 1);
    s.commit();
    EXPECT_EQ(add(9, "f3"), "no error");
}

TEST_P(UniqueUpsert, ByTheUniqueColumnFindsTheRowWhereverItLives) {
    for (std::int64_t id = 1; id <= 3; ++id)
        ASSERT_EQ(add(id, "e" + std::to_string(id)), "no error");
    session s{*db};
    const auto rule = on_conflict(members.email).update(members.name, members.team);
    std::vector<member> rows;
    for (std::int64_t i = 1; i <= 6; ++i)  // three are there, on other shards than these ids say
        rows.push_back({.id = 100 + i, .name = "new", .email = "e" + std::to_string(i), .team = 5});
    EXPECT_EQ(s.upsert(rows, rule), 6);
    s.commit();
    EXPECT_EQ(count(), 6);
    for (std::int64_t id = 1; id <= 3; ++id) {
        EXPECT_EQ(get(id).name, "new");
        EXPECT_EQ(get(id).team, 5);
        EXPECT_FALSE(session{*db}.find<member>(100 + id));
    }
    EXPECT_EQ(get(104).email, "e4");
    // A later row meets an earlier one of the same call.
    std::vector<member> twice{{.id = 201, .name = "first", .email = "x"},
                              {.id = 202, .name = "second", .email = "x"}};
    EXPECT_EQ(s.upsert(twice, rule), 2);
    s.commit();
    EXPECT_EQ(get(201).name, "second");
    // NULL conflicts with nothing.
    std::vector<member> nobody{{.id = 301, .name = "n"}, {.id = 302, .name = "n"}};
    EXPECT_EQ(s.upsert(nobody, rule), 2);
    s.commit();
    EXPECT_EQ(count(), 9);
    member id_taken{.id = 1, .name = "n", .email = "fresh"};
    EXPECT_EQ(code_of([&] { s.upsert(id_taken, rule); }), "unique_violation");
    s.rollback();
    EXPECT_EQ(add(400, "fresh"), "no error");
}

TEST_P(UniqueUpsert, BySeveralUniqueColumns) {
    ASSERT_EQ(add(1, "a", 1, "ann"), "no error");
    session s{*db};
    member m{.id = 9, .name = "nine", .email = "b", .team = 1, .nick = "ann"};
    EXPECT_EQ(s.upsert(m, on_conflict(members.nick, members.team).update(members.email)), 1);
    s.commit();
    EXPECT_EQ(get(1).email, "b") << "the other constraint's lookup row follows";
    EXPECT_EQ(add(10, "b"), "unique_violation");
    EXPECT_EQ(add(10, "a"), "no error");
    EXPECT_EQ(count(), 2);
}

TEST_P(UniqueUpsert, AsSqlTextWithExpressionsConditionsAndReturning) {
    session s{*db};
    s.sql(
        "INSERT INTO members (id, name, email, team) VALUES (1, 'a', 'a@x', 1), (2, 'b', 'b@x', 2),"
        "(3, 'c', 'c@x', 3)");
    s.commit();
    const auto done = s.sql(
        "INSERT INTO members (id, name, email, team) VALUES (11, 'A', 'a@x', 10), (12, 'B', 'b@x',"
        "20), (13, 'D', 'd@x', 30) ON CONFLICT (email) DO UPDATE SET name = excluded.name, team = "
        "members.team + excluded.team WHERE members.team > 1 RETURNING id, name, team");
    s.commit();
    EXPECT_EQ(done.rows.size(), 2u) << "the row with team 1 is left alone";
    std::map<std::int64_t, std::int64_t> teams;
    for (const auto& row : done.rows) teams[row[0].view().integer()] = row[2].view().integer();
    EXPECT_EQ(teams, (std::map<std::int64_t, std::int64_t>{{2, 22}, {13, 30}}));
    EXPECT_EQ(get(1).name, "a");
    EXPECT_EQ(get(2).name, "B");
    EXPECT_EQ(
        s.sql("INSERT INTO members (id, name, email, team) VALUES (21, 'x', 'a@x', 0), (22, 'y', "
              "'y@x', 0) ON CONFLICT (email) DO NOTHING")
            .changed,
        1);
    EXPECT_EQ(
        s.sql("INSERT INTO members (id, name, email, team) SELECT id + 50, name, email, team FROM "
              "members WHERE id <= 3 ON CONFLICT (email) DO UPDATE SET name = 'met'")
            .changed,
        3);
    s.commit();
    EXPECT_EQ(count(), 5);
    EXPECT_EQ(get(3).name, "met");
    // By the primary key, with a value that stays behind for others.
    EXPECT_EQ(s.sql("INSERT INTO members (id, name, email, team) VALUES (1, 'z', 'z@x', 0) ON "
                    "CONFLICT (id) "
                    "DO UPDATE SET email = excluded.email RETURNING email")
                  .rows.size(),
              1u);
    s.commit();
    EXPECT_EQ(add(60, "a@x"), "no error");
    EXPECT_EQ(add(61, "z@x"), "unique_violation");
}

TEST_P(UniqueUpsert, RollbackAndSavepointsGiveBackWhatItDid) {
    ASSERT_EQ(add(1, "a"), "no error");
    session s{*db};
    const auto rule = on_conflict(members.email).update(members.name);
    auto sp = s.savepoint();
    std::vector<member> rows{{.id = 5, .name = "x", .email = "a"},
                             {.id = 6, .name = "x", .email = "b"}};
    EXPECT_EQ(s.upsert(rows, rule), 2);
    sp.rollback();
    EXPECT_EQ(s.upsert(rows[1], rule), 1);
    s.rollback();
    EXPECT_EQ(get(1).name, "m");
    EXPECT_EQ(add(7, "b"), "no error");
}

/// Whoever comes second meets the row of the first one, and nobody fails.
TEST_P(UniqueUpsert, ALookupRowWithoutItsRowIsNamed) {
    ASSERT_EQ(add(1, "e1"), "no error");
    for (std::size_t i = 0; i < shard_count; ++i)  // behind the library's back
        shards->execute(i, "DELETE FROM members WHERE id = 1");
    session s{*db};
    member m{.id = 9, .name = "n", .email = "e1"};
    const auto rule = on_conflict(members.email).update(members.name);
    try {
        s.upsert(m, rule);
        FAIL() << "there is no row to update";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::serialization_failure) << e.what();
        EXPECT_THAT(e.what(), HasSubstr("verify --repair"));
        EXPECT_THAT(e.constraint(), HasSubstr("email"));
    }
    s.rollback();
    repair_unique(*db);
    EXPECT_EQ(s.upsert(m, rule), 1);
    s.commit();
    EXPECT_EQ(get(9).email, "e1");
}

TEST_P(UniqueUpsert, ThreadsThatUpsertOneValueMeetEachOther) {
    constexpr int writers = 6;
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < writers; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 10; ++i) {
                try {
                    run_unit(*db, [&](session& s) {
                        member m{.id = 1'000 + t * 100 + i,
                                 .name = "m",
                                 .email = "e" + std::to_string(i),
                                 .team = 1};
                        s.upsert(m, on_conflict(members.email)
                                        .set(members.team, members.team + excluded(members.team)));
                    });
                } catch (const error& e) {
                    ADD_FAILURE() << e.what();
                    ++failed;
                }
            }
        });
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(count(), 10);
    session s{*db};
    for (const auto m : s.all(select<member>())) EXPECT_EQ(m->team, writers) << *m->email;
}

/// Against the rules written down once more, in a map.
TEST_P(UniqueUpsert, RandomUpsertsAreThoseOfOneDatabase) {
    std::mt19937 random(7);
    std::map<std::int64_t, member> expected;
    const auto with_email = [&](const std::optional<std::string>& email) {
        return std::find_if(expected.begin(), expected.end(),
                            [&](const auto& e) { return email && e.second.email == email; });
    };
    session s{*db};
    for (int step = 0; step < 150; ++step) {
        member m{.id = static_cast<std::int64_t>(1 + random() % 12),
                 .name = "n" + std::to_string(step)};
        if (random() % 6 != 0) m.email = "e" + std::to_string(random() % 9);
        const bool by_email = random() % 2 == 0;
        // What one database would say.
        bool fails = false;
        std::map<std::int64_t, member> after = expected;
        const auto met = by_email ? with_email(m.email) : expected.find(m.id);
        if (met != expected.end()) {
            member& there = after.at(met->first);
            there.name = m.name;
            if (!by_email) {
                const auto other = with_email(m.email);
                fails = other != expected.end() && other->first != met->first;
                there.email = m.email;
            }
        } else {
            fails = expected.contains(m.id) || with_email(m.email) != expected.end();
            after[m.id] = m;
        }
        const std::string said = code_of([&] {
            if (by_email)
                s.upsert(m, on_conflict(members.email).update(members.name));
            else
                s.upsert(m, on_conflict(members.id).update(members.name, members.email));
            s.commit();
        });
        ASSERT_EQ(said, fails ? "unique_violation" : "no error") << "step " << step;
        if (fails)
            s.rollback();
        else
            expected = std::move(after);
    }
    const auto all = session{*db}.all(select<member>().order_by(members.id));
    ASSERT_EQ(all.size(), expected.size());
    for (const auto m : all) {
        EXPECT_EQ(m->name, expected.at(m->id).name);
        EXPECT_EQ(m->email, expected.at(m->id).email);
    }
}

INSTANTIATE_TEST_SUITE_P(Clusters, UniqueUpsert, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

}  // namespace
}  // namespace shardwise::unique_test
