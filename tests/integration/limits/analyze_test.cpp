// SPDX-License-Identifier: MIT
// EXPLAIN ANALYZE: what a statement took, on each shard and in each step.
#include <nlohmann/json.hpp>

#include "fixture.hpp"

namespace shardwise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Analyze : public Limits {
protected:
    void SetUp() override {
        Limits::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        add_tracks(60, 100);
        add_plays(30);
    }
};

TEST_P(Analyze, CountsRowsOfEachShardAndEachStep) {
    session s{*db};
    const explanation e = s.analyze(select<track>().order_by(tracks.rating).limit(10));
    EXPECT_TRUE(e.analyzed);
    EXPECT_EQ(e.route, "all");
    ASSERT_EQ(e.statements.size(), 3u);
    std::uint64_t read = 0;
    for (const auto& shard : e.statements) {
        EXPECT_GE(shard.took.rows, 1u) << shard.shard;
        EXPECT_LE(shard.took.rows, 10u) << shard.shard;
        read += shard.took.rows;
        EXPECT_GE(shard.took.bytes, shard.took.rows * 100) << shard.shard;
        EXPECT_LE(shard.took.first_us, shard.took.total_us);
    }
    EXPECT_GE(read, 10u);
    ASSERT_FALSE(e.steps.empty());
    EXPECT_EQ(e.steps.front().name, "limit");
    EXPECT_EQ(e.steps.front().took.rows, 10u);
    EXPECT_EQ(e.steps.back().name, "scatter");
    EXPECT_THAT(e.merged(), ElementsAre("limit", "merge_sort"));
    EXPECT_THAT(e.to_string(), HasSubstr("took: 10 rows"));
}

TEST_P(Analyze, ShowsWhatIsComputedInTheClient) {
    session s{*db};
    const explanation e =
        s.analyze_sql("SELECT t.id FROM track t JOIN play p ON p.track_id = t.id");
    EXPECT_EQ(e.steps.front().name, "local_query");
    EXPECT_EQ(e.steps.front().took.rows, 30u);
    EXPECT_GT(e.scratch_bytes, 0u);
    std::uint64_t fetched = 0;
    for (const auto& shard : e.statements) fetched += shard.took.rows;
    EXPECT_EQ(fetched, 90u) << "60 tracks and 30 plays";
}

TEST_P(Analyze, AnAggregateShowsPartialGroups) {
    session s{*db};
    const explanation e =
        s.analyze(select(tracks.rating, count()).group_by(tracks.rating).order_by(tracks.rating));
    std::uint64_t partial = 0;
    for (const auto& shard : e.statements) partial += shard.took.rows;
    EXPECT_EQ(partial, 15u) << "5 groups on each of 3 shards";
    EXPECT_EQ(e.steps.front().took.rows, 5u);
}

TEST_P(Analyze, IsJsonAndSqlText) {
    session s{*db};
    const auto j =
        nlohmann::json::parse(s.analyze_sql("SELECT id FROM track WHERE id = 7").to_json());
    EXPECT_EQ(j.at("route"), "one");
    EXPECT_EQ(j.at("statements").at(0).at("took").at("rows"), 1);
    EXPECT_EQ(j.at("steps").at(0).at("took").at("rows"), 1);
    EXPECT_TRUE(j.contains("held"));
    const auto plain = nlohmann::json::parse(s.explain_sql("SELECT id FROM track").to_json());
    EXPECT_FALSE(plain.contains("held"));
    EXPECT_EQ(plain.at("steps").at(0).at("name"), "scatter");
    EXPECT_TRUE(plain.at("merged").empty());

    const sql_result shown = s.sql("explain\n analyze SELECT id FROM track WHERE id = :id",
                                   named("id", std::int64_t{7}));
    ASSERT_EQ(shown.headings, std::vector<std::string>{"plan"});
    EXPECT_GE(shown.rows.size(), 4u);
    const sql_result only = s.sql("EXPLAIN UPDATE track SET rating = 1 WHERE id = 7");
    EXPECT_EQ(only.rows.at(0).at(0).view().text(), "route: one (1 of 3 shards)");
    EXPECT_EQ(s.get<track>(7)->rating, 2) << "nothing was run";
    EXPECT_EQ(code_of([&] { s.sql("EXPLAIN ANALYZE DELETE FROM track"); }), "bad_query");
    EXPECT_EQ(s.count(select<track>()), 60);
}

TEST_P(Analyze, ReadsWhatTheSessionHasWritten) {
    session s{*db};
    s.add(track{.id = 1'000, .price = 1, .words = ""});
    EXPECT_EQ(s.analyze(select<track>()).steps.front().took.rows, 61u);
    s.rollback();
}

INSTANTIATE_TEST_SUITE_P(Clusters, Analyze, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
