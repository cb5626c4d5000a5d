// SPDX-License-Identifier: MIT
// A real server is stopped with SIGSTOP at each moment of a session's life: the caller gets a typed
// error in time, the other shard goes on, and after SIGCONT everything works as before.
#include "fixture.hpp"

namespace shardwise::test {
namespace {

class StoppedServer : public RealServers {
protected:
    static void expect_names_s2(const error& e) {
        EXPECT_TRUE(e.shard() == "s2" || e.message().find("s2") != std::string::npos) << e.what();
    }
    void stop() { servers->tell("pause", victim); }
    void go_on() { servers->tell("resume", victim); }
    void TearDown() override {
        if (shards) servers->tell("resume", victim);
        if (longest.count() > 0)
            std::printf("longest wait: %ld ms, deadline %ld ms\n",
                        static_cast<long>(longest.count()), static_cast<long>(patience.count()));
        RealServers::TearDown();
    }
};

TEST_P(StoppedServer, IsNamedInTimeAtEachMomentAndWorksAgainWhenItGoesOn) {
    for (const moment& m : moments()) {
        SCOPED_TRACE(m.name);
        const std::int64_t id = std::exchange(next_id, next_id + 2);
        {
            session s{*db, impatient};
            m.before(s, id);
            stop();
            std::optional<error> failure;
            in_time([&] { failure = failure_of([&] { m.call(s, id); }); });
            ASSERT_TRUE(failure) << "answered without the server";
            EXPECT_EQ(name_of(failure->code()),
                      name_of(m.ends_transaction ? error_code::in_doubt : error_code::timeout))
                << failure->what();
            EXPECT_FALSE(failure->is_retryable());
            expect_names_s2(*failure);
            in_time([&] { s.rollback(); });
            EXPECT_TRUE(s.find<account>(2)) << "the same session";
        }
        other_shard_works(*db);
        go_on();
        all_works(*db);
        // (What was sent before it was stopped may still be done: that is the doubt.)
        if (!m.ends_transaction) {
            EXPECT_EQ(rows(1, "id = " + std::to_string(id)), 0);
            EXPECT_EQ(rows(0, "id = " + std::to_string(id + 1)), 0);
        }
    }
}

TEST_P(StoppedServer, EndsAStreamThatIsHalfReadInTime) {
    add_many();
    session s{*db, impatient};
    auto stream = s.stream(select<account>().order_by(accounts.id));
    auto row = stream.begin();
    for (int i = 0; i < 10; ++i) ++row;
    stop();
    std::optional<error> failure;
    in_time([&] {
        failure = failure_of([&] {
            for (; row != stream.end(); ++row) continue;
        });
    });
    ASSERT_TRUE(failure) << "answered without the server";
    EXPECT_EQ(failure->code(), error_code::timeout) << failure->what();
    expect_names_s2(*failure);
    other_shard_works(*db);
    go_on();
    all_works(*db);
    EXPECT_TRUE(s.find<account>(1)) << "the same session";
}

TEST_P(StoppedServer, LetsAClusterBeOpenedInTime) {
    stop();
    std::unique_ptr<cluster> fresh;
    in_time([&] { fresh = open(); });
    other_shard_works(*fresh);
    session s{*fresh, impatient};
    std::optional<error> failure;
    in_time([&] { failure = failure_of([&] { s.find<account>(1); }); });
    ASSERT_TRUE(failure);
    EXPECT_TRUE(failure->code() == error_code::timeout ||
                failure->code() == error_code::shard_unavailable)
        << failure->what();
    expect_names_s2(*failure);
    go_on();
    all_works(*fresh);
    EXPECT_TRUE(s.find<account>(1)) << "the same session";
}

TEST_P(StoppedServer, DoesNotHoldUpTheEndOfASession) {
    for (const bool both : {false, true}) {
        auto s = std::make_unique<session>(*db, impatient);
        flush_both(*s, std::exchange(next_id, next_id + 2));
        auto t = std::make_unique<session>(*db, impatient);
        flush_both(*t, std::exchange(next_id, next_id + 2));
        stop();
        const std::string other = GetParam() == "postgres" ? "pg1" : "maria1";
        if (both) servers->tell("pause", other);
        in_time([&] { s->rollback(); });
        in_time([&] { t.reset(); });
        if (both) servers->tell("resume", other);
        go_on();
        all_works(*db);
        EXPECT_EQ(rows(0, "id > 1000 AND id < 2000") + rows(1, "id > 1000 AND id < 2000"), 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Servers, StoppedServer, testing::ValuesIn(server_labels()), label_of);

}  // namespace
}  // namespace shardwise::test
