// SPDX-License-Identifier: MIT
// Many changed objects in one flush: several rows of one UPDATE, whatever their types and keys; a
// lost one is named; values that must be freed first are; sessions do not deadlock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "shardwise/base/error.hpp"
#include "support/watched_shards.hpp"

namespace shardwise::updates_test {

enum class Kind : std::int16_t { a = 1, b = 2 };
struct Sample {
    std::int64_t id{};
    std::int32_t part{};
    bool flag{};
    std::int16_t small{};
    double real{};
    std::string text{};
    std::optional<std::string> note{};
    bytes raw{};
    uuid tag{};
    date day{};
    timestamp at{};
    decimal amount{};
    json extra{"{}"};
    Kind kind = Kind::a;
};
struct Stamp {
    std::int64_t id{};
    std::int64_t value{};
    std::int64_t version = 1;
};
struct Seat {
    std::int64_t id{};
    std::int64_t room{};
    std::int32_t number{};
    std::string guest{};
};
struct Word {
    std::int32_t id{};
    std::string text{};
};

}  // namespace shardwise::updates_test

namespace sw = shardwise;
using sw::updates_test::Sample;
using sw::updates_test::Seat;
using sw::updates_test::Stamp;
using sw::updates_test::Word;

template <>
struct sw::mapping<Sample> : table<Sample, "samples", by_modulo> {
    column<&Sample::id, primary_key, shard_key> id;
    column<&Sample::part, primary_key> part;
    column<&Sample::flag> flag;
    column<&Sample::small> small;
    column<&Sample::real> real;
    column<&Sample::text> text;
    column<&Sample::note, length<40>> note;
    column<&Sample::raw> raw;
    column<&Sample::tag> tag;
    column<&Sample::day> day;
    column<&Sample::at> at;
    column<&Sample::amount, digits<12, 3>> amount;
    column<&Sample::extra> extra;
    column<&Sample::kind> kind;
};
template <>
struct sw::mapping<Stamp> : table<Stamp, "stamps", by_modulo> {
    column<&Stamp::id, primary_key, shard_key> id;
    column<&Stamp::value> value;
    column<&Stamp::version, row_version> version;
};
template <>
struct sw::mapping<Seat>
    : table<Seat, "seats", by_modulo, unique_together<&Seat::room, &Seat::number>> {
    column<&Seat::id, primary_key> id;
    column<&Seat::room, shard_key> room;
    column<&Seat::number> number;
    column<&Seat::guest> guest;
};
template <>
struct sw::mapping<Word> : table<Word, "words", reference_table> {
    column<&Word::id, primary_key> id;
    column<&Word::text> text;
};

namespace shardwise::updates_test {
namespace {

using testing::HasSubstr;

constexpr mapping<Sample> samples;
constexpr mapping<Stamp> stamps;
constexpr mapping<Seat> seats;

class ManyUpdates : public test::ClusterTest {
protected:
    void SetUp() override {
        test::ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        const schema_report made = db->create_all<Sample, Stamp, Seat, Word>();
        ASSERT_TRUE(made.complete()) << made.to_string();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(ManyUpdates, EveryTypeArrives) {
    constexpr int rows = 300;
    {
        session s{*db};
        for (int i = 0; i < rows; ++i) s.add(Sample{.id = i / 2, .part = i % 2});
        s.commit();
    }
    const auto change = [](Sample& x) {
        const std::int64_t n = 2 * x.id + x.part;
        x.flag = n % 2 == 0;
        x.small = static_cast<std::int16_t>(n - 100);
        x.real = static_cast<double>(n) / 7;
        x.text = "t\xC3\xA4'\"\\" + std::string(static_cast<std::size_t>(n), 'x');
        x.note = n % 3 == 0 ? std::nullopt : std::optional("n" + std::to_string(n));
        x.raw = bytes(static_cast<std::size_t>(n % 5), std::byte{0xFF});
        x.tag.octets[3] = static_cast<std::uint8_t>(n);
        x.day = date{static_cast<std::int32_t>(n * 100)};
        x.at = timestamp{n * 1'000'003};
        x.amount = decimal::parse(std::to_string(n) + ".125");
        x.extra = json{"{\"n\": " + std::to_string(n) + "}"};
        x.kind = n % 2 == 0 ? Kind::a : Kind::b;
    };
    session s{*db};
    const auto all = s.all(select<Sample>());
    ASSERT_EQ(all.size(), static_cast<std::size_t>(rows));
    for (const auto x : all) change(x.edit());
    s.commit();
    for (const Sample& got : session{*db}.values(select<Sample>())) {
        Sample want{.id = got.id, .part = got.part};
        change(want);
        EXPECT_EQ(got.flag, want.flag);
        EXPECT_EQ(got.small, want.small);
        EXPECT_EQ(got.real, want.real);
        EXPECT_EQ(got.text, want.text);
        EXPECT_EQ(got.note, want.note);
        EXPECT_EQ(got.raw, want.raw);
        EXPECT_EQ(got.tag, want.tag);
        EXPECT_EQ(got.day, want.day);
        EXPECT_EQ(got.at, want.at);
        EXPECT_EQ(got.amount, want.amount);
        EXPECT_EQ(got.extra.text, want.extra.text);
        EXPECT_EQ(got.kind, want.kind);
    }
}

TEST_P(ManyUpdates, AllNullAndOneColumn) {
    session s{*db};
    for (int i = 0; i < 40; ++i) s.add(Sample{.id = i, .note = "n"});
    s.commit();
    for (const auto x : s.all(select<Sample>())) x.edit().note.reset();
    s.commit();
    EXPECT_EQ(s.all(select<Sample>().where(samples.note.is_null())).size(), 40u);
}

TEST_P(ManyUpdates, VersionsRiseAndALostUpdateNamesItsObject) {
    {
        session s{*db};
        for (int i = 1; i <= 120; ++i) s.add(Stamp{.id = i});
        s.commit();
    }
    session s{*db};
    const auto all = s.all(select<Stamp>());
    for (const auto x : all) x.edit().value = x->id;
    s.commit();
    for (const auto x : all) EXPECT_EQ(x->version, 2);
    for (const Stamp& x : session{*db}.values(select<Stamp>())) {
        EXPECT_EQ(x.version, 2);
        EXPECT_EQ(x.value, x.id);
    }
    s.commit();
    const auto again = s.all(select<Stamp>());
    {
        session other{*db};
        other.get<Stamp>(77).edit().value = -1;
        other.commit();
    }
    for (const auto x : again) x.edit().value = 5;
    try {
        s.commit();
        FAIL() << "somebody else has changed one";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::stale_object);
        EXPECT_THAT(e.info().detail, HasSubstr("id = 77"));
    }
    s.rollback();
    EXPECT_EQ(session{*db}.get<Stamp>(77)->value, -1);
    EXPECT_EQ(session{*db}.get<Stamp>(78)->value, 78) << "nothing of it was stored";
}

TEST_P(ManyUpdates, ADeletedRowIsNamed) {
    session s{*db};
    for (int i = 0; i < 70; ++i) s.add(Seat{.id = i, .room = 1, .number = i});
    s.commit();
    const auto all = s.all(select<Seat>());
    {
        session other{*db};
        other.erase(other.find_everywhere<Seat>(42));
        other.commit();
    }
    for (const auto x : all) x.edit().guest = "g";
    try {
        s.commit();
        FAIL() << "one is gone";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::stale_object);
        EXPECT_THAT(e.info().detail, HasSubstr("id = 42"));
    }
    s.rollback();
    EXPECT_EQ(session{*db}.count(select<Seat>().where(seats.guest == "g")), 0);
}

TEST_P(ManyUpdates, ValuesAreFreedInTheOrderOfTheChanges) {
    session s{*db};
    for (int i = 0; i < 50; ++i) s.add(Seat{.id = i, .room = 1, .number = i});
    s.commit();
    const auto all = s.all(select<Seat>().order_by(seats.number.desc()));
    for (const auto x : all) x.edit().number += 1;  // the last one first
    s.commit();
    EXPECT_EQ(session{*db}.one(select<Seat>().where(seats.id == 0))->number, 1);
}

TEST_P(ManyUpdates, ReferenceTablesOnEachShard) {
    session s{*db};
    for (int i = 0; i < 30; ++i) s.add(Word{.id = i, .text = "w"});
    s.commit();
    for (const auto w : s.all(select<Word>())) w.edit().text = "v" + std::to_string(w->id);
    s.commit();
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(shards->ask(i, "SELECT count(*) FROM words WHERE text = 'v7'").front(), 1);
}

/// Three rows are three statements, in the order of the keys and not in that of the changes.
TEST_P(ManyUpdates, SessionsThatChangeAFewRowsWaitForEachOther) {
    {
        session s{*db};
        for (int i = 0; i < 3; ++i) s.add(Seat{.id = i, .room = 1, .number = i});
        s.commit();
    }
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int round = 0; round < 30; ++round) {
                session s{*db};
                const auto all = s.all(t % 2 == 0 ? select<Seat>().order_by(seats.id)
                                                  : select<Seat>().order_by(seats.id.desc()));
                for (const auto x : all) x.edit().guest = std::to_string(100 * t + round);
                try {
                    s.commit();
                } catch (const error& e) {
                    ADD_FAILURE() << e.what();
                }
            }
        });
    for (std::thread& t : threads) t.join();
}

/// PostgreSQL may take the rows of one statement in another order than their keys have: what it
/// then calls a deadlock can be run again.
TEST_P(ManyUpdates, SessionsThatChangeTheSameRowsAllGetThrough) {
    {
        session s{*db};
        for (int i = 0; i < 30; ++i) s.add(Seat{.id = i, .room = 1, .number = i});
        s.commit();
    }
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int round = 0; round < 8; ++round) {
                try {
                    run_unit(*db, [&](session& s) {
                        const auto all =
                            s.all(t % 2 == 0 ? select<Seat>().order_by(seats.id)
                                             : select<Seat>().order_by(seats.id.desc()));
                        for (const auto x : all) x.edit().guest = std::to_string(100 * t + round);
                    });
                } catch (const error& e) {
                    ADD_FAILURE() << e.what();
                }
            }
        });
    for (std::thread& t : threads) t.join();
    std::set<std::string> guests;
    for (const Seat& x : session{*db}.values(select<Seat>())) guests.insert(x.guest);
    EXPECT_EQ(guests.size(), 1u) << "one transaction was the last for all rows";
}

INSTANTIATE_TEST_SUITE_P(Clusters, ManyUpdates, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

class UpdateTurns : public test::ClusterTest {};

TEST_P(UpdateTurns, AThousandObjectsTakeAFewRoundTrips) {
    test::watched_shards shards(GetParam(), 2);
    cluster db(shards.all(), {.resolve_interval_ms = 0});
    ASSERT_TRUE((db.create_all<Stamp>().complete()));
    {
        session s{db};
        for (int i = 0; i < 1'000; ++i) s.add(Stamp{.id = i});
        s.commit();
    }
    std::vector<std::size_t> turns;
    for (int time = 0; time < 3; ++time) {
        session s{db};
        const auto all = s.all(select<Stamp>());
        for (const auto x : all) x.edit().value += 1;
        turns = shards.turns_of([&] { s.commit(); });
    }
    // 500 rows of each shard: PostgreSQL one message, MariaDB 7 statements of 64 and some smaller.
    for (const std::size_t n : turns) EXPECT_LE(n, GetParam() == "postgres" ? 4u : 25u);
}

INSTANTIATE_TEST_SUITE_P(Servers, UpdateTurns, testing::Values("postgres", "mariadb"),
                         test::label_of);

}  // namespace
}  // namespace shardwise::updates_test
