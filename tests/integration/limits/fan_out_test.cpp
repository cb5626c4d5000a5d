// SPDX-License-Identifier: MIT
// How far statements may go: what a call says, and the policies of sessions and clusters.
#include "fixture.hpp"

namespace shardwise::test {
namespace {

using testing::HasSubstr;

constexpr session_options strict{.fan_out = fan_out{.scatters = fan_out::policy::refuse}};

class FanOut : public Limits {
protected:
    void SetUp() override {
        Limits::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        add_tracks(12);
        add_plays(12);
        add_numbers(3);
    }
    /// What is sent from now on fails as statement_failed.
    void break_tables() const {
        for (std::size_t i = 0; i < shard_count; ++i)
            shards->execute(i, "ALTER TABLE track RENAME TO gone");
    }
};

TEST_P(FanOut, RefusesEveryKindOfScatterBeforeAnythingIsSent) {
    break_tables();
    session s{*db, strict};
    const auto all = select<track>();
    const std::vector<std::pair<std::string, std::function<void()>>> scatters{
        {"all", [&] { s.all(all); }},
        {"values", [&] { s.values(all); }},
        {"first", [&] { s.first(all.order_by(tracks.id)); }},
        {"one", [&] { s.one(select_from<track>(count())); }},
        {"count", [&] { s.count(all); }},
        {"exists", [&] { s.exists(all.where(tracks.rating > 3)); }},
        {"stream", [&] { s.stream(all); }},
        {"page", [&] { s.page(all.order_by(tracks.rating).limit(3)); }},
        {"partial", [&] { s.partial(all); }},
        {"analyze", [&] { s.analyze(all); }},
        {"update", [&] { s.run(update<track>().set(tracks.rating, 1)); }},
        {"delete", [&] { s.run(erase<track>().where(tracks.rating == 1)); }},
        {"sql", [&] { s.sql("SELECT id FROM track"); }},
        {"sql rows", [&] { s.sql<std::tuple<std::int64_t>>("SELECT id FROM track"); }},
        {"sql update", [&] { s.sql("UPDATE track SET rating = 1 WHERE rating = 2"); }},
        {"join elsewhere",
         [&] { s.sql("SELECT t.id FROM track t JOIN play p ON p.track_id = t.id"); }},
        {"range", [&] { s.all(all.where(tracks.id > 5)); }},
    };
    for (const auto& [name, call] : scatters) {
        EXPECT_EQ(code_of(call), "too_many_shards") << name;
        EXPECT_FALSE(s.in_transaction()) << name;
    }
}

TEST_P(FanOut, NamesTheMissingShardKeyAndTheWayOut) {
    session s{*db, strict};
    const std::string said = message_of([&] { s.all(select<track>()); });
    EXPECT_THAT(said, HasSubstr("3 of 3 shards"));
    EXPECT_THAT(said, HasSubstr("placed by track.id"));
    EXPECT_THAT(said, HasSubstr("all_shards"));
    const std::string two =
        message_of([&] { s.sql("SELECT t.id FROM track t JOIN play p ON p.track_id = t.id"); });
    EXPECT_THAT(two, HasSubstr("play.id, track.id"));
}

TEST_P(FanOut, LetsOneShardPassAndNobodyAndReferenceTables) {
    session s{*db, strict};
    EXPECT_EQ(s.all(select<track>().where(tracks.id == 7)).size(), 1u);
    EXPECT_EQ(s.local(select<track>().where(tracks.id == 7)).size(), 1u);
    EXPECT_EQ(s.all(select<track>().where(tracks.id == 7 && tracks.id == 8)).size(), 0u);
    EXPECT_EQ(s.count(select<number>()), 3);
    EXPECT_TRUE(s.find<track>(7));
    EXPECT_EQ(s.run(update<number>().set(numbers.n, numbers.n + 10).where(numbers.n == 1)), 1)
        << "a reference table lives everywhere";
    EXPECT_EQ(s.run(update<track>().set(tracks.rating, 1).where(tracks.id == 7)), 1);
    s.rollback();
}

TEST_P(FanOut, WhatACallSaysStandsAboveThePolicy) {
    session refusing{*db, strict};
    EXPECT_EQ(refusing.all(select<track>(), all_shards).size(), 12u);
    EXPECT_EQ(refusing.count(select<track>(), at_most_shards(3)), 12);
    EXPECT_EQ(refusing.sql(all_shards, "SELECT id FROM track").rows.size(), 12u);
    EXPECT_EQ(refusing.sql<std::tuple<std::int64_t>>(all_shards, "SELECT id FROM track").size(),
              12u);
    session allowing{*db};
    EXPECT_EQ(code_of([&] { allowing.all(select<track>(), at_most_shards(2)); }),
              "too_many_shards");
    EXPECT_EQ(allowing.all(select<track>().where(tracks.id.in({1, 2})), at_most_shards(2)).size(),
              2u);
    EXPECT_EQ(code_of([&] {
                  allowing.all(select<track>().where(tracks.id.in({1, 2})), one_shard);
              }),
              "too_many_shards");
}

TEST_P(FanOut, AFewShardsAreNoScatter) {
    session s{*db, {.fan_out = fan_out{.scatters = fan_out::policy::refuse, .few = 2}}};
    EXPECT_EQ(s.all(select<track>().where(tracks.id.in({1, 2}))).size(), 2u);
    EXPECT_EQ(code_of([&] { s.all(select<track>()); }), "too_many_shards");
}

TEST_P(FanOut, WarnsWithTheStatementAndItsShardsAndAnswers) {
    std::vector<explanation> told;
    const fan_out rule{.scatters = fan_out::policy::warn,
                       .on_scatter =
                           [](void* to, const explanation& e) {
                               static_cast<std::vector<explanation>*>(to)->push_back(e);
                           },
                       .context = &told};
    cluster_options o;
    o.fan_out = rule;
    open(o);
    session s{*db};
    for (int i = 0; i < 2; ++i) {  // the second one has a cached plan
        EXPECT_EQ(s.all(select<track>().where(tracks.rating > 90)).size(), 0u);
        ASSERT_EQ(told.size(), static_cast<std::size_t>(i + 1));
        EXPECT_EQ(told.back().shards, (std::vector<std::string>{"s1", "s2", "s3"}));
        EXPECT_THAT(told.back().reason, HasSubstr("places track.id"));
        ASSERT_EQ(told.back().statements.size(), 3u);
        EXPECT_THAT(told.back().statements[0].sql, HasSubstr("rating"));
    }
    s.all(select<track>().where(tracks.id == 1));
    s.all(select<track>(), all_shards);
    EXPECT_EQ(told.size(), 2u) << "one shard, and a scatter that was said";
}

TEST_P(FanOut, TheClustersPolicyHoldsUnlessTheSessionHasItsOwn) {
    cluster_options o;
    o.fan_out.scatters = fan_out::policy::refuse;
    open(o);
    session s{*db};
    EXPECT_EQ(code_of([&] { s.all(select<track>()); }), "too_many_shards");
    session own{*db, {.fan_out = fan_out{}}};
    EXPECT_EQ(own.all(select<track>()).size(), 12u);
}

TEST_P(FanOut, AnInsertAsksAsManyShardsAsItsRowsMayReach) {
    session s{*db, strict};
    EXPECT_EQ(s.sql("INSERT INTO play VALUES (50 + 50, 1, 1)").changed, 1) << "one row";
    const std::string two =
        message_of([&] { s.sql("INSERT INTO play VALUES (50 + 51, 1, 1), (50 + 52, 1, 1)"); });
    EXPECT_THAT(two, HasSubstr("asks 2 of 3 shards"));
    EXPECT_EQ(
        s.sql(at_most_shards(2), "INSERT INTO play VALUES (60 + 1, 1, 1), (60 + 2, 1, 1)").changed,
        2);
    s.rollback();
}

TEST_P(FanOut, WhatAChangeOfAReferenceTableReadsIsCounted) {
    session s{*db, strict};
    for (const char* scatters :
         {"INSERT INTO number SELECT rating + 100 FROM track WHERE rating = 1",
          "UPDATE number SET n = n + 50 WHERE n IN (SELECT rating FROM track)",
          "DELETE FROM number WHERE n > (SELECT max(rating) FROM track)"}) {
        const std::string said = message_of([&] { s.sql(scatters); });
        EXPECT_THAT(said, HasSubstr("asks 3 of 3 shards")) << scatters;
        EXPECT_THAT(said, HasSubstr("placed by track.id")) << scatters;
    }
    EXPECT_EQ(s.sql("INSERT INTO number SELECT rating + 200 FROM track WHERE id = 6").changed, 1);
    EXPECT_EQ(s.sql("INSERT INTO number SELECT n + 300 FROM number WHERE n = 1").changed, 1);
    EXPECT_EQ(
        s.sql("DELETE FROM number WHERE n IN (SELECT rating FROM track WHERE id = 6)").changed, 1);
    s.rollback();
}

TEST_P(FanOut, PendingObjectsAreWrittenWhateverTheyReach) {
    session s{*db, strict};
    for (std::int64_t i = 100; i < 103; ++i) s.add(track{.id = i, .price = 1, .words = ""});
    s.commit();
    EXPECT_EQ(s.count(select<track>(), all_shards), 15);
}

INSTANTIATE_TEST_SUITE_P(Clusters, FanOut, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
