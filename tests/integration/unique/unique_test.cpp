// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "fixture.hpp"
#include "shardwise/ops/verify.hpp"

namespace shardwise::unique_test {
namespace {

TEST_P(Unique, AValueIsTakenOnceInTheWholeCluster) {
    for (std::int64_t id = 1; id <= 12; ++id)
        EXPECT_EQ(add(id, "m" + std::to_string(id) + "@example.com"), "no error");
    session s{*db};
    for (std::int64_t id = 101; id <= 112; ++id) {
        s.add(member{.id = id, .name = "again", .email = "m5@example.com"});
        try {
            s.commit();
            ADD_FAILURE() << "taken twice";
        } catch (const error& e) {
            EXPECT_EQ(e.code(), error_code::unique_violation) << e.what();
            EXPECT_EQ(e.info().constraint, "members_email_key");
            EXPECT_EQ(e.info().table, "members");
            EXPECT_EQ(e.info().detail, "the object's key: id = " + std::to_string(id));
            EXPECT_THAT(e.what(), testing::Not(testing::HasSubstr("example.com")));
        }
        s.rollback();
    }
    EXPECT_EQ(count(), 12);
}

TEST_P(Unique, NullsAreEqualToNothing) {
    for (std::int64_t id = 1; id <= 9; ++id) EXPECT_EQ(add(id, {}, 7), "no error");
    EXPECT_EQ(count(), 9);
}

TEST_P(Unique, OfSeveralColumnsTogether) {
    EXPECT_EQ(add(1, {}, 1, "ann"), "no error");
    EXPECT_EQ(add(2, {}, 2, "ann"), "no error");
    EXPECT_EQ(add(3, {}, 1, "bob"), "no error");
    EXPECT_EQ(add(4, {}, 2, "ann"), "unique_violation");
    EXPECT_EQ(add(5, {}, 2, {}), "no error");
    EXPECT_EQ(add(6, {}, 2, {}), "no error");
}

TEST_P(Unique, AChangedOrDeletedRowFreesItsValue) {
    ASSERT_EQ(add(1, "a"), "no error");
    ASSERT_EQ(add(2, "b"), "no error");
    session s{*db};
    s.get<member>(1).edit().email = "c";
    s.commit();
    EXPECT_EQ(add(3, "c"), "unique_violation");
    EXPECT_EQ(add(3, "a"), "no error");
    s.get<member>(2).edit().email = std::nullopt;
    s.commit();
    EXPECT_EQ(add(4, "b"), "no error");
    s.erase(s.get<member>(3));
    s.commit();
    EXPECT_EQ(add(5, "a"), "no error");
    s.get<member>(5).edit().name = "other";
    s.commit();
    EXPECT_EQ(add(6, "a"), "unique_violation") << "another column was changed";
}

TEST_P(Unique, ValuesAreHandedOnWithinOneFlush) {
    ASSERT_EQ(add(1, "a"), "no error");
    ASSERT_EQ(add(2, "b"), "no error");
    session s{*db};
    s.erase(s.get<member>(1));
    s.add(member{.id = 3, .name = "heir", .email = "a"});
    s.commit();
    auto two = s.get<member>(2);
    two.edit().email = "x";
    s.flush();
    two.edit().email = "y";
    s.flush();
    two.edit().email = "b";
    s.commit();
    EXPECT_EQ(add(4, "x"), "no error");
    EXPECT_EQ(add(5, "b"), "unique_violation");
}

TEST_P(Unique, RollbackGivesTheValuesBack) {
    ASSERT_EQ(add(1, "a"), "no error");
    session s{*db};
    s.add(member{.id = 2, .name = "m", .email = "b"});
    s.erase(s.get<member>(1));
    s.flush();
    s.rollback();
    EXPECT_EQ(add(3, "b"), "no error");
    EXPECT_EQ(add(4, "a"), "unique_violation");
}

TEST_P(Unique, StatementsKeepIt) {
    session s{*db};
    EXPECT_EQ(s.sql("INSERT INTO members (id, name, email, team) VALUES (1, 'a', 'a@x', 1), "
                    "(2, 'b', 'b@x', 1), (3, 'c', NULL, 2)")
                  .changed,
              3);
    s.commit();
    EXPECT_EQ(add(9, "b@x"), "unique_violation");
    EXPECT_EQ(s.sql("INSERT INTO members (id, name, email, team) SELECT id + 10, name, "
                    "CONCAT(email, '!'), team FROM members")
                  .changed,
              3);
    s.commit();
    EXPECT_EQ(code_of([&] {
                  s.sql(
                      "INSERT INTO members (id, name, email, team) SELECT id + 20, name, email, "
                      "team FROM members");
              }),
              "unique_violation");
    s.rollback();
    EXPECT_EQ(s.run(update<member>().set(members.email, "z@x").where(members.id == 1)), 1);
    s.commit();
    EXPECT_EQ(add(9, "z@x"), "unique_violation");
    EXPECT_EQ(add(9, "a@x"), "no error");
    EXPECT_EQ(s.sql("UPDATE members SET email = CONCAT('q', email) WHERE team = 1").changed, 4);
    s.commit();
    EXPECT_EQ(add(30, "qz@x"), "unique_violation");
    EXPECT_EQ(add(30, "z@x"), "no error");
    EXPECT_EQ(code_of([&] {
                  s.run(update<member>().set(members.email, "same").where(members.team == 1));
              }),
              "unique_violation");
    s.rollback();
    EXPECT_EQ(s.run(update<member>().set(members.email, std::nullopt).where(members.team == 1)), 4);
    s.commit();
    EXPECT_EQ(s.run(erase<member>().where(members.id >= 9)), 5);
    s.commit();
    EXPECT_EQ(add(50, "z@x"), "no error");
    EXPECT_EQ(s.run(update<member>().set(members.name, "n")), 4);
    s.commit();
}

TEST_P(Unique, RowsThatMoveTakeTheirValuesAlong) {
    for (std::int64_t id = 1; id <= 6; ++id)
        ASSERT_EQ(add(id, "m" + std::to_string(id), 1, "n" + std::to_string(id)), "no error");
    session s{*db};
    s.get<member>(1).edit().id = 101;
    auto two = s.get<member>(2);
    two.edit().id = 102;
    two.edit().email = "other";
    s.commit();
    EXPECT_EQ(
        s.sql("UPDATE members SET id = id + 1000, nick = 'x' || nick WHERE id BETWEEN 3 AND 5")
            .changed,
        3);
    s.commit();
    agree();
    EXPECT_EQ(add(7, "m1"), "unique_violation");
    EXPECT_EQ(add(7, "m2"), "no error");
    EXPECT_EQ(add(8, "m4"), "unique_violation");
    EXPECT_EQ(add(8, "q", 1, "xn4"), "unique_violation");
    EXPECT_EQ(add(8, "q", 1, "n4"), "no error");
    s.get<member>(6).edit().id = 1006;
    s.flush();
    s.rollback();
    agree();
    EXPECT_EQ(verify(*db).problems, 0) << "buckets, too";
}

TEST_P(Unique, BulkInsertKeepsIt) {
    std::vector<member> many(700);
    for (std::size_t i = 0; i < many.size(); ++i)
        many[i] = {.id = static_cast<std::int64_t>(i + 1),
                   .name = "m",
                   .email = "bulk" + std::to_string(i)};
    session s{*db};
    EXPECT_EQ(s.bulk_insert(many), 700);
    s.commit();
    EXPECT_EQ(add(1'000, "bulk333"), "unique_violation");
    std::vector<member> again{{.id = 2'000, .name = "m", .email = "fresh"},
                              {.id = 2'001, .name = "m", .email = "bulk12"}};
    EXPECT_EQ(code_of([&] { s.bulk_insert(again); }), "unique_violation");
    s.rollback();
    EXPECT_EQ(count(), 700);
    EXPECT_EQ(add(2'000, "fresh"), "no error");
}

TEST_P(Unique, WhatCannotKeepItIsRefusedBeforeAnythingIsSent) {
    session s{*db};
    member m{.id = 1, .name = "m", .email = "a"};
    EXPECT_EQ(code_of([&] {
                  s.sql(
                      "INSERT INTO members (id, name, email) VALUES (1, 'm', 'a') ON CONFLICT "
                      "(email) DO UPDATE SET id = 5");
              }),
              "shard_key_change");
    EXPECT_EQ(code_of([&] {
                  s.sql(
                      "INSERT INTO members (id, name, email) VALUES (1, 'm', 'a') ON CONFLICT "
                      "(email) DO UPDATE SET email = 'b'");
              }),
              "not_supported");
    EXPECT_EQ(code_of([&] { s.sql("DELETE FROM sw_unique_members_email"); }), "not_supported");
    EXPECT_EQ(code_of([&] {
                  s.sql(
                      "INSERT INTO sw_unique_members_email (email, of_id) "
                      "VALUES ('a', 1)");
              }),
              "not_supported");
    EXPECT_FALSE(s.in_transaction());
    session loose{*db, {.mode = commit_mode::best_effort}};
    loose.add(m);
    EXPECT_EQ(code_of([&] { loose.commit(); }), "not_supported");
    loose.rollback();
    EXPECT_EQ(code_of([&] { loose.upsert(m); }), "not_supported");
    EXPECT_EQ(count(), 0);
}

/// What somebody else has changed meanwhile is not freed in his place.
TEST_P(Unique, StaleObjectsDoNotFreeTheValuesOfOthers) {
    ASSERT_EQ(add(1, "a"), "no error");
    session late{*db};
    auto one = late.get<member>(1);
    {
        session s{*db};
        s.get<member>(1).edit().email = "b";
        s.commit();
    }
    one.edit().email = "c";
    EXPECT_EQ(code_of([&] { late.commit(); }), "serialization_failure");
    late.rollback();
    EXPECT_EQ(add(2, "b"), "unique_violation");
    EXPECT_EQ(add(3, "a"), "no error");
    EXPECT_EQ(add(4, "c"), "no error");
}

TEST_P(Unique, TenWritersOfOneValueHaveOneWinner) {
    for (int round = 0; round < 5; ++round) {
        const std::string email = "john" + std::to_string(round) + "@example.com";
        std::atomic<int> winners{0};
        std::atomic<int> others{0};
        std::atomic<bool> go{false};
        std::vector<std::thread> threads;
        for (int t = 0; t < 10; ++t)
            threads.emplace_back([&, t] {
                while (!go) std::this_thread::yield();
                const std::string end = add(round * 100 + t + 1, email);
                if (end == "no error") ++winners;
                if (end == "unique_violation") ++others;
            });
        go = true;
        for (std::thread& t : threads) t.join();
        EXPECT_EQ(winners, 1);
        EXPECT_EQ(winners + others, 10) << "each of the others is told why";
    }
    EXPECT_EQ(count(), 5);
    EXPECT_TRUE(db->pending_transactions().empty());
}

TEST_P(Unique, TenWritersOfOneRowAndItsValueHaveOneWinner) {
    for (int round = 0; round < 5; ++round) {
        const std::string email = "row" + std::to_string(round) + "@x";
        std::vector<std::string> ends(10);
        std::vector<std::thread> threads;
        for (std::string& end : ends) threads.emplace_back([&] { end = add(round + 1, email); });
        for (std::thread& t : threads) t.join();
        EXPECT_EQ(std::count(ends.begin(), ends.end(), "no error"), 1);
        EXPECT_EQ(std::count(ends.begin(), ends.end(), "unique_violation"), 9);
    }
    EXPECT_EQ(count(), 5);
}

/// Whoever has written a lookup row may have let its row go, on another shard, and not have
/// committed it here yet.
TEST_P(Unique, AFreedValueWaitsForWhoeverIsStillWritingIt) {
    ASSERT_EQ(add(5, "five"), "no error");
    const std::string lookups = "sw_unique_members_email WHERE email = 'five'";
    std::size_t at = 0;
    while (shards->ask(at, "SELECT COUNT(*) FROM " + lookups).at(0) == 0) ++at;
    shards->execute(at, "CREATE TABLE kept AS SELECT * FROM " + lookups);
    shards->execute(at, "DELETE FROM " + lookups);
    engine::engine server(engine::parse_url((*shards)[at].url), {});
    const auto soon = deadline::after(std::chrono::seconds(20));
    const auto writer = server.acquire(soon);
    engine::run(*writer, "BEGIN", soon);
    engine::run(*writer, "INSERT INTO sw_unique_members_email SELECT * FROM kept", soon);
    std::string end;
    std::thread eraser([&] {
        end = code_of([&] {
            session s{*db};
            s.erase(s.get<member>(5));
            s.commit();
        });
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    engine::run(*writer, "COMMIT", soon);
    eraser.join();
    EXPECT_EQ(end, "no error");
    EXPECT_EQ(add(6, "five"), "no error");
}

/// Files are locked before anything is read.
class UniqueOnServers : public Unique {};

/// The repair has seen no lookup row and waits for the row; who keeps it writes the lookup row.
TEST_P(UniqueOnServers, ARepairMeetsWhoeverWritesTheLookupRowFirst) {
    ASSERT_EQ(add(5, "five"), "no error");
    const auto holder_of = [&](const std::string& rows) {
        std::size_t at = 0;
        while (shards->ask(at, "SELECT COUNT(*) FROM " + rows).at(0) == 0) ++at;
        return at;
    };
    const std::string lookups = "sw_unique_members_email WHERE email = 'five'";
    const std::size_t of_value = holder_of(lookups);
    const std::size_t of_row = holder_of("members WHERE id = 5");
    shards->execute(of_value, "CREATE TABLE kept AS SELECT * FROM " + lookups);
    shards->execute(of_value, "DELETE FROM " + lookups);
    engine::engine server(engine::parse_url((*shards)[of_row].url), {});
    const auto soon = deadline::after(std::chrono::seconds(20));
    const auto writer = server.acquire(soon);
    engine::run(*writer, "BEGIN", soon);
    engine::run(*writer, "UPDATE members SET name = 'held' WHERE id = 5", soon);
    std::string end;
    unique_repair_report report;
    std::thread repairer([&] { end = code_of([&] { report = repair_unique(*db, {"members"}); }); });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    shards->execute(of_value, "INSERT INTO sw_unique_members_email SELECT * FROM kept");
    engine::run(*writer, "COMMIT", soon);
    repairer.join();
    EXPECT_EQ(end, "no error");
    EXPECT_EQ(report.inserted, 0);
    EXPECT_EQ(verify(*db).problems, 0);
}

/// Rows and values are in different files half of the time: without one order of locking, sessions
/// would wait for each other until lock_timeout.
TEST_P(Unique, SessionsThatInsertAtOnceAllGetThrough) {
    constexpr int threads = 4;
    constexpr int rows = 20;
    std::vector<std::string> failures(threads);
    std::vector<std::thread> all;
    for (int t = 0; t < threads; ++t)
        all.emplace_back([&, t] {
            try {
                for (int i = 0; i < rows; ++i) {
                    const std::string name = std::to_string(t) + "-" + std::to_string(i);
                    session s{*db};
                    s.add(member{.name = name, .email = name + "@x", .team = t, .nick = name});
                    if (i % 2 == 0) s.add(member{.name = name, .email = "and " + name + "@x"});
                    s.commit();
                }
            } catch (const error& e) {
                failures[static_cast<std::size_t>(t)] = e.what();
            }
        });
    for (std::thread& t : all) t.join();
    EXPECT_THAT(failures, testing::Each(""));
    session s{*db};
    EXPECT_EQ(s.count(select<member>()), threads * rows * 3 / 2);
}

TEST_P(Unique, EqualityAsksTheLookupAndOneShard) {
    for (std::int64_t id = 1; id <= 20; ++id)
        ASSERT_EQ(add(id, "m" + std::to_string(id), 3, "n" + std::to_string(id)), "no error");
    session s{*db};
    // A statement that may ask one shard only is answered.
    const auto by_email = select<member>().where(members.email == "m7");
    EXPECT_EQ(s.one(by_email)->id, 7);
    EXPECT_EQ(s.all(by_email, one_shard).size(), 1u);
    EXPECT_EQ(s.values(by_email, one_shard).size(), 1u);
    EXPECT_EQ(
        s.all(select(members.name, members.id).where(members.email == "m7"), one_shard).size(), 1u);
    EXPECT_EQ(s.sql("SELECT id FROM members WHERE 'm9' = email AND name = 'm'").rows.size(), 1u);
    EXPECT_EQ(
        s.all(select<member>().where(members.team == 3 && members.nick == "n5"), one_shard).size(),
        1u);
    EXPECT_EQ(s.all(select<member>().where(members.email == "nobody"), one_shard).size(), 0u);
    EXPECT_EQ(s.all(select<member>().where(members.email == "m7" && members.name == "x")).size(),
              0u);
    EXPECT_EQ(code_of([&] { s.all(select<member>().where(members.nick == "n5"), one_shard); }),
              "too_many_shards")
        << "not all columns of the constraint";
    EXPECT_EQ(s.count(by_email), 1);
    EXPECT_EQ(
        std::get<0>(s.one(select_from<member>(shardwise::count()).where(members.email == "m7"))),
        1);
    EXPECT_THAT(s.explain(by_email).to_string(), testing::HasSubstr("sw_unique_members_email"));
    // In a transaction it sees what the transaction wrote.
    s.get<member>(7).edit().email = "seven";
    s.add(member{.id = 21, .name = "new", .email = "m21"});
    s.flush();
    EXPECT_EQ(s.all(by_email).size(), 0u);
    EXPECT_EQ(s.one(select<member>().where(members.email == "seven"))->id, 7);
    EXPECT_EQ(s.one(select<member>().where(members.email == "m21"))->id, 21);
}

TEST_P(Unique, AReaderFollowsAValueThatWandersBetweenShards) {
    for (std::int64_t id = 1; id <= 6; ++id) ASSERT_EQ(add(id, {}), "no error");
    session writer{*db};
    writer.get<member>(1).edit().email = "wanders";
    writer.commit();
    std::atomic<bool> done{false};
    std::thread moves([&] {
        for (int i = 0; i < 60; ++i) {
            writer.get<member>(i % 6 + 1).edit().email = std::nullopt;
            writer.get<member>((i + 1) % 6 + 1).edit().email = "wanders";
            writer.commit();
        }
        done = true;
    });
    int found = 0;
    do {
        session s{*db};
        const auto rows = s.values(select<member>().where(members.email == "wanders"));
        ASSERT_LE(rows.size(), 1u);
        if (rows.empty()) continue;
        EXPECT_EQ(rows[0].email, "wanders");
        ++found;
    } while (!done);
    moves.join();
    EXPECT_GT(found, 0);
    session s{*db};
    EXPECT_EQ(s.one(select<member>().where(members.email == "wanders"))->id, 1);
}

TEST_P(Unique, VerifyFindsRowsAndLookupRowsThatDoNotAgree) {
    for (std::int64_t id = 1; id <= 12; ++id)
        ASSERT_EQ(add(id, "m" + std::to_string(id)), "no error");
    EXPECT_EQ(verify(*db).problems, 0);
    const auto everywhere = [&](const std::string& text) {
        for (std::size_t i = 0; i < shard_count; ++i) shards->execute(i, text);
    };
    // Somebody changed a row behind the library's back.
    everywhere("UPDATE members SET email = 'm3' WHERE id = 2");
    verify_report report = verify(*db, {"members"});
    ASSERT_EQ(report.problems, 2);
    EXPECT_EQ(report.findings[0].table, "members");
    EXPECT_EQ(report.findings[0].key, "2");
    EXPECT_THAT(report.findings[0].what, testing::HasSubstr("members_email_key"));
    EXPECT_EQ(report.findings[1].table, "sw_unique_members_email");
    everywhere("UPDATE members SET email = 'm2' WHERE id = 2");
    everywhere("UPDATE sw_unique_members_email SET of_id = 99 WHERE email = 'm5'");
    EXPECT_EQ(verify(*db, {"members"}).problems, 2);
    everywhere("UPDATE sw_unique_members_email SET of_id = 5 WHERE email = 'm5'");
    EXPECT_EQ(verify(*db).problems, 0);
}

TEST_P(Unique, RepairBringsLookupRowsAndRowsIntoAgreement) {
    for (std::int64_t id = 1; id <= 12; ++id)
        ASSERT_EQ(add(id, "m" + std::to_string(id), 1, "n" + std::to_string(id)), "no error");
    EXPECT_EQ(add(13, {}), "no error");
    const auto everywhere = [&](const std::string& text) {
        for (std::size_t i = 0; i < shard_count; ++i) shards->execute(i, text);
    };
    // Rows that somebody has written who does not know the constraint.
    everywhere("UPDATE members SET email = 'changed' WHERE id = 2");
    everywhere("DELETE FROM members WHERE id = 3");
    everywhere("UPDATE members SET email = 'handed' WHERE id = 4");
    everywhere("UPDATE members SET email = 'm4' WHERE id = 5");
    everywhere("UPDATE members SET email = 'm7' WHERE id = 6");  // a duplicate
    everywhere("DELETE FROM sw_unique_members_email WHERE email = 'm8'");
    everywhere("UPDATE sw_unique_members_email SET of_id = 99 WHERE email = 'm9'");
    EXPECT_GT(verify(*db).problems, 0);
    const unique_repair_report done = repair_unique(*db);
    EXPECT_EQ(done.inserted, 3) << "changed, handed, m8";
    EXPECT_EQ(done.corrected, 2) << "m4, m9";
    EXPECT_EQ(done.erased, 5) << "m2, m3 and its nickname, m5, m6";
    ASSERT_EQ(done.duplicates.size(), 1u);
    EXPECT_EQ(done.duplicates[0].key, "6");
    EXPECT_THAT(done.duplicates[0].what, testing::HasSubstr("members_email_key"));
    EXPECT_EQ(verify(*db).problems, 1) << "the duplicate";
    EXPECT_EQ(add(20, "m4"), "unique_violation");
    EXPECT_EQ(add(20, "m8"), "unique_violation");
    EXPECT_EQ(add(20, "handed"), "unique_violation");
    EXPECT_EQ(add(20, "m2"), "no error");
    EXPECT_EQ(add(21, "m3", 1, "n3"), "no error");
    // Somebody decides.
    everywhere("UPDATE members SET email = NULL WHERE id = 6");
    const unique_repair_report again = repair_unique(*db, {"members"});
    EXPECT_EQ(again.inserted + again.corrected + again.erased, 0);
    EXPECT_TRUE(again.duplicates.empty());
    EXPECT_EQ(verify(*db).problems, 0);
}

TEST_P(Unique, RepairDoesNotDisturbWriters) {
    for (std::int64_t id = 1; id <= 20; ++id)
        ASSERT_EQ(add(id, "m" + std::to_string(id)), "no error");
    for (std::size_t i = 0; i < shard_count; ++i)
        shards->execute(i, "DELETE FROM sw_unique_members_email WHERE of_id > 10");
    std::atomic<bool> stop{false};
    std::thread writer([&] {
        for (int n = 0; !stop; ++n) {
            session s{*db};
            try {
                s.get<member>(n % 10 + 1).edit().email = "w" + std::to_string(n);
                s.commit();
            } catch (const error& e) {
                EXPECT_TRUE(e.is_retryable()) << e.what();
                s.rollback();
            }
        }
    });
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(repair_unique(*db).duplicates.empty());
    stop = true;
    writer.join();
    EXPECT_EQ(verify(*db).problems, 0);
    EXPECT_EQ(add(30, "m15"), "unique_violation");
}

TEST_P(Unique, LookupRowsGoBackToASavepoint) {
    ASSERT_EQ(add(1, "a"), "no error");
    ASSERT_EQ(add(2, "b"), "no error");
    session s{*db};
    const auto one = s.get<member>(1);
    one.edit().email = "c";
    auto sp = s.savepoint();
    one.edit().email = "d";
    s.flush();
    one.edit().email = "e";
    s.add(member{.id = 3, .name = "three", .email = "a"});
    s.erase(s.get<member>(2));
    s.flush();
    s.add(member{.id = 4, .name = "four", .email = "b"});
    s.flush();
    sp.rollback();
    EXPECT_EQ(one->email, "c");
    {
        auto second = s.savepoint();
        s.add(member{.id = 5, .name = "five", .email = "b"});
        EXPECT_THROW(second.release(), unique_violation);
    }
    one.edit().email = "f";  // the value before is the one of the savepoint
    s.commit();
    for (const char* const taken : {"b", "f"}) EXPECT_EQ(add(6, taken), "unique_violation");
    std::int64_t id = 10;
    for (const char* const free : {"a", "c", "d", "e"}) EXPECT_EQ(add(id++, free), "no error");
    EXPECT_EQ(verify(*db).problems, 0);
}

TEST_P(Unique, AClusterFileDeclaresIt) {
    const test::test_shards other(GetParam(), 2);
    const test::temp_folder folder;
    std::ofstream(folder.file("shop.sql"))
        << "CREATE TABLE people (id bigint PRIMARY KEY, email varchar(60) UNIQUE, team integer NOT "
           "NULL, nick varchar(20), CONSTRAINT one_nick UNIQUE (team, nick));";
    std::string toml = "[cluster]\nname = \"shop\"\nschema = \"shop.sql\"\n";
    for (const shard_url& s : other.all())
        toml += "[[shard]]\nname = \"" + s.name + "\"\nurl = \"" + s.url + "\"\n";
    toml += "[tables.people]\nshard_key = \"id\"\ncluster_unique = [\"email\", \"one_nick\"]\n";
    const auto config = cluster_config::from_text(toml, folder.file("cluster.toml"));
    cluster c(config);
    const schema_report made = c.create_described();
    ASSERT_TRUE(made.complete()) << made.to_string();
    cluster again(config);
    EXPECT_TRUE(again.verify_described().empty());
    session s{again};
    const std::string into = "INSERT INTO people (id, email, team, nick) VALUES ";
    EXPECT_EQ(s.sql(into + "(1, 'a', 1, 'x'), (2, 'b', 1, 'y'), (3, NULL, 1, NULL)").changed, 3);
    s.commit();
    for (const char* const taken : {"(4, 'a', 2, 'x')", "(5, 'c', 1, 'y')"}) {
        EXPECT_EQ(code_of([&] { s.sql(into + taken); }), "unique_violation");
        s.rollback();
    }
    s.sql("DELETE FROM people WHERE id = 1");
    s.sql(into + "(6, 'a', 1, 'x')");
    s.commit();
    EXPECT_EQ(verify(again).problems, 0);
}

INSTANTIATE_TEST_SUITE_P(Servers, UniqueOnServers, testing::Values("postgres", "mariadb"),
                         label_of);
INSTANTIATE_TEST_SUITE_P(Clusters, Unique, testing::ValuesIn(test::cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::unique_test
