// SPDX-License-Identifier: MIT
// Deadlines hold whatever the server does. No test measures time: a broken deadline shows as a test
// that runs into the two minutes of the slow query (and CTest's limit).
#include <atomic>
#include <thread>

#include "support/engine_test.hpp"
#include "support/silent_server.hpp"

namespace shardwise::test {
namespace {

class Limits : public engine_test {};

TEST_P(Limits, ASlowQueryEndsAtItsDeadline) {
    const auto slow = make(slow_query(), {}, {column_type::int64});
    {
        auto c = connect();
        const error_info e = error_of([&] { engine::run(*c, *slow, {}, in_ms(300)); });
        EXPECT_EQ(e.code, error_code::timeout) << e.message;
        EXPECT_EQ(e.server, db().where().display());
        EXPECT_THROW(engine::run(*c, *slow, {}, in_ms(1)), error);
    }
    auto c = connect();
    expect_usable(*c);
}

TEST_P(Limits, AStatementTimeoutOfTheUrlNeedsNoDeadline) {
    const auto limited = open("statement_timeout_ms=300");
    const auto slow = make(slow_query(), {}, {column_type::int64});
    {
        auto c = limited->acquire(soon());
        EXPECT_EQ(code_of([&] { engine::run(*c, *slow, {}, soon()); }), error_code::timeout);
    }
    auto c = limited->acquire(soon());
    expect_usable(*c);
}

TEST_P(Limits, ARunningStatementIsCancelledFromAnotherThread) {
    const auto slow = make(slow_query(), {}, {column_type::int64});
    {
        auto c = connect();
        std::atomic<bool> done{false};
        std::thread canceller([&] {
            while (!done) {  // a cancel that arrives too early has no effect
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                if (!done) c->cancel();
            }
        });
        const error_code code = code_of([&] {
            c->send(*slow, {});
            read_all(*c, 1);
        });
        done = true;
        canceller.join();
        EXPECT_EQ(code, error_code::cancelled);
    }
    auto c = connect();
    expect_usable(*c);
}

TEST_P(Limits, ADeadlineThatHasPassedStopsAtOnce) {
    auto c = connect();
    const auto slow = make(slow_query(), {}, {column_type::int64});
    EXPECT_EQ(code_of([&] { engine::run(*c, *slow, {}, in_ms(0)); }), error_code::timeout);
}

INSTANTIATE_TEST_SUITE_P(Engine, Limits, testing::ValuesIn(all_labels()), label_of);

class Locks : public engine_test {};

TEST_P(Locks, WaitingForALockEndsWithLockTimeout) {
    const std::string table = create_value_table(column_type::int64);
    auto holder = connect();
    execute(*holder, "INSERT INTO " + table + " (id, v) VALUES (1, 1)");
    engine::run(*holder, begin(), soon());
    execute(*holder, "UPDATE " + table + " SET v = 2 WHERE id = 1");

    const auto impatient = open("lock_timeout_ms=1000");
    auto other = impatient->acquire(soon());
    const error_info e = error_of([&] {
        engine::run(*other, begin(), soon());
        engine::run(*other, "UPDATE " + table + " SET v = 3 WHERE id = 1", soon());
    });
    EXPECT_EQ(e.code, error_code::lock_timeout) << e.message;
    other.release();
    engine::run(*holder, "COMMIT", soon());
}

TEST_P(Locks, WaitingForALockEndsAtTheDeadline) {
    const std::string table = create_value_table(column_type::int64);
    auto holder = connect();
    execute(*holder, "INSERT INTO " + table + " (id, v) VALUES (1, 1)");
    engine::run(*holder, begin(), soon());
    execute(*holder, "UPDATE " + table + " SET v = 2 WHERE id = 1");
    {
        auto other = connect();
        EXPECT_EQ(code_of([&] {
                      engine::run(*other, "UPDATE " + table + " SET v = 3 WHERE id = 1",
                                  in_ms(300));
                  }),
                  error_code::timeout);
    }
    engine::run(*holder, "COMMIT", soon());
    EXPECT_EQ(query(*holder, "SELECT v FROM " + table, {column_type::int64}).at(0).at(0),
              value{arg{std::int64_t{2}}});
}

INSTANTIATE_TEST_SUITE_P(Engine, Locks, testing::ValuesIn(shared_labels()), label_of);

/// Needs no server of that kind, only its client.
class SilentServer : public testing::TestWithParam<std::string> {
protected:
    std::string url() const {
        return GetParam() + "://somebody:hushhush@127.0.0.1:" + std::to_string(server_.port()) +
               "/db";
    }
    silent_server server_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SilentServer);

TEST_P(SilentServer, ConnectingEndsAtTheDeadline) {
    const engine::url where = engine::parse_url(url());
    const error_info e =
        error_of([&] { engine::driver_for(where.kind).connect(where, {}, in_ms(300)); });
    EXPECT_EQ(e.code, error_code::timeout) << e.message;
    EXPECT_EQ(e.server, where.display());
    EXPECT_EQ(e.message.find("hushhush"), std::string::npos);
}

TEST_P(SilentServer, ThePoolGivesThePlaceBack) {
    engine::engine db(engine::parse_url(url() + "?pool_size=1&connect_timeout_ms=100"), {});
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(code_of([&] { db.acquire(soon()); }), error_code::timeout);
    EXPECT_EQ(db.stats().open, 0U);
}

INSTANTIATE_TEST_SUITE_P(Engine, SilentServer, testing::ValuesIn(server_labels()), label_of);

}  // namespace
}  // namespace shardwise::test
