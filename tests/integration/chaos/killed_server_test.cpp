// SPDX-License-Identifier: MIT
// A real server is killed with SIGKILL at each moment of a session's life and started again: errors
// name the shard and tell truly whether the transaction may be repeated, no acknowledged commit is
// lost, and connections are made anew without opening the cluster anew.
#include <atomic>
#include <set>
#include <thread>

#include "fixture.hpp"

namespace shardwise::test {
namespace {

class KilledServer : public RealServers {
protected:
    void kill() { servers->tell("kill", victim); }
    void restart() { servers->tell("restart", victim); }
    void TearDown() override {
        if (shards && db && HasFailure()) servers->tell("restart", victim);
        RealServers::TearDown();
    }

    static void expect_honest(const error& e) {
        switch (e.code()) {
            case error_code::connection_lost:
                EXPECT_TRUE(e.is_retryable()) << e.what();
                break;
            case error_code::shard_unavailable:
            case error_code::connect_failed:
            case error_code::in_doubt:
                EXPECT_FALSE(e.is_retryable()) << e.what();
                break;
            default:
                ADD_FAILURE() << e.what();
        }
        EXPECT_EQ(e.shard(), "s2") << e.what();
        EXPECT_NE(e.info().server, "") << e.what();
    }
    std::int64_t stored(std::int64_t id) const {
        return rows(static_cast<std::size_t>(id % 2), "id = " + std::to_string(id));
    }
};

TEST_P(KilledServer, GivesHonestErrorsAtEachMomentAndIsFoundAgain) {
    for (const moment& m : moments()) {
        SCOPED_TRACE(m.name);
        const std::int64_t id = std::exchange(next_id, next_id + 2);
        session s{*db, impatient};
        m.before(s, id);
        kill();
        std::optional<error> failure;
        in_time([&] { failure = failure_of([&] { m.call(s, id); }); });
        ASSERT_TRUE(failure) << "answered without the server";
        expect_honest(*failure);
        s.rollback();
        EXPECT_TRUE(s.find<account>(2)) << "the same session";
        other_shard_works(*db);
        restart();
        all_works(*db);
        if (failure->is_in_doubt()) continue;
        EXPECT_EQ(stored(id), 0) << failure->what();
        EXPECT_EQ(stored(id + 1), 0) << failure->what();
    }
}

TEST_P(KilledServer, EndsAStreamThatIsHalfRead) {
    add_many();
    session s{*db, impatient};
    auto stream = s.stream(select<account>().order_by(accounts.id));
    auto row = stream.begin();
    for (int i = 0; i < 10; ++i) ++row;
    kill();
    const auto failure = failure_of([&] {
        for (; row != stream.end(); ++row) continue;
    });
    ASSERT_TRUE(failure) << "a stream that has lost its server must not look complete";
    EXPECT_EQ(failure->code(), error_code::connection_lost) << failure->what();
    expect_honest(*failure);
    restart();
    all_works(*db);
}

TEST_P(KilledServer, LetsAClusterBeOpened) {
    kill();
    const std::unique_ptr<cluster> fresh = open();
    other_shard_works(*fresh);
    session s{*fresh};
    const auto failure = failure_of([&] { s.find<account>(1); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), error_code::shard_unavailable) << failure->what();
    expect_honest(*failure);
    restart();
    all_works(*fresh);
}

/// Commits one transaction after the other, on one shard and on both in turn.
class writer {
public:
    explicit writer(cluster& db) : db_(db), thread_([this] { work(); }) {}
    ~writer() { end(); }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    void end() {
        stopping_ = true;
        if (thread_.joinable()) thread_.join();
    }
    int acknowledged_so_far() const { return acknowledged_count_; }

    // After end(): first ids of transactions, and what became of them.
    struct transaction {
        std::int64_t id;
        bool both;
    };
    std::vector<transaction> acknowledged;
    std::vector<std::pair<transaction, error>> failed;

private:
    void work() {
        for (std::int64_t n = 0; !stopping_; ++n) {
            const transaction t{10'001 + 2 * n, n % 2 == 0};
            session s{db_, {.timeout_ms = 2'000}};
            try {
                s.add(account{.id = t.id, .name = "w"});
                if (t.both) s.add(account{.id = t.id + 1, .name = "w"});
                if (n % 3 == 0) s.flush();
                s.commit();
                acknowledged.push_back(t);
                ++acknowledged_count_;
            } catch (const error& e) {
                failed.emplace_back(t, e);
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
        }
    }

    cluster& db_;
    std::atomic<bool> stopping_{false};
    std::atomic<int> acknowledged_count_{0};
    std::thread thread_;
};

TEST_P(KilledServer, LosesNoAcknowledgedCommitAndLeavesNothingOfRetryableOnes) {
    writer w(*db);
    const auto wait_for_more = [&] {
        const int now = w.acknowledged_so_far();
        for (int ms = 0; ms < 20'000 && w.acknowledged_so_far() < now + 50; ms += 5)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        ASSERT_GE(w.acknowledged_so_far(), now + 50) << "nothing is committed any more";
    };
    for (int round = 0; round < 4; ++round) {
        wait_for_more();
        kill();
        restart();
    }
    wait_for_more();
    w.end();
    ASSERT_FALSE(w.failed.empty()) << "the server was never missed";
    std::set<std::int64_t> there;
    for (const std::size_t shard : {0U, 1U})
        for (const std::int64_t id :
             shards->ask(shard, "SELECT id FROM accounts WHERE id > 10000 AND id < 100000"))
            there.insert(id);
    for (const writer::transaction& t : w.acknowledged) {
        EXPECT_TRUE(there.contains(t.id)) << t.id;
        EXPECT_TRUE(!t.both || there.contains(t.id + 1)) << t.id;
    }
    std::map<std::string, int> codes;
    for (const auto& [t, e] : w.failed) {
        ++codes[std::string(name_of(e.code()))];
        expect_honest(e);
        if (e.is_in_doubt()) continue;
        EXPECT_FALSE(there.contains(t.id)) << e.what();
        EXPECT_FALSE(there.contains(t.id + 1)) << e.what();
    }
    for (const auto& [name, count] : codes) std::printf("%d x %s\n", count, name.c_str());
    std::printf("%zu x acknowledged\n", w.acknowledged.size());
}

INSTANTIATE_TEST_SUITE_P(Servers, KilledServer, testing::ValuesIn(server_labels()), label_of);

}  // namespace
}  // namespace shardwise::test
