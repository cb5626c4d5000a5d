// SPDX-License-Identifier: MIT
// Limits on what one statement may hold: a typed error, and memory that stays where it was.
#include "fixture.hpp"

namespace shardwise::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

session_options limited(result_limits l) { return {.limits = l}; }

class HeldMemory : public Limits {};

TEST_P(HeldMemory, AResultOfTooManyRowsIsRefusedNamingTheLimitAndTheCount) {
    add_tracks(300);
    session s{*db, limited({.rows = 100})};
    for (const auto& call : std::vector<std::function<void()>>{
             [&] { s.all(select<track>()); }, [&] { s.all(select(tracks.id, tracks.name)); },
             [&] { s.values(select<track>()); }, [&] { s.sql("SELECT id FROM track"); },
             [&] { s.all(select<track>().order_by(tracks.rating)); }}) {
        EXPECT_EQ(code_of(call), "result_too_large");
        EXPECT_THAT(message_of(call),
                    AllOf(HasSubstr("101 rows"), HasSubstr("limits.rows"), HasSubstr("stream")));
    }
    EXPECT_EQ(s.all(select<track>().limit(100)).size(), 100u) << "exactly the limit";
    EXPECT_EQ(s.count(select<track>()), 300) << "nothing is kept for it";
}

TEST_P(HeldMemory, BytesAreLimitedToo) {
    add_tracks(300, 2'000);
    session s{*db, limited({.bytes = 200'000})};
    EXPECT_THAT(message_of([&] { s.all(select<track>()); }), HasSubstr("limits.bytes"));
    EXPECT_THAT(message_of([&] { s.values(select<track>()); }), HasSubstr("limits.bytes"));
    EXPECT_EQ(s.all(select(tracks.id)).size(), 300u);
}

/// An answer that is given up in its middle may have cost the transaction of its server. The
/// session knows: what comes next neither fails with another statement's error nor is committed in
/// part.
TEST_P(HeldMemory, InsideATransactionTheSessionKnowsWhatBecameOfIt) {
    add_tracks(300, 20'000);
    session s{*db, limited({.bytes = 100'000})};
    s.run(update<track>().set(tracks.rating, 9).where(tracks.id <= 30));
    EXPECT_EQ(code_of([&] { s.all(select<track>()); }), "result_too_large");
    const std::string next = code_of([&] { s.count(select<track>()); });
    EXPECT_TRUE(next == "no error" || next == "bad_state") << next;
    const std::string committed = code_of([&] { s.commit(); });
    EXPECT_EQ(committed, next);
    s.rollback();
    EXPECT_EQ(session{*db}.count(select<track>().where(tracks.rating == 9)),
              committed == "no error" ? 30 : 0);
}

TEST_P(HeldMemory, GroupsDistinctAndSortingAreLimited) {
    add_tracks(300);
    session s{*db, limited({.rows = 60})};
    EXPECT_EQ(code_of([&] { s.sql("SELECT id % 100, count(*) FROM track GROUP BY id % 100"); }),
              "result_too_large");
    EXPECT_EQ(code_of([&] { s.sql("SELECT DISTINCT id % 100 FROM track"); }), "result_too_large");
    EXPECT_EQ(s.sql("SELECT rating, count(*) FROM track GROUP BY rating ORDER BY 2").rows.size(),
              5u);
}

TEST_P(HeldMemory, TheScratchDatabaseSpillsUpToItsOwnLimit) {
    add_tracks(600, 4'000);
    add_plays(100);
    const std::string join =
        "SELECT t.words, p.minutes FROM track t JOIN play p ON p.track_id = t.id ORDER BY p.id "
        "LIMIT 3";
    session narrow{*db, limited({.scratch_bytes = 500'000})};
    EXPECT_THAT(message_of([&] { narrow.sql(join); }), HasSubstr("limits.scratch_bytes"));
    session wide{*db, limited({.bytes = 1'000'000})};
    EXPECT_EQ(wide.sql(join).rows.size(), 3u);
    const explanation e = wide.analyze_sql(join);
    EXPECT_GT(e.scratch_bytes, 2'000'000u);
    EXPECT_LE(e.held_bytes, 1'000'000u);
}

TEST_P(HeldMemory, RowsThatWaitForBeingWrittenAreScratchSpace) {
    add_tracks(400, 1'000);
    add_numbers(3);
    session s{*db, limited({.scratch_bytes = 50'000})};
    s.run(update<number>().set(numbers.n, 77).where(numbers.n == 1));
    std::vector<track> many(200);
    for (std::size_t i = 0; i < many.size(); ++i)
        many[i] = {.id = std::int64_t(1'000 + i), .price = 1, .words = std::string(1'000, 'x')};
    for (const auto& call : std::vector<std::function<void()>>{
             [&] { s.upsert(many); },
             [&] {
                 s.sql(
                     "INSERT INTO track SELECT id + 1000, name, rating, score, price, words "
                     "FROM track");
             },
             [&] {
                 s.sql(
                     "UPDATE track SET words = (SELECT max(u.words) || track.name FROM track "
                     "u)");
             }})
        EXPECT_THAT(message_of(call), HasSubstr("limits.scratch_bytes"));
    many.resize(10);
    EXPECT_EQ(s.upsert(many), 10) << "nothing was written: the transaction goes on";
    s.commit();
    EXPECT_EQ(s.count(select<track>()), 410);
    EXPECT_EQ(s.count(select<number>().where(numbers.n == 77)), 1);
}

TEST_P(HeldMemory, TooManyRowsOfReturningEndTheTransaction) {
    add_tracks(300, 1'000);
    for (const result_limits l : {result_limits{.rows = 100}, result_limits{.bytes = 100'000}}) {
        session s{*db, limited(l)};
        for (const auto& call : std::vector<std::function<void()>>{
                 [&] { s.sql("UPDATE track SET rating = 99 RETURNING words"); },
                 [&] { s.run(update<track>().set(tracks.rating, 99).returning(tracks.words)); }}) {
            EXPECT_EQ(code_of(call), "result_too_large");
            EXPECT_EQ(code_of([&] { s.commit(); }), "bad_state");
            s.rollback();
        }
        EXPECT_EQ(s.count(select<track>().where(tracks.rating == 99)), 0);
        EXPECT_EQ(s.sql("UPDATE track SET rating = 98 WHERE id <= 50 RETURNING words").rows.size(),
                  50u);
        s.rollback();
    }
}

TEST_P(HeldMemory, WhatIsHeldIsCountedAndGivenBack) {
    add_tracks(300);
    session s{*db};
    const explanation groups = s.analyze_sql("SELECT id % 100, count(*) FROM track GROUP BY 1");
    EXPECT_GE(groups.held_rows, 100u);
    EXPECT_LT(groups.held_rows, 300u);
    const explanation merge = s.analyze(select<track>().order_by(tracks.rating, tracks.id));
    EXPECT_EQ(merge.held_rows, 0u) << "a merge holds one row of each shard";
}

TEST_P(HeldMemory, StreamsHoldNothingWhateverTheLimits) {
    add_tracks(300, 2'000);
    session s{*db, limited({.rows = 5, .bytes = 20'000})};
    std::int64_t n = 0;
    for (const track& t : s.stream(select<track>().order_by(tracks.rating, tracks.id)))
        n += t.id > 0;
    EXPECT_EQ(n, 300);
    n = 0;
    for (const track& t : s.stream(select<track>())) n += t.id > 0;
    EXPECT_EQ(n, 300);
}

TEST_P(HeldMemory, ASessionGoesOnAfterARefusal) {
    add_tracks(300);
    session s{*db, limited({.rows = 100})};
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(code_of([&] { s.all(select<track>().order_by(tracks.rating)); }),
                  "result_too_large");
        EXPECT_EQ(s.all(select<track>().where(tracks.id == 5)).size(), 1u);
    }
    nothing_runs();
    // Also inside a transaction, whose changes stay.
    s.run(update<track>().set(tracks.rating, 77).where(tracks.id == 3));
    EXPECT_EQ(code_of([&] { s.all(select<track>()); }), "result_too_large");
    EXPECT_EQ(s.get<track>(3)->rating, 77);
    s.commit();
    EXPECT_EQ(s.count(select<track>().where(tracks.rating == 77)), 1);
}

TEST_P(HeldMemory, AHugeAnswerNeverArrivesAsAWhole) {
    add_tracks(9'000, 20'000);  // 60 MB a shard
    session s{*db, limited({.bytes = 4'000'000})};
    s.count(select<track>());
    const std::int64_t before = resident_bytes();
    EXPECT_EQ(code_of([&] { s.all(select<track>()); }), "result_too_large");
    EXPECT_EQ(code_of([&] { s.all(select<track>().order_by(tracks.words, tracks.id)); }),
              "result_too_large");
    EXPECT_EQ(code_of([&] { s.values(select<track>()); }), "result_too_large");
    EXPECT_EQ(code_of([&] { s.all(select<track>().where(tracks.id % 3 == 1)); }),
              "result_too_large")
        << "also of one shard";
    EXPECT_LT(resident_bytes() - before, 60'000'000) << "of 180 MB";
    nothing_runs();
}

INSTANTIATE_TEST_SUITE_P(Clusters, HeldMemory, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
