// SPDX-License-Identifier: MIT
// Ids of several clusters, processes and clocks that go wrong never meet.
#include "catalog/worker_lease.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fstream>
#include <set>
#include <thread>

#include "catalog/own_tables.hpp"
#include "model.hpp"

namespace shardwise::test {
namespace {

using std::chrono::milliseconds;

int worker_of(std::int64_t id) { return static_cast<int>(id >> 12 & 1023); }

class Lease : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        const auto found = find_engine(GetParam(), folder_);
        if (!found && no_skips()) FAIL() << "no " << GetParam();
        if (!found) GTEST_SKIP() << "no " << GetParam() << " (SHARDWISE_TEST_SERVERS)";
        // A database of its own: tests run at the same time, and the table's name is fixed.
        shards_ =
            std::make_unique<test_shards>(GetParam() == "sqlite_file" ? "sqlite" : GetParam(), 1);
        engine_ = std::make_unique<engine::engine>(engine::parse_url((*shards_)[0].url),
                                                   engine::pool_options{});
    }
    void TearDown() override {
        engine_.reset();
        shards_.reset();
    }
    void execute(const std::string& sql) { engine::run(*borrow(limit()), sql, limit()); }
    engine::lease borrow(deadline until) { return engine_->acquire(until); }
    static deadline limit() { return deadline::after(std::chrono::seconds(10)); }

    std::unique_ptr<catalog::worker_lease> make(std::int64_t& clock, int horizon = 60'000,
                                                int expiry = 60'000) {
        catalog::lease_settings s;
        s.horizon = milliseconds(horizon);
        s.expiry = milliseconds(expiry);
        s.clock = [&clock] { return clock; };
        return std::make_unique<catalog::worker_lease>(
            [this](deadline until) {
                if (broken_) raise(error_code::connect_failed, "the server is down");
                return borrow(until);
            },
            engine_->dialect(), s);
    }

    temp_folder folder_;
    std::unique_ptr<test_shards> shards_;
    std::unique_ptr<engine::engine> engine_;
    bool broken_ = false;
    std::int64_t clock_ = 1'800'000'000'000;
};
INSTANTIATE_TEST_SUITE_P(Engines, Lease, testing::ValuesIn(shared_labels()), label_of);

TEST_P(Lease, GivesTwoHoldersDifferentWorkers) {
    const auto a = make(clock_);
    const auto b = make(clock_);
    std::set<std::int64_t> ids;
    for (int i = 0; i < 5000; ++i) {
        EXPECT_TRUE(ids.insert(a->next_id(limit())).second);
        EXPECT_TRUE(ids.insert(b->next_id(limit())).second);
    }
    EXPECT_NE(worker_of(a->next_id(limit())), worker_of(b->next_id(limit())));
}

TEST_P(Lease, GoesOnAboveTheLastIdWhenItIsReopenedAndTheClockWentBack) {
    std::int64_t last = 0;
    int worker = -1;
    for (int round = 0; round < 5; ++round) {
        const auto lease = make(clock_);
        const std::int64_t id = lease->next_id(limit());
        if (worker_of(id) == worker) {
            EXPECT_GT(id, last);
        }
        EXPECT_NE(id, last);
        last = id;
        worker = worker_of(id);
        clock_ -= 3'600'000;
    }
}

TEST_P(Lease, NeverRepeatsIdsOfANumberTakenOverAheadOfTheClock) {
    // All numbers are expired, and their holders were granted time ahead of our clock.
    const auto first = make(clock_);
    first->next_id(limit());
    execute("DELETE FROM shardwise_worker");
    const std::int64_t granted = clock_ + 500'000;
    for (int w = 0; w < 1024; w += 128) {
        std::string rows;
        for (int i = w; i < w + 128; ++i)
            rows += (i == w ? "" : ",") + std::string("(") + std::to_string(i) + ",'gone'," +
                    std::to_string(granted) + ",0)";
        execute("INSERT INTO shardwise_worker VALUES " + rows);
    }
    const auto late = make(clock_);
    const std::int64_t id = late->next_id(limit());
    EXPECT_GT((id >> 22) + sharding::id_epoch_ms, granted);
    EXPECT_GT(late->next_id(limit()), id);
}

TEST_P(Lease, SaysThatAllNumbersAreTaken) {
    make(clock_)->next_id(limit());
    execute("DELETE FROM shardwise_worker");
    for (int w = 0; w < 1024; w += 128) {
        std::string rows;
        for (int i = w; i < w + 128; ++i)
            rows += (i == w ? "" : ",") + std::string("(") + std::to_string(i) +
                    ",'there',0,9000000000000)";
        execute("INSERT INTO shardwise_worker VALUES " + rows);
    }
    const auto lease = make(clock_);
    expect_error(refusal_of([&] { lease->next_id(limit()); }), error_code::lease_lost,
                 "all 1024 worker numbers");
}

TEST_P(Lease, RenewsInTimeAndKeepsItsNumber) {
    const auto lease = make(clock_);
    const std::int64_t first = lease->next_id(limit());
    EXPECT_FALSE(lease->should_renew());
    clock_ += 40'000;
    EXPECT_TRUE(lease->should_renew());
    EXPECT_FALSE(lease->should_renew()) << "one renewal at a time";
    lease->renew_early(limit());
    EXPECT_FALSE(lease->should_renew());
    clock_ += 50'000;  // past the first grant
    broken_ = true;
    EXPECT_EQ(worker_of(lease->next_id(limit())), worker_of(first));
    broken_ = false;
}

TEST_P(Lease, WorksUntilTheGrantEndsAndThenNamesTheReason) {
    const auto lease = make(clock_);
    lease->next_id(limit());
    broken_ = true;
    clock_ += 59'000;
    EXPECT_TRUE(lease->should_renew());
    lease->renew_early(limit());
    EXPECT_NO_THROW(lease->next_id(limit()));
    EXPECT_FALSE(lease->should_renew()) << "not again at once";
    clock_ += 2'000;
    expect_error(refusal_of([&] { lease->next_id(limit()); }), error_code::lease_lost,
                 "the server is down");
    broken_ = false;
    EXPECT_NO_THROW(lease->next_id(limit()));
}

TEST_P(Lease, AHolderThatComesBackLateGetsAnotherNumber) {
    std::int64_t clock_a = clock_;
    const auto a = make(clock_a);
    const std::int64_t before = a->next_id(limit());
    execute("UPDATE shardwise_worker SET expires_at = 0");
    // Somebody whose clock is ahead takes the number over.
    std::int64_t clock_b = clock_ + 120'000;
    const auto b = make(clock_b);
    const std::int64_t theirs = b->next_id(limit());
    EXPECT_EQ(worker_of(theirs), worker_of(before));
    std::set<std::int64_t> ids{before, theirs};
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(ids.insert(a->next_id(limit())).second);
        EXPECT_TRUE(ids.insert(b->next_id(limit())).second);
    }
    clock_a += 61'000;  // the old grant is used up: the number is not ours any more
    const std::int64_t after = a->next_id(limit());
    EXPECT_NE(worker_of(after), worker_of(before));
    EXPECT_GT(after >> 22, before >> 22);
}

TEST_P(Lease, GivesTheNumberBackAtTheEnd) {
    int first = -1;
    {
        const auto lease = make(clock_);
        first = worker_of(lease->next_id(limit()));
    }
    clock_ += 1'000;
    const auto lease = make(clock_);
    EXPECT_EQ(worker_of(lease->next_id(limit())), first);
}

TEST_P(Lease, MakesDifferentIdsInManyThreads) {
    const auto lease = make(clock_);
    std::vector<std::vector<std::int64_t>> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& ids : made)
            threads.emplace_back([&] {
                for (int i = 0; i < 3000; ++i) ids.push_back(lease->next_id(limit()));
            });
    }
    std::set<std::int64_t> all;
    for (const auto& ids : made) all.insert(ids.begin(), ids.end());
    EXPECT_EQ(all.size(), 12000U);
}

TEST(ClusterIds, OfProcessesThatAreKilledNeverRepeat) {
    const temp_folder folder;
    const std::vector<shard_url> shards{{"s1", folder.sqlite_url("a.db")},
                                        {"s2", folder.sqlite_url("b.db")}};
    cluster(shards).id();
    constexpr int processes = 5;
    for (int i = 0; i < processes; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            try {
                auto* c = new cluster(shards);  // never destroyed, as by kill -9
                std::ofstream out(folder.file("ids" + std::to_string(i)));
                for (int n = 0; n < 2000; ++n) out << c->next_id() << '\n';
                out.close();
            } catch (...) {
                _exit(1);
            }
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        ASSERT_EQ(status, 0);
    }
    std::set<std::int64_t> ids;
    for (int i = 0; i < processes; ++i) {
        std::ifstream in(folder.file("ids" + std::to_string(i)));
        for (std::int64_t id = 0; in >> id;) EXPECT_TRUE(ids.insert(id).second);
    }
    EXPECT_EQ(ids.size(), processes * 2000U);
    cluster c(shards);
    for (int n = 0; n < 100; ++n) EXPECT_TRUE(ids.insert(c.next_id()).second);
}

TEST(ClusterIds, AreMadeWhileATransactionHoldsTheOnlyConnection) {
    cluster c({{"s1", "sqlite://:memory:"}});
    const auto held = c.core().connect(0, c.core().default_deadline());
    EXPECT_GT(c.next_id(), 0);
}

TEST(ClusterIds, NameTheShardThatIsDown) {
    const temp_folder folder;
    const std::vector<shard_url> shards{{"s1", folder.sqlite_url("a.db")},
                                        {"s2", folder.sqlite_url("b.db")}};
    cluster(shards).id();
    cluster c({{"s1", dead_url()}, shards[1]});
    const error_info e = refusal_of([&] { c.next_id(); });
    expect_error(e, error_code::lease_lost, "s1");
    EXPECT_EQ(e.shard, "s1");
}

}  // namespace
}  // namespace shardwise::test
