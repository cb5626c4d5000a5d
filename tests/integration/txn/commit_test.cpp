// SPDX-License-Identifier: MIT
// Commits over several shards, on all engines and mixed.
#include <atomic>
#include <functional>
#include <mutex>

#include "bank.hpp"

namespace shardwise::txn_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& e) {
        return std::string(name_of(e.code()));
    }
    return "none";
}

class Commit : public Bank {};

TEST_P(Commit, OfSeveralShardsLeavesOneDecisionAndNothingPrepared) {
    const std::int64_t before = all_decisions();
    session s{*db};
    transfer(s, {0, 1, 2}, 1);
    s.commit();
    EXPECT_EQ(all_decisions(), before + 1);
    expect_sound(*db, {1});
}

TEST_P(Commit, OfOneShardIsAnOrdinaryOne) {
    const std::int64_t before = all_decisions();
    session s{*db};
    transfer(s, {0, 3}, 1);  // both on the first shard
    s.flush();
    s.run(update<purse>().set(purses.balance, purses.balance + 0).where(purses.id == 6));
    s.commit();
    EXPECT_EQ(all_decisions(), before);
    expect_sound(*db, {1});
}

TEST_P(Commit, OfAnUpdateOnOneShardThatReturnsItsRowsIsAnOrdinaryOne) {
    const std::int64_t before = all_decisions();
    session s{*db, {.mode = commit_mode::single_shard}};
    for (std::int64_t shard = 0; shard < 3; ++shard) {
        const auto paid = s.run(update<purse>()
                                    .set(purses.balance, purses.balance + 0)
                                    .where(purses.id == shard)
                                    .returning(purses.balance));
        ASSERT_EQ(paid.size(), 1u);
        EXPECT_EQ(std::get<0>(paid[0]), first_balance);
        s.commit();
    }
    EXPECT_EQ(all_decisions(), before);
    expect_sound(*db, {});
}

TEST_P(Commit, ShardsThatOnlyReadHaveNoPartInTheDecision) {
    const std::int64_t before = all_decisions();
    session s{*db};
    // Asks all shards and changes one row.
    EXPECT_EQ(s.run(update<purse>()
                        .set(purses.balance, first_balance + 1)
                        .where(purses.balance == first_balance && purses.id + 0 == 4)),
              1);
    EXPECT_EQ(s.run(update<purse>()
                        .set(purses.balance, first_balance)
                        .where(purses.balance == first_balance + 1)),
              1);
    s.commit();
    if (GetParam() == "postgres") {  // the others can not change their mind after BEGIN
        EXPECT_EQ(all_decisions(), before);
    }
    expect_sound(*db, {});
}

TEST_P(Commit, SeesItsOwnWritesAfterwards) {
    session s{*db};
    for (std::int64_t i = 1; i <= 20; ++i) {
        transfer(s, {i % 3, (i + 1) % 3, (i + 2) % 3}, i);
        s.flush();
        s.commit();
    }
    EXPECT_EQ(s.count(select<receipt>()), 60);
    expect_sound(*db, {1, 2, 20});
}

TEST_P(Commit, RollbackOfSeveralShardsLeavesNothing) {
    session s{*db};
    for (int i = 0; i < 3; ++i) {
        transfer(s, {0, 1, 2}, 1);
        s.flush();
        s.rollback();
    }
    transfer(s, {1, 2}, 2);
    s.commit();
    const audit found = audit_of(*db);
    EXPECT_EQ(found.whole, std::set<std::int64_t>{2});
    expect_sound(*db, {2});
}

TEST_P(Commit, RefusedByAShardLeavesNothingAnywhere) {
    session s{*db};
    transfer(s, {0, 1, 2}, 1);
    s.add(purse{.id = 5, .balance = 1});  // there is one
    EXPECT_EQ(code_of([&] { s.commit(); }), "unique_violation");
    s.rollback();
    expect_sound(*db, {});
    EXPECT_THAT(audit_of(*db).whole, IsEmpty());
}

TEST_P(Commit, FailsCleanlyAtEveryStep) {
    std::int64_t number = 0;
    std::set<std::int64_t> acknowledged;
    for (const std::string& point : points()) {
        SCOPED_TRACE(point);
        ++number;
        {
            session s{*db};
            transfer(s, {0, 1, 2}, number);
            arm_failpoints(point + ":error");
            const std::string code = code_of([&] { s.commit(); });
            // The first shard decides: there is nothing to be finished there.
            const bool passed = point == "txn.finishing.0" || point == "txn.finished.0";
            EXPECT_EQ(code, passed ? "none" : "internal");
            if (passed) acknowledged.insert(number);
            arm_failpoints("");
        }
        recover(*db);
        expect_sound(*db, acknowledged);
    }
    session s{*db};
    transfer(s, {0, 1, 2}, ++number);
    s.commit();
    expect_sound(*db, {number});
}

TEST_P(Commit, BestEffortLeavesNoDecision) {
    const std::int64_t before = all_decisions();
    session s{*db, {.mode = commit_mode::best_effort}};
    transfer(s, {0, 1, 2}, 1);
    s.commit();
    EXPECT_EQ(all_decisions(), before);
    expect_sound(*db, {1});
}

TEST_P(Commit, SingleShardModeRefusesASecondShardBeforeItIsWritten) {
    session s{*db, {.mode = commit_mode::single_shard}};
    transfer(s, {0, 3}, 1);
    s.commit();
    transfer(s, {0, 1}, 2);
    EXPECT_EQ(code_of([&] { s.commit(); }), "not_supported");
    s.rollback();
    expect_sound(*db, {1});
    EXPECT_EQ(audit_of(*db).whole, std::set<std::int64_t>{1});
}

TEST_P(Commit, TraceableCommitsOfOneShardLeaveADecision) {
    const std::int64_t before = all_decisions();
    session s{*db, {.traceable = true}};
    transfer(s, {0, 3}, 1);
    s.commit();
    EXPECT_EQ(all_decisions(), before + 1);
    expect_sound(*db, {1});
}

TEST_P(Commit, AUnitIsRunAgainAfterErrorsThatMayPass) {
    int attempts = 0;
    const int result = run_unit(*db, [&](session& s) {
        transfer(s, {0, 1, 2}, 7);
        if (++attempts < 3) raise(error_code::deadlock, "as a server would say");
        return attempts;
    });
    EXPECT_EQ(result, 3);
    EXPECT_EQ(
        code_of([&] { run_unit(*db, [](session&) { raise(error_code::check_violation, "no"); }); }),
        "check_violation");
    expect_sound(*db, {7});
    EXPECT_EQ(audit_of(*db).whole, std::set<std::int64_t>{7});
}

TEST_P(Commit, WritersOfTheSameRowsOnAllShardsConserveMoney) {
    cluster_options o = quiet_options();
    o.lock_timeout_ms = 150;  // MariaDB: a second
    cluster impatient(shards->all(), o);
    std::atomic<std::int64_t> number{0};
    std::mutex lock;
    std::set<std::int64_t> acknowledged;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 5; ++i) {
                const std::int64_t mine = ++number;
                // Opposite orders: deadlocks over two servers happen, and end.
                const std::vector<std::int64_t> ids = t % 2 == 0
                                                          ? std::vector<std::int64_t>{0, 1, 2}
                                                          : std::vector<std::int64_t>{2, 1, 0};
                run_unit(
                    impatient,
                    [&](session& s) {
                        for (const std::int64_t id : ids)
                            s.run(update<purse>()
                                      .set(purses.balance, purses.balance + (id == ids[0] ? -2 : 1))
                                      .where(purses.id == id));
                        for (const std::int64_t id : ids)
                            s.add(receipt{.purse_id = id, .transfer = mine, .parts = 3});
                    },
                    {.attempts = 100});
                const std::lock_guard guard(lock);
                acknowledged.insert(mine);
            }
        });
    }
    for (std::thread& t : threads) t.join();
    expect_sound(*db, acknowledged);
    EXPECT_EQ(audit_of(*db).whole, acknowledged);
}

TEST_P(Commit, AFullPoolDoesNotStarveManyThreads) {
    cluster_options o = quiet_options();
    o.pool_size = 5;
    o.pool_wait_ms = 60'000;
    o.statement_timeout_ms = 60'000;
    cluster narrow(shards->all(), o);
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (std::int64_t t = 0; t < 100; ++t) {
        threads.emplace_back([&, t] {
            run_unit(narrow,
                     [&](session& s) {
                         pay(s, {t % 12, (t + 1) % 12}, t);
                     },
                     {.attempts = 1'000});
            ++done;
        });
    }
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(done, 100);
    expect_sound(*db, {});
    EXPECT_EQ(audit_of(*db).whole.size(), 100U);
}

TEST_P(Commit, AnUnknownIdIsRefusedAndAnUndecidedOneIsAborted) {
    EXPECT_EQ(code_of([&] { db->outcome_of("nonsense"); }), "bad_value");
    EXPECT_EQ(code_of([&] {
                  db->outcome_of("sw1/000000000000/019af2c7e2a07f6aa3f2b1c2d3e4f506/0123456789");
              }),
              "not_found");  // much too old
}

INSTANTIATE_TEST_SUITE_P(Clusters, Commit, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

/// Prepared by somebody else, on the same servers and databases.
TEST(ForeignTransactions, AreNeverTouched) {
    if (const std::string missing = test::missing_for("mixed"); !missing.empty()) {
        if (test::no_skips()) FAIL() << missing;
        GTEST_SKIP() << missing;
    }
    test::test_shards shards("mixed", 3);
    cluster db(shards.all(), quiet_options());
    open_bank(db);
    const std::string name = test::unique_name("foreign");
    shards.execute(1, "CREATE TABLE mine (id int)");
    engine::engine pg(engine::parse_url(shards[1].url), {});
    const auto soon = deadline::after(std::chrono::seconds(10));
    {
        const auto c = pg.acquire(soon);
        engine::run(*c, "BEGIN", soon);
        engine::run(*c, "INSERT INTO mine VALUES (1)", soon);
        engine::run(*c, "PREPARE TRANSACTION '" + name + "'", soon);
    }
    // One of another cluster, too.
    const std::string other =
        "sw1/ffffffffffff/019af2c7e2a07f6aa3f2b1c2d3e4f506/0123456789/0123456789";
    {
        const auto c = pg.acquire(soon);
        engine::run(*c, "BEGIN", soon);
        engine::run(*c, "INSERT INTO mine VALUES (2)", soon);
        engine::run(*c, "PREPARE TRANSACTION '" + other + "'", soon);
    }
    EXPECT_TRUE(db.pending_transactions().empty());
    const resolve_report done = db.resolve(0);
    EXPECT_EQ(done.committed + done.aborted + done.waiting, 0U);
    const auto c = pg.acquire(soon);
    engine::run(*c, "ROLLBACK PREPARED '" + name + "'", soon);  // it is still there
    engine::run(*c, "ROLLBACK PREPARED '" + other + "'", soon);
}

}  // namespace
}  // namespace shardwise::txn_test
