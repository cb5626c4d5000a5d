// SPDX-License-Identifier: MIT
// session.cancel() and deadlines end statements everywhere: nothing keeps running on any server.
#include <atomic>

#include "fixture.hpp"

namespace shardwise::test {
namespace {

/// Minutes of work on each shard.
const std::string slow_count =
    "SELECT count(*) FROM track t CROSS JOIN number a CROSS JOIN number b CROSS JOIN number c "
    "WHERE t.rating + a.n + b.n + c.n < 0";
const std::string slow_merge =
    "SELECT t.id FROM track t CROSS JOIN number a CROSS JOIN number b CROSS JOIN number c "
    "ORDER BY (t.id + a.n * 7 + b.n * 11 + c.n) % 1009, t.id LIMIT 5";
const std::string slow_input =
    "SELECT p.id FROM play p JOIN (SELECT t.id AS id FROM track t CROSS JOIN number a CROSS JOIN "
    "number b CROSS JOIN number c WHERE t.rating + a.n + b.n + c.n < 0) AS d ON d.id = p.track_id";
/// The servers are done soon, the client is not.
const std::string slow_in_client =
    "SELECT count(*) FROM play p JOIN play q ON p.minutes + q.minutes >= 0 JOIN play r ON "
    "r.minutes + p.minutes >= 0 JOIN track t ON t.rating + r.minutes >= -1";

class Cancel : public Limits {
protected:
    void SetUp() override {
        Limits::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        add_tracks(60);
        add_plays(700);
        add_numbers(700);
    }
    /// `call` in another thread, cancelled once it has had the time to be everywhere.
    std::string cancelled(session& s, const std::function<void()>& call) const {
        std::string code;
        std::thread caller([&] { code = code_of(call); });
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        s.cancel();
        caller.join();
        return code;
    }
};

TEST_P(Cancel, EndsScattersMergesAndWhatIsComputedInTheClient) {
    for (const std::string& text : {slow_count, slow_merge, slow_input, slow_in_client}) {
        session s{*db};
        EXPECT_EQ(cancelled(s, [&] { s.sql(text); }), "cancelled") << text;
        nothing_runs();
        EXPECT_EQ(s.count(select<track>()), 60) << "later calls are not concerned";
    }
}

TEST_P(Cancel, EndsAStreamThatIsReadAndOneThatWaits) {
    session s{*db};
    const auto many = select(tracks.id, numbers.n)
                          .cross_join<number>()
                          .cross_join<alias<number, 1>>()
                          .cross_join<alias<number, 2>>();
    auto stream = s.stream(many);
    auto row = stream.begin();
    EXPECT_EQ(cancelled(s,
                        [&] {
                            for (; row != stream.end(); ++row) continue;
                        }),
              "cancelled");
    nothing_runs();
    auto idle = s.stream(many);
    auto at = idle.begin();
    s.cancel();
    EXPECT_EQ(code_of([&] {
                  for (; at != idle.end(); ++at) continue;
              }),
              "cancelled");
    nothing_runs();
    EXPECT_EQ(s.count(select<track>()), 60);
}

TEST_P(Cancel, AStreamThatIsDroppedStopsItsServers) {
    session s{*db};
    {
        auto stream = s.stream(select(tracks.id, numbers.n)
                                   .cross_join<number>()
                                   .cross_join<alias<number, 1>>()
                                   .cross_join<alias<number, 2>>());
        auto row = stream.begin();
        for (int i = 0; i < 10; ++i) ++row;
    }
    nothing_runs();
    EXPECT_EQ(s.count(select<track>()), 60);
}

TEST_P(Cancel, DeadlinesReachAllShards) {
    for (const std::string& text : {slow_count, slow_merge, slow_input, slow_in_client}) {
        session s{*db, {.timeout_ms = 400}};
        EXPECT_EQ(code_of([&] { s.sql(text); }), "timeout") << text;
        nothing_runs();
        session after{*db};
        EXPECT_EQ(after.count(select<track>()), 60);
    }
}

TEST_P(Cancel, HasNoEffectWhenNothingRuns) {
    session s{*db};
    s.cancel();
    EXPECT_EQ(s.count(select<track>()), 60);
    s.cancel();
    s.add(track{.id = 1'000, .price = 1, .words = ""});
    s.commit();
    EXPECT_EQ(s.count(select<track>()), 61);
}

TEST_P(Cancel, EndsTheTransactionThatItMeets) {
    session s{*db};
    s.run(update<track>().set(tracks.rating, 9).where(tracks.id < 10));
    EXPECT_EQ(cancelled(s, [&] { s.sql(slow_count); }), "cancelled");
    nothing_runs();
    EXPECT_EQ(code_of([&] { s.commit(); }), "bad_state");
    s.rollback();
    EXPECT_EQ(s.count(select<track>().where(tracks.rating == 9)), 0);
}

/// Also between BEGIN, preparing and running, where servers drop a request to stop.
TEST_P(Cancel, ReachesTheServersAtEveryMoment) {
    for (const bool in_transaction : {false, true}) {
        for (int pause_ms = 0; pause_ms < 12; ++pause_ms) {
            session s{*db};
            if (in_transaction) s.run(update<track>().set(tracks.rating, 9).where(tracks.id < 10));
            std::atomic<bool> done{false};
            std::string code;
            std::thread caller([&] {
                code = code_of([&] { s.sql(slow_count); });
                done = true;
            });
            while (!done) {  // one that comes before the call begins does not concern it
                std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
                s.cancel();
            }
            caller.join();
            EXPECT_EQ(code, "cancelled") << pause_ms;
            s.rollback();
        }
        nothing_runs();
    }
    EXPECT_EQ(session{*db}.count(select<track>().where(tracks.rating == 9)), 0);
}

TEST_P(Cancel, EndsAChangeThatWaitsForALock) {
    session holder{*db};
    holder.run(update<track>().set(tracks.rating, 8).where(tracks.id == 3));
    session s{*db};
    EXPECT_EQ(cancelled(s, [&] { s.run(update<track>().set(tracks.rating, 9)); }), "cancelled");
    s.rollback();
    holder.commit();
    nothing_runs();
    EXPECT_EQ(s.count(select<track>().where(tracks.rating == 9)), 0);
    EXPECT_EQ(s.count(select<track>().where(tracks.rating == 8)), 1);
}

TEST_P(Cancel, ManyTimesLeavesThePoolWhole) {
    cluster_options o;
    o.pool_size = 2;
    open(o);
    for (int i = 0; i < 6; ++i) {
        session s{*db};
        EXPECT_EQ(cancelled(s, [&] { s.sql(slow_count); }), "cancelled");
        EXPECT_EQ(s.count(select<track>()), 60);
    }
    nothing_runs();
}

INSTANTIATE_TEST_SUITE_P(Clusters, Cancel, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
