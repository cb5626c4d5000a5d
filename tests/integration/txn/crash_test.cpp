// SPDX-License-Identifier: MIT
// Processes that die in the middle of commits over several shards: at each step, and at random
// moments, with resolvers that race with live ones. The long form (docs/reliability.md):
//
//     SHARDWISE_TXN_KILLS=2000 build/dev/bin/test_integration_txn --gtest_filter='*RandomKills*'
#include <signal.h>

#include <atomic>
#include <mutex>
#include <random>

#include "crashing.hpp"

namespace shardwise::txn_test {
namespace {

class Crash : public CrashingBank {};
/// Without files: nobody ends the transaction of a process that has one locked, and that keeps a
/// wrong resolver out, too.
class CrashOnServers : public CrashingBank {};

/// Before the decision nothing is stored, after it everything is.
TEST_P(Crash, AtEachStepIsAllOrNothing) {
    // From here on the transaction is committed; at the step itself both is right.
    const std::set<std::string> committed{"txn.decided",     "txn.finishing.0", "txn.finishing.1",
                                          "txn.finishing.2", "txn.finished.0",  "txn.finished.1",
                                          "txn.finished.2",  "txn.end"};
    std::int64_t number = 0;
    int killed = 0;
    std::vector<std::string> all = points();
    if (GetParam() == "sqlite" || GetParam() == "mixed") all.emplace_back("txn.before_stored");
    if (GetParam() == "sqlite") all.emplace_back("txn.before_applied");
    for (const std::string& point : all) {
        SCOPED_TRACE(point);
        number += 1'000;
        if (!was_killed(start(number, point + ":kill", 1, "0", 3))) continue;  // no such step here
        ++killed;
        resolve_alone();
        expect_sound(*db, acknowledged());
        const bool stored = audit_of(*db).whole.count(number) == 1;
        if (point == "txn.decide_sent") continue;
        EXPECT_EQ(stored, committed.count(point) == 1 || point == "txn.before_applied");
    }
    EXPECT_GE(killed, 12);
}

TEST_P(Crash, RandomKillsLeaveNothingHalfApplied) {
    const std::string given = environment("SHARDWISE_TXN_KILLS");
    const int wanted = given.empty() ? 6 : std::stoi(given);
    std::mt19937 random(4711);
    std::uniform_int_distribution<int> delay(0, 40'000);
    std::int64_t number = 1'000'000;
    for (int i = 0; i < wanted && !HasFailure(); ++i, number += 1'000'000) {
        const pid_t child = start(number, "", 3, i % 2 == 0 ? "0" : "20");
        wait_until_ready(child);
        std::this_thread::sleep_for(std::chrono::microseconds(delay(random)));
        kill(child, SIGKILL);
        EXPECT_TRUE(was_killed(child));
        resolve_alone();
        if (i % 10 == 9 || i + 1 == wanted) expect_sound(*db, acknowledged());
    }
    const audit found = audit_of(*db);
    std::printf("%s: %d kills, %zu transfers, %zu acknowledged\n", GetParam().c_str(), wanted,
                found.whole.size(), acknowledged().size());
}

/// No grace period: live commits are taken for abandoned. They are refused, never halved.
TEST_P(Crash, ResolversRaceWithLiveCommits) {
    const pid_t child = start(1'000'000, "", 3);
    wait_until_ready(child);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    std::vector<std::thread> racers;
    for (int i = 0; i < 2; ++i)
        racers.emplace_back([&] {
            while (std::chrono::steady_clock::now() < end) db->resolve(0);
        });
    for (std::thread& t : racers) t.join();
    kill(child, SIGKILL);
    EXPECT_TRUE(was_killed(child));
    resolve_alone();
    expect_sound(*db, acknowledged());
    EXPECT_FALSE(acknowledged().empty());
}

/// A process that sleeps at the worst moment loses its transaction, and learns so when it wakes.
TEST_P(CrashOnServers, AStoppedProcessIsNotWaitedForAndFindsOutLater) {
    idle_ms_ = 1'000;
    for (const std::string point : {"txn.sent.0", "txn.ready.1", "txn.before_decide"}) {
        SCOPED_TRACE(point);
        const pid_t child = start(5'000'000, point + ":stop");
        int status = 0;
        waitpid(child, &status, WUNTRACED);
        ASSERT_TRUE(WIFSTOPPED(status));
        recover(*db);  // after the servers' time limit for idle transactions
        kill(child, SIGCONT);
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        resolve_alone();
        expect_sound(*db, acknowledged());
    }
}

/// A checker that finds nothing proves nothing: a resolver that takes "no decision yet" for an
/// abort without writing that down must be caught.
TEST_P(CrashOnServers, ControlWithoutTheAbortRowIsCaught) {
    // Everything is prepared, the decision is written and not committed.
    const pid_t child = start(1'000'000, "txn.before_decide:stop", 1, "0", 1);
    int status = 0;
    waitpid(child, &status, WUNTRACED);
    ASSERT_TRUE(WIFSTOPPED(status));
    arm_failpoints("txn.record_absence:skip");
    db->resolve(0);
    arm_failpoints("");
    kill(child, SIGCONT);
    waitpid(child, &status, 0);
    resolve_alone();
    EXPECT_THAT(audit_of(*db).halves, testing::ElementsAre(1'000'000));
}

INSTANTIATE_TEST_SUITE_P(Clusters, Crash, testing::ValuesIn(test::cluster_kinds()), test::label_of);
INSTANTIATE_TEST_SUITE_P(Clusters, CrashOnServers,
                         testing::Values(std::string("postgres"), std::string("mariadb")),
                         test::label_of);

/// Transfers with the numbers from `first` to before `end`.
void run_transfers(cluster& db, int acknowledged, std::int64_t first, std::int64_t end) {
    std::mt19937 random(static_cast<std::uint32_t>(first));
    std::uniform_int_distribution<std::int64_t> any(0, purse_count - 1);
    for (std::int64_t number = first; number < end; ++number) {
        const std::int64_t from = any(random);
        std::vector<std::int64_t> ids{from, (from + 1) % purse_count};
        // The first one of the crash tests by step goes over three shards, in their order.
        if (number % 1'000 == 0)
            ids = {0, 1, 2};
        else if (random() % 3 == 0)
            ids.push_back((from + 2) % purse_count);
        try {
            run_unit(db, [&](session& s) { pay(s, ids, number); });
        } catch (const error&) {
            continue;  // not told to be committed
        }
        const std::string line = std::to_string(number) + "\n";
        if (write(acknowledged, line.data(), line.size()) < 0) return;
    }
}

/// Not a test by itself: the process that is killed.
TEST(TxnChild, TransfersUntilItIsKilled) {
    const std::string folder = environment("SHARDWISE_TXN_FOLDER");
    if (folder.empty()) return;
    std::vector<shard_url> urls;
    std::ifstream file(folder + "/urls");
    for (std::string line; std::getline(file, line);)
        urls.push_back({"s" + std::to_string(urls.size() + 1), line});
    cluster_options o = quiet_options();
    o.idle_transaction_timeout_ms = std::stoll(environment("SHARDWISE_TXN_IDLE_MS", "60000"));
    o.resolve_interval_ms = std::stoll(environment("SHARDWISE_TXN_RESOLVES", "0"));
    cluster db(urls, o);
    const int out = open((folder + "/acknowledged").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const std::int64_t first = std::stoll(environment("SHARDWISE_TXN_FIRST"));
    const std::int64_t count = std::stoll(environment("SHARDWISE_TXN_TRANSFERS", "1"));
    const int threads = std::stoi(environment("SHARDWISE_TXN_THREADS", "1"));
    run_transfers(db, out, first, first + 1);  // whoever kills at random waits for the connections
    std::ofstream(folder + "/ready") << "yes";
    std::vector<std::thread> others;
    for (int t = 1; t < threads; ++t)
        others.emplace_back([&db, out, count, own = first + t * 200'000 + 1] {
            run_transfers(db, out, own, own + count);
        });
    run_transfers(db, out, first + 1, first + count);
    for (std::thread& t : others) t.join();
}

}  // namespace
}  // namespace shardwise::txn_test
