// SPDX-License-Identifier: MIT
// SQLite files have one writer each: sessions that write to several of them never wait for each
// other for long (decision 0055).
#include <atomic>
#include <future>
#include <thread>

#include "bank.hpp"

namespace shardwise::txn_test {
namespace {

/// Locks are waited for longer than the test may take: a circle would never end.
class Files : public Bank {
protected:
    void SetUp() override {
        Bank::SetUp();
        cluster_options o = quiet_options();
        o.lock_timeout_ms = 3'600'000;
        o.statement_timeout_ms = 3'600'000;
        db = std::make_unique<cluster>(shards->all(), o);
    }
    static void add_to(session& s, std::int64_t id) {
        s.run(update<purse>().set(purses.balance, purses.balance + 1).where(purses.id == id));
    }
};

TEST_P(Files, WhoeverGoesBackToAnEarlierFileGivesUp) {
    session late{*db};
    add_to(late, 2);
    std::promise<void> holds_first;
    std::thread other([&] {
        session s{*db};
        add_to(s, 0);
        holds_first.set_value();
        add_to(s, 2);
        s.commit();
    });
    holds_first.get_future().wait();
    try {
        add_to(late, 0);
        ADD_FAILURE() << "the file is locked";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::lock_timeout) << e.what();
        EXPECT_TRUE(e.is_retryable());
    }
    late.rollback();
    other.join();
    session s{*db};
    EXPECT_EQ(s.get<purse>(0)->balance, first_balance + 1);
    EXPECT_EQ(s.get<purse>(2)->balance, first_balance + 1);
}

TEST_P(Files, AFlushLocksThemInOneOrder) {
    constexpr int threads = 4;
    constexpr int rounds = 25;
    std::atomic<int> failures = 0;
    std::vector<std::thread> all;
    for (int t = 0; t < threads; ++t)
        all.emplace_back([&, t] {
            for (int i = 0; i < rounds; ++i) {
                try {
                    session s{*db};
                    // Purses of its own, in the order of the shards and against it.
                    const std::int64_t first = 3 * t;
                    const std::int64_t from = i % 2 == 0 ? first : first + 2;
                    const std::int64_t to = i % 2 == 0 ? first + 2 : first;
                    transfer(s, {from, to}, t * rounds + i);
                    s.commit();
                } catch (const error& e) {
                    ADD_FAILURE() << e.what();
                    ++failures;
                }
            }
        });
    for (std::thread& t : all) t.join();
    EXPECT_EQ(failures, 0);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Files, testing::Values(std::string("sqlite")), test::label_of);

}  // namespace
}  // namespace shardwise::txn_test
