// SPDX-License-Identifier: MIT
// Servers that die around commits over two shards: the transaction is whole or absent, and what was
// acknowledged is there. s1, the first shard that is written, decides. The long form
// (docs/reliability.md):
//
//     SHARDWISE_SERVER_KILLS=200 build/dev/bin/test_integration_chaos
//     --gtest_filter='*RandomDeaths*'
#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "base/failpoint.hpp"
#include "fixture.hpp"

namespace shardwise::test {
namespace {

class AtomicCommit : public RealServers {
protected:
    void TearDown() override {
        arm_failpoints("");
        RealServers::TearDown();
    }
    void recover() const {
        const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        for (;;) {
            const resolve_report done = db->resolve(0);
            if (done.waiting == 0 && done.unreachable.empty()) return;
            ASSERT_LT(std::chrono::steady_clock::now(), last);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    /// On s1 and on s2.
    std::pair<bool, bool> found(std::int64_t id) const {
        return {rows(0, "id = " + std::to_string(id + 1)) == 1,
                rows(1, "id = " + std::to_string(id)) == 1};
    }
    const char* decider() const { return GetParam() == "postgres" ? "pg1" : "maria1"; }
};

/// MariaDB can always prepare, and has no setting that lets one session's commit be forgotten.
class CommitOnPostgres : public AtomicCommit {};

TEST_P(AtomicCommit, SurvivesTheDeathOfEitherServerAtEachStep) {
    std::int64_t id = 10'001;
    for (const std::string& server : {std::string(decider()), victim}) {
        for (const std::string point :
             {"txn.begin", "txn.ready.1", "txn.before_decide", "txn.decided", "txn.finishing.1"}) {
            SCOPED_TRACE(server + " at " + point);
            id += 2;
            bool acknowledged = false;
            // The step fails, which leaves the shards as a dead client would; then a server dies.
            arm_failpoints(point + ":error");
            try {
                session s{*db};
                add_both(s, id);
                s.commit();
                acknowledged = true;
            } catch (const error&) {
            }
            arm_failpoints("");
            servers->tell("kill", server);
            servers->tell("restart", server);
            recover();
            const auto [first, second] = found(id);
            EXPECT_EQ(first, second);
            if (acknowledged) {
                EXPECT_TRUE(first);
            }
            EXPECT_EQ(first, point == "txn.decided" || point == "txn.finishing.1");
        }
    }
    EXPECT_TRUE(db->pending_transactions().empty());
    all_works(*db);
}

TEST_P(AtomicCommit, AnAcknowledgedOneSurvivesTheDeathOfTheDecider) {
    for (std::int64_t id = 20'001; id < 20'007; id += 2) {
        session s{*db};
        add_both(s, id);
        s.commit();
        servers->tell("kill", decider());
        servers->tell("restart", decider());
        recover();
        EXPECT_EQ(found(id), std::pair(true, true));
    }
}

/// Transfers by several threads, while one server after the other dies at any moment.
TEST_P(AtomicCommit, SurvivesRandomDeathsOfServersUnderLoad) {
    const char* const asked = std::getenv("SHARDWISE_SERVER_KILLS");
    const int kills = asked == nullptr ? 4 : std::atoi(asked);
    constexpr std::int64_t first_id = 100'001;
    std::atomic<std::int64_t> next{first_id};
    std::mutex lock;
    std::set<std::int64_t> acknowledged;
    const auto transfer = [&](std::mt19937& random) {
        const std::int64_t id = next.fetch_add(2);
        const auto account_of = [&](std::int64_t shard) {
            return static_cast<std::int64_t>(random() % 10) * 2 + 2 - shard;
        };
        try {
            session s{*db, {.timeout_ms = 3'000}};
            s.run(update<account>()
                      .set(accounts.balance, accounts.balance - 5)
                      .where(accounts.id == account_of(0)));
            s.run(update<account>()
                      .set(accounts.balance, accounts.balance + 5)
                      .where(accounts.id == account_of(1)));
            add_both(s, id);
            s.commit();
            const std::lock_guard guard(lock);
            acknowledged.insert(id);
        } catch (const error&) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    };
    const auto money = [&] {
        std::int64_t all = 0;
        for (std::size_t i : {0, 1})
            for (const std::int64_t b : shards->ask(i, "SELECT balance FROM accounts")) all += b;
        return all;
    };
    const std::int64_t before = money();
    {
        std::vector<std::jthread> threads;
        for (unsigned t = 0; t < 3; ++t)
            threads.emplace_back([&, t](const std::stop_token& end) {
                std::mt19937 random(t);
                while (!end.stop_requested()) transfer(random);
            });
        std::mt19937 random(7);
        for (int k = 0; k < kills; ++k) {
            std::this_thread::sleep_for(std::chrono::milliseconds(random() % 300));
            const std::string server = random() % 2 == 0 ? decider() : victim;
            servers->tell("kill", server);
            servers->tell("restart", server);
        }
    }
    recover();
    EXPECT_EQ(money(), before);
    std::set<std::int64_t> stored[2];
    for (std::size_t i : {0, 1})
        for (const std::int64_t id : shards->ask(i, "SELECT id FROM accounts WHERE id >= 100001"))
            stored[i].insert(i == 0 ? id - 1 : id);
    EXPECT_EQ(stored[0], stored[1]);
    EXPECT_TRUE(std::ranges::includes(stored[0], acknowledged));
    EXPECT_FALSE(acknowledged.empty());
    EXPECT_TRUE(db->pending_transactions().empty());
    std::printf("%d kills, %lld transfers, %zu stored, %zu acknowledged\n", kills,
                static_cast<long long>((next - first_id) / 2), stored[0].size(),
                acknowledged.size());
    all_works(*db);
}

/// A checker that finds nothing proves nothing: a decision that the server may forget is caught.
TEST_P(CommitOnPostgres, ControlWithAForgetfulDecisionIsCaught) {
    // Else it is written within a fraction of a second, before the server is killed.
    std::string administrator = test_servers().at(0).url;
    administrator.replace(administrator.find("//") + 2, std::string("shardwise").size(),
                          "postgres");
    engine::engine e(engine::parse_url(administrator), {});
    const auto soon = deadline::after(std::chrono::seconds(10));
    {
        const auto c = e.acquire(soon);
        engine::run(*c, "ALTER SYSTEM SET wal_writer_delay = '10s'", soon);
        engine::run(*c, "SELECT pg_reload_conf()", soon);
    }
    bool caught = false;
    for (std::int64_t id = 30'001; id < 30'021 && !caught; id += 2) {
        arm_failpoints("txn.durable_decision:skip");
        {
            session s{*db};
            add_both(s, id);
            s.commit();
        }
        arm_failpoints("");
        servers->tell("kill", decider());
        servers->tell("restart", decider());
        recover();
        const auto [first, second] = found(id);
        caught = !first && second;
    }
    EXPECT_TRUE(caught);
}

/// No PREPARE TRANSACTION on this server: refused before anything is written, with the setting's
/// name; one shard alone works as ever.
TEST_P(CommitOnPostgres, AServerThatCannotPrepareIsNamed) {
    std::string administrator = test_servers().at(1).url;
    administrator.replace(administrator.find("//") + 2, std::string("shardwise").size(),
                          "postgres");
    const auto set = [&](const char* text) {
        {
            engine::engine e(engine::parse_url(administrator), {});
            const auto soon = deadline::after(std::chrono::seconds(10));
            const auto c = e.acquire(soon);
            engine::run(*c, text, soon);
        }
        // In order: a crashed server would have to replay PREPARE, which it no longer can.
        servers->tell("restart", victim);
    };
    set("ALTER SYSTEM SET max_prepared_transactions = 0");
    {
        const auto limited = open();
        session s{*limited, {.timeout_ms = 20'000}};
        add_both(s, 40'001);
        const auto failure = failure_of([&] { s.commit(); });
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->code(), error_code::cannot_prepare);
        EXPECT_THAT(failure->message(), testing::HasSubstr("max_prepared_transactions"));
        s.rollback();
        EXPECT_EQ(found(40'001), std::pair(false, false));
        s.add(account{.id = 40'003, .name = "alone"});
        s.commit();
        session either{*limited, {.timeout_ms = 20'000, .mode = commit_mode::best_effort}};
        add_both(either, 40'005);
        either.commit();
        EXPECT_EQ(found(40'005), std::pair(true, true));
    }
    set("ALTER SYSTEM RESET max_prepared_transactions");
}

INSTANTIATE_TEST_SUITE_P(Kinds, CommitOnPostgres, testing::Values(std::string("postgres")),
                         label_of);
INSTANTIATE_TEST_SUITE_P(Kinds, AtomicCommit, testing::ValuesIn(server_labels()), label_of);

}  // namespace
}  // namespace shardwise::test
