// SPDX-License-Identifier: MIT
// Related objects in the statement of the objects: joined(), eager_joined, what LIMIT counts, what
// is left to further queries. On SQLite, PostgreSQL, MariaDB and a mix.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "model.hpp"
#include "shardwise/base/error.hpp"
#include "support/test_cluster.hpp"
#include "support/watched_shards.hpp"

namespace shardwise::test {

struct album {
    std::int64_t id{};
    std::int64_t author_id{};
    std::int32_t genre_id{};
    std::string name;
};
struct track {
    std::int64_t id{};
    std::int64_t author_id{};
    std::int64_t album_id{};
    std::string name;
};

}  // namespace shardwise::test

namespace shardwise {
template <>
struct mapping<test::album> : table<test::album, "album"> {
    column<&test::album::id, primary_key> id;
    column<&test::album::author_id, shard_key, references<&test::author::id>> author_id;
    column<&test::album::genre_id, references<&test::genre::id>> genre_id;
    column<&test::album::name> name;
    has_many<&test::track::album_id, ordered_by<&test::track::name>, eager_joined> tracks;
    belongs_to<&test::album::genre_id, eager_joined> genre;
    belongs_to<&test::album::author_id, eager> author;
};
template <>
struct mapping<test::track> : table<test::track, "track"> {
    column<&test::track::id, primary_key> id;
    column<&test::track::author_id, shard_key, references<&test::author::id>> author_id;
    column<&test::track::album_id, references<&test::album::id>> album_id;
    column<&test::track::name> name;
    belongs_to<&test::track::album_id, eager_joined> album;
    belongs_to<&test::track::author_id, eager> author;
};
}  // namespace shardwise

namespace shardwise::test {
namespace {

inline constexpr mapping<album> albums;
inline constexpr mapping<track> tracks;

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Author i has i books "i.1" to "i.i", each with three chapters, and an album with as many tracks;
/// he lives on shard i % 3.
void fill(cluster& db, int many) {
    const schema_report report =
        db.create_all<author, profile, genre, book, chapter, note, prize, award, loan, sale,
                      sale_line, worker, knot, album, track>();
    ASSERT_TRUE(report.complete()) << report.to_string();
    session s{db};
    for (int g = 1; g <= 2; ++g) s.add(genre{.id = g, .name = "g" + std::to_string(g)});
    s.add(prize{.id = 1, .name = "p"});
    for (std::int64_t i = 1; i <= many; ++i) {
        const std::string n = std::to_string(i);
        const auto a = s.add(author{.id = i, .name = "a" + std::to_string(i % 4)});
        if (i % 2 == 0) s.add(profile{.author_id = i, .words = "w" + n});
        if (i % 3 != 0) s.add_to(a, authors.prizes, s.get<prize>(1), award{.year = 2000});
        s.add(album{.id = i, .author_id = i, .genre_id = 1 + static_cast<int>(i % 2), .name = n});
        for (std::int64_t b = 1; b <= i; ++b) {
            s.add(book{.id = 100 * i + b,
                       .author_id = i,
                       .genre_id = b == 1 ? std::optional<std::int32_t>{}
                                          : static_cast<std::int32_t>(b % 2 + 1),
                       .title = n + "." + std::to_string(b)});
            s.add(
                track{.id = 100 * i + b, .author_id = i, .album_id = i, .name = std::to_string(b)});
            for (int c = 1; c <= 3; ++c)
                s.add(chapter{.id = 1000 * i + 10 * b + c,
                              .book_id = 100 * i + b,
                              .author_id = i,
                              .number = c});
        }
    }
    for (std::int64_t w = 1; w <= 4; ++w)
        s.add(worker{.id = w,
                     .firm = 1,
                     .boss_id = w == 1 ? std::optional<std::int64_t>{} : (w + 1) / 2,
                     .name = "w" + std::to_string(w)});
    s.commit();
}

template <class Query>
std::vector<std::int64_t> ids(session& s, const Query& q) {
    std::vector<std::int64_t> out;
    for (const auto r : s.all(q)) out.push_back(r->id);
    return out;
}

class Joined : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        fill(*db, 6);
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    /// A session that refuses every query for one object.
    session strict(bool autoflush = true) {
        session_options o;
        o.autoflush = autoflush;
        o.lazy = {.singles = lazy_loading::policy::refuse, .few = 0};
        return session{*db, o};
    }

    std::unique_ptr<test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(Joined, ReadsWhatSelectInReads) {
    session s = strict();
    session other = strict();
    const auto q = select<author>().order_by(authors.name, authors.id.desc());
    const auto joined_ones = s.all(q.include(joined(authors.books), joined(books.chapters))
                                       .include(joined(authors.books), joined(books.genre))
                                       .include(joined(authors.profile)));
    const auto others = other.all(q.include(authors.books, books.chapters)
                                      .include(authors.books, books.genre)
                                      .include(authors.profile));
    ASSERT_EQ(joined_ones.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) {
        const auto a = joined_ones[i];
        EXPECT_EQ(a->id, others[i]->id) << "the order of the query";
        const auto mine = s.load(a, authors.books);
        const auto theirs = other.load(others[i], authors.books);
        ASSERT_EQ(mine.size(), theirs.size());
        for (std::size_t b = 0; b < mine.size(); ++b) {
            EXPECT_EQ(mine[b]->title, theirs[b]->title);
            EXPECT_EQ(mine[b].shard(), a.shard());
            EXPECT_EQ(s.load(mine[b], books.author), a) << "both sides";
            std::vector<std::int32_t> numbers;
            for (const auto c : s.load(mine[b], books.chapters)) numbers.push_back(c->number);
            EXPECT_THAT(numbers, ElementsAre(3, 2, 1));
            const auto g = s.load(mine[b], books.genre);
            ASSERT_EQ(static_cast<bool>(g), mine[b]->genre_id.has_value());
            if (g) {
                EXPECT_EQ(g, s.get<genre>(*mine[b]->genre_id)) << "one object for all";
            }
        }
        EXPECT_EQ(static_cast<bool>(s.load(a, authors.profile)), a->id % 2 == 0);
    }
}

TEST_P(Joined, LimitAndOffsetCountObjects) {
    session s = strict();
    for (const bool descending : {false, true})
        for (std::int64_t offset = 0; offset < 7; ++offset)
            for (std::int64_t limit = 1; limit < 7; ++limit) {
                const auto q = select<author>()
                                   .order_by(descending ? authors.id.desc() : authors.id.asc())
                                   .limit(limit)
                                   .offset(offset);
                EXPECT_EQ(ids(s, q.include(joined(authors.books))), ids(s, q));
            }
    // On one shard, and without an order.
    const auto here = select<author>().where(authors.id == 6).limit(1);
    EXPECT_THAT(ids(s, here.include(joined(authors.books))), ElementsAre(6));
    EXPECT_EQ(s.all(select<author>().limit(4).include(joined(authors.books))).size(), 4u);
    EXPECT_EQ(s.all(select<author>().limit(0).include(joined(authors.books))).size(), 0u);
    const auto all = s.all(select<author>()
                               .where(authors.id.in({2, 4, 5}))
                               .order_by(authors.id)
                               .limit(2)
                               .include(joined(authors.books)));
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(s.load(all[0], authors.books).size(), 2u);
    EXPECT_EQ(s.load(all[1], authors.books).size(), 4u);
    const auto first = s.first(select<author>()
                                   .order_by(authors.id.desc())
                                   .include(joined(authors.books), joined(books.chapters)));
    EXPECT_EQ(s.load(*first, authors.books).size(), 6u);
    const auto one = s.one(select<author>().where(authors.id == 5).include(joined(authors.books)));
    EXPECT_EQ(s.load(one, authors.books).size(), 5u);
}

TEST_P(Joined, AStructThatIsRelatedToItself) {
    session s = strict();
    const auto boss = s.one(select<worker>()
                                .where(workers.firm == 1 && workers.id == 1)
                                .include(joined(workers.team), joined(workers.team)));
    const auto team = s.load(boss, workers.team);
    ASSERT_EQ(team.size(), 1u);  // 2; and 3 and 4 below it
    EXPECT_EQ(s.load(team[0], workers.team).size(), 2u);
    EXPECT_EQ(s.load(team[0], workers.boss), boss);
}

TEST_P(Joined, ManyToManyIsOneStatementToo) {
    session s = strict();
    const auto q = select<author>().include(joined(authors.prizes));
    for (const auto a : s.all(q)) EXPECT_EQ(s.load(a, authors.prizes).size(), a->id % 3 != 0);
    EXPECT_THAT(s.explain(q).related, ElementsAre(HasSubstr(": joined"), HasSubstr(": joined")));
    EXPECT_THAT(s.explain(q).statements[0].sql, HasSubstr("LEFT JOIN"));
}

TEST_P(Joined, TheMappingJoinsListsAndFind) {
    session s = strict();
    const auto all = s.all(select<album>().order_by(albums.id));
    ASSERT_EQ(all.size(), 6u);
    for (const auto a : all) {
        EXPECT_TRUE(s.has_loaded(a, albums.tracks));
        EXPECT_EQ(s.load(a, albums.tracks).size(), static_cast<std::size_t>(a->id));
        EXPECT_EQ(s.load(a, albums.genre)->id, a->genre_id);
        EXPECT_EQ(s.load(a, albums.author)->id, a->author_id) << "eager, by a further query";
    }
    session other = strict();
    const auto q = select<track>().where(tracks.author_id == 3).order_by(tracks.name);
    for (const auto t : other.all(q)) {
        const auto a = other.load(t, tracks.album);
        EXPECT_EQ(a->id, 3);
        EXPECT_TRUE(other.has_loaded(a, albums.genre)) << "of the joined struct's mapping";
        EXPECT_EQ(other.load(a, albums.author)->id, 3) << "of the joined struct's mapping";
        EXPECT_EQ(other.load(t, tracks.author)->id, 3);
    }
    EXPECT_THAT(other.explain(q).related,
                ElementsAre(HasSubstr("track -> album"), HasSubstr("album -> genre")));
    // The query's word goes before the mapping's.
    EXPECT_THAT(other.explain(q.include(tracks.album)).related, IsEmpty());
    session third = strict();
    const auto by_key = third.find_everywhere<album>(4);
    EXPECT_EQ(third.load(by_key, albums.tracks).size(), 4u);
}

TEST_P(Joined, WhatCannotBeJoinedIsReadByFurtherQueries) {
    session s = strict();
    const auto two_lists = select<author>()
                               .order_by(authors.id)
                               .include(joined(authors.books), joined(books.genre))
                               .include(joined(authors.awards))
                               .include(joined(authors.profile));
    const auto told = s.explain(two_lists).related;
    ASSERT_EQ(told.size(), 4u);
    EXPECT_THAT(told[2], HasSubstr("profile.author_id: joined"));
    EXPECT_THAT(told[3], HasSubstr("another list is joined"));
    for (const auto a : s.all(two_lists)) {
        EXPECT_EQ(s.load(a, authors.books).size(), static_cast<std::size_t>(a->id));
        EXPECT_EQ(s.load(a, authors.awards).size(), a->id % 3 != 0);
    }
    // Joins, DISTINCT and locks of the statement itself.
    const auto with_join = select<author>()
                               .join(authors.profile)
                               .where(profiles.words == "w4")
                               .include(joined(authors.books));
    EXPECT_THAT(s.explain(with_join).related, Each(HasSubstr("further query")));
    session other = strict();
    EXPECT_EQ(other.load(other.one(with_join), authors.books).size(), 4u);
    const auto locked = select<author>().where(authors.id == 2).for_update();
    session third = strict();
    EXPECT_EQ(third.load(third.one(locked.include(joined(authors.books))), authors.books).size(),
              2u);
    // A page is read by itself.
    session fourth = strict();
    const auto page = fourth.page(select<author>().limit(3).include(joined(authors.books)));
    EXPECT_EQ(page.rows().size(), 3u);
    for (const auto a : page.rows())
        EXPECT_EQ(fourth.load(a, authors.books).size(), static_cast<std::size_t>(a->id));
}

TEST_P(Joined, SeesWhatTheSessionHasChanged) {
    session s = strict();
    const auto two = s.get<author>(2);
    const auto moved = s.find_everywhere<book>(501);
    const auto gone = s.find_everywhere<book>(502);
    const auto renamed = s.find_everywhere<book>(503);
    s.add_to(two, authors.books, book{.title = "new"});
    s.erase(gone);
    renamed.edit().title = "renamed";
    s.assign(moved, books.author, two);  // the same shard: 2 and 5
    const auto all = s.all(select<author>().order_by(authors.id).include(joined(authors.books)));
    ASSERT_EQ(all.size(), 6u);
    EXPECT_EQ(s.load(two, authors.books).size(), 4u);
    const auto five = s.load(all[4], authors.books);
    ASSERT_EQ(five.size(), 3u);
    EXPECT_EQ(five[2]->title, "renamed");
}

TEST_P(Joined, AnUnwrittenChangeOfAKeyIsNotTakenForTheRow) {
    session s = strict(false);  // without autoflush
    const auto b = s.one(select<book>().where(books.author_id == 6 && books.id == 602));
    const auto erased = s.one(select<book>().where(books.author_id == 6 && books.id == 603));
    b.edit().genre_id = 2;  // the row has 1
    s.erase(erased);
    const auto all = s.all(
        select<book>().where(books.author_id == 6).order_by(books.id).include(joined(books.genre)));
    ASSERT_EQ(all.size(), 5u);
    EXPECT_EQ(all[1], b);
    EXPECT_EQ(s.load(b, books.genre)->id, 2) << "by the key that the object has now";
    s.rollback();
    EXPECT_EQ(b->genre_id, 1);
}

TEST_P(Joined, IsReadAgainAfterACommit) {
    session s = strict();
    const auto q = select<author>().where(authors.id == 4).include(joined(authors.books));
    const auto a = s.one(q);
    session other{*db};
    other.erase(other.find_everywhere<book>(401));
    other.find_everywhere<book>(402).edit().title = "other";
    other.commit();
    EXPECT_EQ(s.load(a, authors.books).size(), 4u) << "known until commit";
    s.commit();
    EXPECT_FALSE(s.has_loaded(a, authors.books));
    EXPECT_EQ(s.one(q), a);
    const auto own = s.load(a, authors.books);
    ASSERT_EQ(own.size(), 3u);
    EXPECT_EQ(own[2]->title, "other");
}

TEST_P(Joined, ObeysThePolicyForShardsAndTheLimitsOfResults) {
    session_options o;
    o.fan_out = fan_out{.scatters = fan_out::policy::refuse, .few = 1};
    session s{*db, o};
    try {
        s.all(select<author>().include(joined(authors.books)));
        ADD_FAILURE() << "three shards were asked";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::too_many_shards);
    }
    EXPECT_EQ(s.all(select<author>().where(authors.id == 3).include(joined(authors.books))).size(),
              1u);
    session_options few;
    few.limits = result_limits{.rows = 5};
    session small{*db, few};
    EXPECT_THROW(small.all(select<author>().include(joined(authors.books))), error);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Joined, testing::ValuesIn(cluster_kinds()), label_of);

class JoinedTurns : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<watched_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all(), cluster_options{.resolve_interval_ms = 0});
        fill(*db, 12);
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    template <class Call>
    std::vector<std::size_t> turns_of(Call&& call) {
        return shards->settled_turns_of(call);
    }

    std::unique_ptr<watched_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(JoinedTurns, OneForEachShardWhateverIsJoined) {
    EXPECT_THAT(turns_of([&] {
                    session s{*db};
                    const auto all =
                        s.all(select<author>()
                                  .order_by(authors.id)
                                  .limit(10)
                                  .include(joined(authors.books), joined(books.genre))
                                  .include(joined(authors.books), joined(books.chapters))
                                  .include(joined(authors.profile)));
                    EXPECT_EQ(all.size(), 10u);
                    for (const auto a : all)
                        for (const auto b : s.load(a, authors.books)) {
                            EXPECT_EQ(s.load(b, books.chapters).size(), 3u);
                            s.load(b, books.genre);
                        }
                }),
                ElementsAre(1, 1, 1));
    EXPECT_THAT(turns_of([&] {
                    session s{*db};
                    const auto all =
                        s.all(select<author>().include(joined(authors.books), books.chapters));
                    for (const auto a : all)
                        for (const auto b : s.load(a, authors.books))
                            EXPECT_EQ(s.load(b, books.chapters).size(), 3u);
                }),
                ElementsAre(2, 2, 2));
}

TEST_P(JoinedTurns, TheObjectsShardOnly) {
    const auto q = select<author>().where(authors.id == 4).include(joined(authors.books));
    EXPECT_THAT(turns_of([&] {
                    session s{*db};
                    EXPECT_EQ(s.load(s.one(q), authors.books).size(), 4u);
                }),
                ElementsAre(0, 1, 0));
}

INSTANTIATE_TEST_SUITE_P(Servers, JoinedTurns, testing::Values("postgres", "mariadb"), label_of);

}  // namespace
}  // namespace shardwise::test
