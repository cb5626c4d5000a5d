// SPDX-License-Identifier: MIT
// The pool with real connections.
#include <atomic>
#include <thread>

#include "support/engine_test.hpp"

namespace shardwise::test {
namespace {

class PoolOfEngine : public engine_test {
protected:
    std::int64_t session_id(engine::connection& c) {
        return query(c, postgres() ? "SELECT pg_backend_pid()::bigint" : "SELECT CONNECTION_ID()",
                     {column_type::int64})
            .at(0)
            .at(0)
            .view()
            .integer();
    }
    void kill_session(std::int64_t id) {
        const auto other = open();
        auto c = other->acquire(soon());
        if (postgres())
            query(*c, "SELECT pg_terminate_backend(" + std::to_string(id) + ")",
                  {column_type::boolean});
        else
            engine::run(*c, "KILL CONNECTION " + std::to_string(id), soon());
        // Its socket is closed a moment later.
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
};

TEST_P(PoolOfEngine, TwentyThreadsShareThreeConnections) {
    db_ = open("pool_size=3&pool_wait_ms=30000");
    const auto s = make(numbers("10"), {}, {column_type::int64});
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 20; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 25; ++i) {
                auto c = db().acquire(soon());
                int n = 0;
                engine::run(*c, *s, {}, soon(), [&n](std::span<const arg>) { ++n; });
                if (n == 10) ++good;
            }
        });
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(good, 500);
    const auto stats = db().stats();
    EXPECT_LE(stats.open, target_.name == "sqlite_memory" ? 1U : 3U);
    EXPECT_EQ(stats.open, stats.idle);
    EXPECT_EQ(stats.waiting, 0U);
    EXPECT_LE(stats.opened, 3U);
}

TEST_P(PoolOfEngine, AnExhaustedPoolSaysSo) {
    db_ = open("pool_size=1&pool_wait_ms=50");
    auto c = connect();
    const error_info e = error_of([&] { db().acquire(soon()); });
    EXPECT_EQ(e.code, error_code::pool_exhausted);
    EXPECT_NE(e.message.find(db().where().display()), std::string::npos);
    c.release();
    EXPECT_NO_THROW(db().acquire(soon()));
}

TEST_P(PoolOfEngine, APoisonedConnectionIsClosed) {
    if (target_.name == "sqlite_memory") return;  // its rows would be gone
    auto c = connect();
    c.poison();
    c.release();
    EXPECT_EQ(db().stats().open, 0U);
    EXPECT_EQ(db().stats().closed, 1U);
    expect_usable(*connect());
}

INSTANTIATE_TEST_SUITE_P(Engine, PoolOfEngine, testing::ValuesIn(all_labels()), label_of);

class Reconnect : public PoolOfEngine {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Reconnect);

TEST_P(Reconnect, AConnectionThatTheServerClosedIsReplaced) {
    std::int64_t id = 0;
    {
        auto c = connect();
        id = session_id(*c);
    }
    kill_session(id);
    auto c = connect();
    EXPECT_NE(session_id(*c), id);
}

TEST_P(Reconnect, AConnectionThatTheServerClosesInUseIsLost) {
    {
        auto c = connect();
        kill_session(session_id(*c));
        EXPECT_EQ(code_of([&] { expect_usable(*c); }), error_code::connection_lost);
    }
    expect_usable(*connect());
}

INSTANTIATE_TEST_SUITE_P(Engine, Reconnect, testing::ValuesIn(server_labels()), label_of);

}  // namespace
}  // namespace shardwise::test
