// SPDX-License-Identifier: MIT
// Large results: a slow reader makes the servers wait, not this process grow.
#include "fixture.hpp"

namespace shardwise::test {
namespace {

class Streams : public Limits {
protected:
    bool has_servers() const { return GetParam() != "sqlite"; }
};

TEST_P(Streams, ASlowReaderMakesTheServersWait) {
    add_tracks(9'000, 10'000);  // 30 MB a shard
    session s{*db};
    s.count(select<track>());
    for (const bool ordered : {false, true}) {
        const auto q = ordered ? select<track>().order_by(tracks.id) : select<track>();
        const std::int64_t before = resident_bytes();
        auto rows = s.stream(q);
        auto row = rows.begin();
        std::int64_t read = 0;
        for (; read < 30; ++read, ++row) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            EXPECT_LT(resident_bytes() - before, 30'000'000) << "of 90 MB";
        }
        if (has_servers()) {
            EXPECT_GT(running(), 0) << "they wait for the reader";
        }
        for (; row != rows.end(); ++row) ++read;
        EXPECT_EQ(read, 9'000);
        EXPECT_LT(resident_bytes() - before, 30'000'000);
    }
}

TEST_P(Streams, AStreamMayOutliveTheLimitsOfItsSession) {
    add_tracks(500, 100);
    auto s = std::make_unique<session>(*db, session_options{.timeout_ms = 10'000});
    auto rows = s->stream(select<track>().order_by(tracks.id));
    auto row = rows.begin();
    s.reset();
    std::int64_t read = 0;
    for (; row != rows.end(); ++row) ++read;
    EXPECT_EQ(read, 500);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Streams, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
