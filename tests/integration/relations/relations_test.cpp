// SPDX-License-Identifier: MIT
// Relations: what load() and include() read, from which shards and how often; keys that follow;
// both sides in step. On SQLite, PostgreSQL, MariaDB and a mix.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "model.hpp"
#include "shardwise/base/error.hpp"
#include "shardwise/ops/verify_relations.hpp"
#include "support/failure.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> titles(const result<ref<book>>& all) {
    std::vector<std::string> out;
    for (const ref<book> b : all) out.push_back(b->title);
    return out;
}

/// Author i, his books "i.1" to "i.i" and their chapters 1 to 3 live on shard i % 3.
class Relations : public ClusterOf<author, profile, genre, book, chapter, note, prize, award, loan,
                                   sale, sale_line, worker, knot> {
protected:
    void fill() override {
        session s{*db};
        for (int g = 1; g <= 2; ++g) s.add(genre{.id = g, .name = "g" + std::to_string(g)});
        for (int p = 1; p <= 3; ++p) s.add(prize{.id = p, .name = "p" + std::to_string(p)});
        for (std::int64_t i = 1; i <= 6; ++i) {
            s.add(author{.id = i, .name = "a" + std::to_string(i)});
            if (i % 2 == 0) s.add(profile{.author_id = i, .words = "w" + std::to_string(i)});
            for (std::int64_t b = 1; b <= i; ++b) {
                s.add(book{.id = 100 * i + b,
                           .author_id = i,
                           .genre_id = b == 1 ? std::optional<std::int32_t>{}
                                              : static_cast<std::int32_t>(b % 2 + 1),
                           .title = std::to_string(i) + "." + std::to_string(b)});
                for (int c = 1; c <= 3; ++c)
                    s.add(chapter{.id = 1000 * i + 10 * b + c,
                                  .book_id = 100 * i + b,
                                  .author_id = i,
                                  .number = c});
            }
        }
        s.commit();
    }
    /// A session that refuses every query for one object.
    session strict() {
        session_options o;
        o.lazy = {.singles = lazy_loading::policy::refuse, .few = 0};
        return session{*db, o};
    }
};

TEST_P(Relations, LoadReadsBothDirections) {
    session s{*db};
    const auto a = s.get<author>(3);
    EXPECT_FALSE(s.has_loaded(a, authors.books));
    EXPECT_THAT(titles(s.load(a, authors.books)), ElementsAre("3.1", "3.2", "3.3"));
    EXPECT_TRUE(s.has_loaded(a, authors.books));
    const auto b = s.load(a, authors.books)[1];
    EXPECT_EQ(s.load(b, books.author), a) << "the same object";
    EXPECT_EQ(s.load(b, books.genre)->name, "g1");
    EXPECT_FALSE(s.load(s.load(a, authors.books)[0], books.genre)) << "NULL belongs to nothing";
    EXPECT_EQ(s.load(s.get<author>(2), authors.profile)->words, "w2");
    EXPECT_FALSE(s.load(a, authors.profile));
    EXPECT_EQ(s.load(s.get<profile>(4), profiles.author)->name, "a4");
}

TEST_P(Relations, IncludeReadsNestedPathsOfAListWithoutFurtherQueries) {
    session s = strict();
    const auto all = s.all(select<author>()
                               .order_by(authors.id)
                               .include(authors.books, books.chapters)
                               .include(authors.books, books.genre)
                               .include(authors.profile));
    ASSERT_EQ(all.size(), 6u);
    std::size_t chapters_seen = 0;
    for (const auto a : all) {
        const auto own = s.load(a, authors.books);
        EXPECT_EQ(own.size(), static_cast<std::size_t>(a->id));
        for (const auto b : own) {
            EXPECT_EQ(b->author_id, a->id);
            EXPECT_EQ(b.shard(), a.shard());
            int next = 3;
            for (const auto c : s.load(b, books.chapters)) {
                EXPECT_EQ(c->number, next--) << "ordered_by_descending";
                ++chapters_seen;
            }
            const auto g = s.load(b, books.genre);
            EXPECT_EQ(static_cast<bool>(g), b->genre_id.has_value());
        }
        EXPECT_EQ(static_cast<bool>(s.load(a, authors.profile)), a->id % 2 == 0);
    }
    EXPECT_EQ(chapters_seen, 63u);
    const auto first = s.first(select<author>().order_by(authors.id.desc()).include(authors.books));
    EXPECT_EQ(s.load(*first, authors.books).size(), 6u);
    const auto one = s.one(select<author>().where(authors.id == 5).include(authors.books));
    EXPECT_EQ(s.load(one, authors.books).size(), 5u);
    EXPECT_THAT(failure_text([&] { s.one(select<author>().include(authors.books)); }),
                HasSubstr("many_rows"));
}

TEST_P(Relations, ListsOfAnyOriginAreLoadedAtOnce) {
    session s = strict();
    const auto found = s.all(select<book>());
    s.load(found, books.author);
    s.load(found, books.genre);
    for (const auto b : found) EXPECT_EQ(s.load(b, books.author)->id, b->author_id);
    std::vector<ref<author>> some{s.get<author>(1), s.get<author>(6), s.get<author>(1)};
    s.load(some, authors.books);
    EXPECT_EQ(s.load(some[1], authors.books).size(), 6u);
    EXPECT_EQ(s.load(some[0], authors.books).size(), 1u);
    s.load(std::vector<ref<author>>{}, authors.books);
}

TEST_P(Relations, EagerRelationsComeWithEachObject) {
    session s = strict();
    for (const auto c : s.all(select<chapter>()))
        EXPECT_EQ(s.load(c, chapters.book)->id, c->book_id);
    session other = strict();
    const auto c = other.find_everywhere<chapter>(4021);
    EXPECT_EQ(other.load(c, chapters.book)->title, "4.2");
    EXPECT_EQ(other.load(c, chapters.book)->author_id, 4);
}

TEST_P(Relations, RelationsToOtherShardsAndFromReferenceTables) {
    {
        session s{*db};
        for (std::int64_t i = 1; i <= 6; ++i)
            s.add(loan{.id = i, .reader = i * 7, .book_id = 600 + i});
        s.add(loan{.id = 7, .reader = 1, .book_id = 601});
        s.add(loan{.id = 8, .reader = 1, .book_id = 999});
        s.commit();
    }
    session s{*db};
    const auto all = s.all(select<loan>().order_by(loans.id).include(loans.book));
    for (const auto l : all) {
        const auto b = s.load(l, loans.book);
        ASSERT_EQ(static_cast<bool>(b), l->book_id != 999);
        if (b) {
            EXPECT_EQ(b->id, l->book_id);
        }
    }
    EXPECT_EQ(s.load(s.find_everywhere<book>(601), books.loans).size(), 2u);
    EXPECT_EQ(s.load(s.find_everywhere<book>(602), books.loans).size(), 1u);
    const auto g = s.get<genre>(1);
    EXPECT_EQ(s.load(g, genres.books).size(), 9u) << "of all shards";
    for (const auto b : s.load(g, genres.books)) EXPECT_EQ(s.load(b, books.genre), g);
}

TEST_P(Relations, ManyToMany) {
    {
        session s{*db};
        const auto one = s.get<author>(1);
        const auto two = s.get<author>(2);
        s.add_to(one, authors.prizes, s.get<prize>(1));
        const auto link = s.add_to(one, authors.prizes, s.get<prize>(3), award{.year = 1999});
        EXPECT_EQ(link->prize_id, 3);
        EXPECT_EQ(link->author_id, 1);
        EXPECT_EQ(s.load(one, authors.prizes).size(), 2u) << "before it is flushed";
        s.add_to(two, authors.prizes, s.get<prize>(1));
        s.add_to(s.get<prize>(1), prizes.winners, s.get<author>(5));
        s.commit();
    }
    session s = strict();
    const auto all = s.all(
        select<author>().order_by(authors.id).include(authors.prizes).include(authors.awards));
    EXPECT_EQ(s.load(all[0], authors.prizes).size(), 2u);
    EXPECT_EQ(s.load(all[0], authors.prizes)[1]->name, "p3");
    EXPECT_EQ(s.load(all[0], authors.awards).size(), 2u);
    EXPECT_EQ(s.load(all[2], authors.prizes).size(), 0u);
    session other{*db};
    std::vector<std::int64_t> winners;
    for (const auto a : other.load(other.get<prize>(1), prizes.winners)) winners.push_back(a->id);
    EXPECT_THAT(winners, ElementsAre(1, 2, 5)) << "of all shards";
    const auto one = other.get<author>(1);
    other.remove_from(one, authors.prizes, other.get<prize>(1));
    EXPECT_EQ(other.load(one, authors.prizes).size(), 1u);
    EXPECT_EQ(other.load(other.get<prize>(1), prizes.winners).size(), 2u);
    other.commit();
    EXPECT_EQ(session{*db}.count(select<award>()), 3);
}

TEST_P(Relations, ManyToManyIsReadForOneObjectWithBothSteps) {
    {
        session s{*db};
        s.add_to(s.get<author>(1), authors.prizes, s.get<prize>(1));
        s.commit();
    }
    session s = strict();
    const auto a = s.one(select<author>().where(authors.id == 1).include(authors.awards));
    EXPECT_TRUE(s.has_loaded(a, authors.awards));
    EXPECT_FALSE(s.has_loaded(a, authors.prizes)) << "the links are there, the prizes are not";
    EXPECT_THAT(failure_text([&] { s.load(a, authors.prizes); }), HasSubstr("not_loaded"));
    const auto known = s.get<prize>(1);
    EXPECT_EQ(s.load(a, authors.prizes).size(), 1u) << "nobody has to be asked";
    EXPECT_TRUE(s.has_loaded(a, authors.prizes));
}

TEST_P(Relations, OneObjectIsNotChosenAmongSeveral) {
    session s{*db};
    const auto a = s.get<author>(1);
    s.add_to(a, authors.prizes, s.get<prize>(1));
    EXPECT_EQ(s.load(a, authors.only_award)->prize_id, 1);
    s.add_to(a, authors.prizes, s.get<prize>(2));
    const std::string refused = failure_text([&] { s.load(a, authors.only_award); });
    EXPECT_THAT(refused, HasSubstr("many_rows"));
    EXPECT_THAT(refused, HasSubstr("author -> award by award.author_id"));
}

TEST_P(Relations, PagesCarryEagerAndIncludedRelations) {
    session s = strict();
    const auto q = select<chapter>().order_by(chapters.id).limit(5);
    const auto first = s.page(q);
    ASSERT_EQ(first.size(), 5u);
    for (const auto c : first) EXPECT_TRUE(s.has_loaded(c, chapters.book)) << "eager";
    const auto with = select<author>().order_by(authors.id).limit(2);
    std::vector<std::string> seen;
    cursor at;
    for (;;) {
        const auto some = s.page(with.include(authors.books, books.genre), at);
        if (some.empty()) break;
        for (const auto a : some)
            for (const auto b : s.load(a, authors.books)) {
                seen.push_back(b->title);
                EXPECT_TRUE(s.has_loaded(b, books.genre));
            }
        at = some.next();
    }
    EXPECT_EQ(seen.size(), 21u);
}

TEST_P(Relations, APolicyAgainstScattersHoldsForRelationsToo) {
    {
        session s{*db};
        s.add(loan{.id = 1, .reader = 7, .book_id = 301});
        s.commit();
    }
    session_options o;
    o.fan_out = fan_out{.scatters = fan_out::policy::refuse, .few = 1};
    session s{*db, o};
    const auto a = s.get<author>(3);
    const auto own = s.load(a, authors.books);
    EXPECT_EQ(own.size(), 3u) << "his shard alone";
    const std::string refused = failure_text([&] { s.load(own, books.loans); });
    EXPECT_THAT(refused, HasSubstr("too_many_shards"));
    EXPECT_FALSE(s.has_loaded(own[0], books.loans));
    session free{*db};
    EXPECT_EQ(free.load(free.find_everywhere<book>(301), books.loans).size(), 1u);
}

TEST_P(Relations, RowsInACircleAreErasedTogether) {
    session s{*db};
    std::vector<ref<knot>> all;
    for (std::int64_t i = 1; i <= 3; ++i) all.push_back(s.add(knot{.id = i, .rope = 4}));
    s.commit();
    for (std::size_t i = 0; i < 3; ++i) s.assign(all[i], knots.next, all[(i + 1) % 3]);
    s.commit();
    s.erase(all[1]);
    for (const auto& k : all) EXPECT_EQ(k.state(), object_state::erased);
    EXPECT_THAT(failure_text([&] { s.commit(); }), HasSubstr("foreign_key_violation"))
        << "no order would do: the circle is opened first";
    s.rollback();
    s.assign(all[0], knots.next, {});
    s.flush();
    s.erase(all[0]);
    s.commit();
    EXPECT_EQ(session{*db}.count(select<knot>()), 0);
}

TEST_P(Relations, ALongChainIsErased) {
    constexpr std::int64_t length = 3'000;  // deeper than a recursion should go
    session s{*db};
    auto last = s.add(knot{.id = 1, .rope = 4});
    for (std::int64_t i = 2; i <= length; ++i)
        last = s.add_to(last, knots.tied, knot{.id = i, .rope = 4});
    const auto first = s.find_everywhere<knot>(1);
    s.erase(first);
    EXPECT_NE(last.state(), object_state::pending);
    s.commit();
    EXPECT_EQ(session{*db}.count(select<knot>()), 0);
}

TEST_P(Relations, CompositeKeys) {
    {
        session s{*db};
        for (std::int64_t a = 1; a <= 3; ++a)
            for (std::int32_t n = 1; n <= 2; ++n) {
                const auto made =
                    s.add_to(s.get<author>(a), authors.sales, sale{.number = n, .buyer = "b"});
                for (std::int32_t p = 1; p <= n; ++p)
                    s.add_to(made, sales.lines, sale_line{.position = p, .book_id = 1});
            }
        s.commit();
    }
    session s = strict();
    const auto all = s.all(select<sale>().include(sales.lines));
    ASSERT_EQ(all.size(), 6u);
    for (const auto one : all) {
        const auto lines = s.load(one, sales.lines);
        ASSERT_EQ(lines.size(), static_cast<std::size_t>(one->number));
        for (const auto l : lines) EXPECT_EQ(s.load(l, sale_lines.sale), one);
    }
    for (const auto& [buyer, position] :
         s.all(select(sales.buyer, sale_lines.position).join(sales.lines)))
        EXPECT_EQ(buyer, "b");
}

TEST_P(Relations, TreesOfOneTable) {
    {
        session s{*db};
        const auto top = s.add(worker{.firm = 4, .name = "top"});
        for (const char* const name : {"b", "a", "c"}) {
            const auto middle = s.add_to(top, workers.team, worker{.name = name});
            s.add_to(middle, workers.team, worker{.name = std::string(name) + "1"});
        }
        s.commit();
    }
    session s{*db};
    const auto top =
        s.one(select<worker>().where(workers.name == "top").include(workers.team, workers.team));
    std::string order;
    for (const auto w : s.load(top, workers.team)) {
        EXPECT_EQ(w->firm, 4) << "the shard key follows, too";
        EXPECT_TRUE(s.has_loaded(w, workers.team));
        EXPECT_EQ(s.load(w, workers.boss), top);
        order += w->name;
        for (const auto under : s.load(w, workers.team)) order += under->name;
    }
    EXPECT_EQ(order, "aa1bb1cc1");
    EXPECT_FALSE(s.load(top, workers.boss));
}

TEST_P(Relations, KeysFollowTheParentAlsoWhenItIsNewAndChanges) {
    session s{*db};
    const auto a = s.add(author{.name = "new"});
    const auto b = s.add_to(a, authors.books, book{.title = "first"});
    const auto c = s.add_to(b, books.chapters, chapter{.number = 1});
    EXPECT_EQ(b->author_id, a->id);
    EXPECT_EQ(c->author_id, a->id) << "the shard key of the group";
    EXPECT_EQ(c->book_id, b->id);
    EXPECT_EQ(c.shard(), a.shard());
    a.edit().id = 7001;
    b.edit().id = 7002;
    s.flush();
    EXPECT_EQ(b->author_id, 7001);
    EXPECT_EQ(c->author_id, 7001);
    EXPECT_EQ(c->book_id, 7002);
    EXPECT_EQ(c.shard(), a.shard());
    EXPECT_EQ(b.shard(), a.shard());
    s.commit();
    session other{*db};
    EXPECT_THAT(titles(other.load(other.get<author>(7001), authors.books)), ElementsAre("first"));
}

TEST_P(Relations, AChildThatIsLedElsewhereDoesNotFollow) {
    session s{*db};
    const auto a = s.add(author{.name = "new"});
    const auto kept = s.add_to(a, authors.books, book{.title = "kept"});
    const auto edited = s.add_to(a, authors.books, book{.title = "edited"});
    const auto given = s.add_to(a, authors.books, book{.title = "given"});
    edited.edit().author_id = 1;
    s.assign(given, books.author, s.get<author>(2));
    ASSERT_EQ(a.state(), object_state::pending);
    a.edit().id = 9001;
    s.flush();
    EXPECT_EQ(kept->author_id, 9001);
    EXPECT_EQ(edited->author_id, 1);
    EXPECT_EQ(given->author_id, 2);
    EXPECT_THAT(titles(s.load(a, authors.books)), ElementsAre("kept"));
    s.commit();
    session other{*db};
    EXPECT_EQ(other.load(other.get<author>(1), authors.books).size(), 2u);
    EXPECT_EQ(other.load(other.get<author>(2), authors.books).size(), 3u);
}

TEST_P(Relations, ErasingWhatIsNotWrittenAsksNobody) {
    session s{*db};
    const auto a = s.add(author{.name = "new"});
    const auto b = s.add_to(a, authors.books, book{.title = "b"});
    const auto c = s.add_to(b, books.chapters, chapter{.number = 1});
    s.erase(a);
    for (const object_state was : {a.state(), b.state(), c.state()})
        EXPECT_EQ(was, object_state::detached);
    EXPECT_FALSE(s.in_transaction());
    s.commit();
    EXPECT_EQ(session{*db}.count(select<author>()), 6);
}

TEST_P(Relations, BothSidesStayInStep) {
    session s{*db};
    const auto a = s.get<author>(3);
    const auto own = s.load(a, authors.books);
    s.add(book{.id = 5000, .author_id = 3, .title = "3.0"});
    EXPECT_THAT(titles(s.load(a, authors.books)), ElementsAre("3.0", "3.1", "3.2", "3.3"));
    s.erase(own[0]);
    EXPECT_THAT(titles(s.load(a, authors.books)), ElementsAre("3.0", "3.2", "3.3"));
    s.flush();
    EXPECT_THAT(titles(s.load(a, authors.books)), ElementsAre("3.0", "3.2", "3.3"));
    own[1].edit().title = "3.9";
    EXPECT_THAT(titles(s.load(a, authors.books)), ElementsAre("3.0", "3.3", "3.9"));

    // The other side: another parent, or none.
    const auto b = s.find_everywhere<book>(302);
    EXPECT_EQ(s.load(b, books.genre)->id, 1);
    s.assign(b, books.genre, s.get<genre>(2));
    EXPECT_EQ(b->genre_id, 2);
    EXPECT_EQ(s.load(b, books.genre)->id, 2);
    s.assign(b, books.genre, ref<genre>{});
    EXPECT_FALSE(b->genre_id);
    EXPECT_FALSE(s.load(b, books.genre));
    s.rollback();
    EXPECT_EQ(s.load(b, books.genre)->id, 1);
    EXPECT_THAT(titles(s.load(a, authors.books)), ElementsAre("3.1", "3.2", "3.3"));
}

TEST_P(Relations, WhatIsRemovedBelongsToNobodyOrIsErased) {
    session s{*db};
    const auto b = s.find_everywhere<book>(201);
    const auto n = s.add_to(b, books.notes, note{});
    EXPECT_EQ(n->author_id, 2);
    s.flush();
    EXPECT_EQ(s.load(b, books.notes).size(), 1u);
    s.remove_from(b, books.notes, n);
    EXPECT_FALSE(n->book_id);
    EXPECT_EQ(s.load(b, books.notes).size(), 0u);
    const auto c = s.load(b, books.chapters)[0];
    s.remove_from(b, books.chapters, c);
    EXPECT_EQ(c.state(), object_state::erased) << "erase_orphans";
    EXPECT_EQ(s.load(b, books.chapters).size(), 2u);
    EXPECT_THAT(failure_text([&] { s.remove_from(s.get<author>(2), authors.books, b); }),
                HasSubstr("cannot be NULL"));
    EXPECT_THAT(failure_text([&] { s.remove_from(s.get<author>(4), authors.books, b); }),
                HasSubstr("does not belong"));
    EXPECT_THAT(failure_text([&] { s.assign(b, books.author, ref<author>{}); }),
                HasSubstr("cannot be NULL"));
    s.commit();
    session other{*db};
    EXPECT_EQ(other.load(other.find_everywhere<book>(201), books.chapters).size(), 2u);
    EXPECT_EQ(other.count(select<note>()), 1);
}

TEST_P(Relations, EraseTakesWhatCascades) {
    session s{*db};
    s.add_to(s.get<author>(6), authors.prizes, s.get<prize>(2));
    const auto kept = s.load(s.get<author>(6), authors.books)[0];
    s.erase(s.get<author>(6));
    EXPECT_EQ(kept.state(), object_state::erased);
    s.commit();
    session other{*db};
    EXPECT_EQ(other.count(select<author>()), 5);
    EXPECT_EQ(other.count(select<book>()), 15);
    EXPECT_EQ(other.count(select<chapter>()), 45);
    EXPECT_EQ(other.count(select<profile>()), 2);
    EXPECT_EQ(other.count(select<award>()), 0);
}

TEST_P(Relations, WhatDoesNotCascadeKeepsTheParent) {
    session s{*db};
    const auto b = s.find_everywhere<book>(101);
    s.add_to(b, books.notes, note{});
    s.flush();
    s.erase(b);
    EXPECT_THAT(failure_text([&] { s.commit(); }), HasSubstr("foreign_key_violation"));
    s.rollback();
    EXPECT_EQ(session{*db}.count(select<book>()), 21);
}

TEST_P(Relations, OneQueryAfterTheOtherIsNoticed) {
    struct heard {
        int times = 0;
        repeated_load what;
    } told;
    session_options o;
    o.lazy.few = 3;
    o.lazy.context = &told;
    o.lazy.on_repeat = [](void* to, const repeated_load& what) {
        auto& t = *static_cast<heard*>(to);
        ++t.times;
        t.what = what;
    };
    session s{*db, o};
    const auto all = s.all(select<author>());
    unsigned line = 0;
    for (const auto a : all) {
        line = __LINE__ + 1;
        s.load(a, authors.books);
    }
    for (const auto a : all) s.load(a, authors.books);  // known: no queries
    EXPECT_EQ(told.times, 1);
    EXPECT_EQ(told.what.relation, "author -> book by book.author_id");
    EXPECT_THAT(told.what.file, HasSubstr("relations_test.cpp"));
    EXPECT_EQ(told.what.line, line);
    EXPECT_EQ(told.what.queries, 4u);

    o.lazy.singles = lazy_loading::policy::refuse;
    session other{*db, o};
    const std::string refused = failure_text([&] {
        for (const auto a : other.all(select<author>())) other.load(a, authors.books);
    });
    EXPECT_THAT(refused, HasSubstr("not_loaded"));
    EXPECT_THAT(refused, HasSubstr("relations_test.cpp:"));
    EXPECT_THAT(refused, HasSubstr("include()"));
    EXPECT_NO_THROW(other.get<author>(1)) << "nothing has happened";
}

TEST_P(Relations, WhatIsNotToBeReadOneByOneIsRefused) {
    session s{*db};
    const auto b = s.find_everywhere<book>(301);
    s.add_to(b, books.notes, note{.id = 1});
    s.commit();
    session other{*db};
    EXPECT_THAT(failure_text([&] { other.load(other.find_everywhere<note>(1), notes.book); }),
                HasSubstr("not_loaded"));
    const auto with = other.one(select<note>().include(notes.book));
    EXPECT_EQ(other.load(with, notes.book)->title, "3.1");
}

TEST_P(Relations, CommitForgetsWhatWasRead) {
    session s{*db};
    const auto a = s.get<author>(1);
    EXPECT_EQ(s.load(a, authors.books).size(), 1u);
    session{*db}.sql("DELETE FROM chapter WHERE book_id = 101");
    {
        session other{*db};
        other.add_to(other.get<author>(1), authors.books, book{.title = "1.2"});
        other.commit();
    }
    EXPECT_EQ(s.load(a, authors.books).size(), 1u) << "as it was read";
    s.commit();
    EXPECT_EQ(s.load(a, authors.books).size(), 2u);
    s.run(erase<book>().where(books.title == "1.2"));
    EXPECT_EQ(s.load(a, authors.books).size(), 1u) << "read again after a statement";
}

TEST_P(Relations, SavepointsBringBackWhatWasRelated) {
    session s{*db};
    const auto a = s.get<author>(2);
    EXPECT_EQ(s.load(a, authors.books).size(), 2u);
    auto sp = s.savepoint();
    s.erase(s.load(a, authors.books)[0]);
    s.add_to(a, authors.books, book{.title = "x"});
    s.add_to(a, authors.books, book{.title = "y"});
    EXPECT_THAT(titles(s.load(a, authors.books)), ElementsAre("2.2", "x", "y"));
    sp.rollback();
    EXPECT_THAT(titles(s.load(a, authors.books)), ElementsAre("2.1", "2.2"));
}

TEST_P(Relations, OnlyObjectsOfTheSessionHaveRelations) {
    session s{*db};
    session other{*db};
    const auto a = s.get<author>(1);
    EXPECT_THAT(failure_text([&] { other.load(a, authors.books); }), HasSubstr("another session"));
    EXPECT_THAT(failure_text([&] { other.add_to(a, authors.books, book{}); }),
                HasSubstr("another session"));
    s.erase(a);
    EXPECT_THAT(failure_text([&] { s.load(a, authors.books); }), HasSubstr("erased"));
    s.rollback();
    EXPECT_EQ(s.load(a, authors.books).size(), 1u);
}

TEST_P(Relations, ThousandsOfKeysGoInSeveralStatements) {
    {
        session s{*db};
        std::vector<author> many;
        std::vector<book> theirs;
        for (std::int64_t i = 0; i < 2'000; ++i) {
            many.push_back({.id = 10'000 + i, .name = "m"});
            theirs.push_back({.id = 10'000 + i, .author_id = 10'000 + i, .title = "t"});
        }
        s.bulk_insert(many);
        s.bulk_insert(theirs);
        s.commit();
    }
    session s = strict();
    const auto all = s.all(select<author>().where(authors.name == "m").include(authors.books));
    ASSERT_EQ(all.size(), 2'000u);
    for (const auto a : all) ASSERT_EQ(s.load(a, authors.books).size(), 1u);
}

TEST_P(Relations, ThousandsThatReferToOneRowGetItOnceEach) {
    constexpr std::int64_t count = 2'000;
    {
        session s{*db};
        std::vector<author> many;
        std::vector<award> theirs;
        std::vector<loan> lent;
        for (std::int64_t i = 0; i < count; ++i) {
            many.push_back({.id = 10'000 + i, .name = "m"});
            theirs.push_back({.id = 10'000 + i, .author_id = 10'000 + i, .prize_id = 1});
            lent.push_back({.id = 10'000 + i, .reader = i, .book_id = 601});
        }
        s.bulk_insert(many);
        s.bulk_insert(theirs);
        s.bulk_insert(lent);
        s.commit();
    }
    session s = strict();
    const auto all = s.all(select<author>().where(authors.name == "m").include(authors.prizes));
    ASSERT_EQ(all.size(), std::size_t{count});
    for (const auto a : all) ASSERT_EQ(s.load(a, authors.prizes).size(), 1u);

    // In this order the objects of one key come from one shard after the other.
    const auto lent =
        s.all(select<loan>().where(loans.id >= 10'000).order_by(loans.reader).include(loans.book));
    ASSERT_EQ(lent.size(), std::size_t{count});
    for (const auto l : lent) ASSERT_EQ(s.load(l, loans.book)->title, "6.1");
}

TEST_P(Relations, AViolationNamesTheObjectItsTableAndTheShard) {
    const auto violation = [](const std::function<void()>& call) {
        try {
            call();
        } catch (const error& e) {
            return e.info();
        }
        return error_info{};
    };
    session s{*db};
    s.add(book{.id = 7'000, .author_id = 5, .title = "of nobody"}).edit().author_id = 77;
    const error_info orphan = violation([&] { s.commit(); });
    s.rollback();
    EXPECT_EQ(orphan.code, error_code::foreign_key_violation);
    EXPECT_EQ(orphan.table, "book");
    EXPECT_EQ(orphan.shard, db->shard_name(77 % 3));
    EXPECT_THAT(orphan.detail, HasSubstr("the object's key: id = 7000"));

    s.add(author{.id = 6, .name = "again"});
    const error_info twice = violation([&] { s.commit(); });
    s.rollback();
    EXPECT_EQ(twice.code, error_code::unique_violation);
    EXPECT_EQ(twice.table, "author");
    EXPECT_THAT(twice.detail, HasSubstr("the object's key: id = 6"));

    // One statement of several rows: one of these.
    for (std::int64_t i = 1; i <= 16; ++i)
        s.add(loan{.id = i == 16 ? 1 : 500 + i, .reader = 3, .book_id = 1});
    session other{*db};
    other.run(erase<loan>());
    other.add(loan{.id = 1, .reader = 3, .book_id = 1});
    other.commit();
    const error_info one_of = violation([&] { s.commit(); });
    s.rollback();
    EXPECT_EQ(one_of.code, error_code::unique_violation);
    EXPECT_THAT(one_of.detail, HasSubstr("id = 501 or id = 502"));
    EXPECT_THAT(one_of.detail, HasSubstr("or id = 1"));
}

TEST_P(Relations, VerifyFindsRowsThatReferToNothing) {
    {
        session s{*db};
        s.run(erase<loan>());
        for (std::int64_t i = 1; i <= 9; ++i)
            s.add(loan{.id = i, .reader = i, .book_id = i % 3 == 0 ? 100 + i : 601});
        s.add(note{.id = 1, .author_id = 6, .book_id = 601});
        s.add(note{.id = 2, .author_id = 6});
        for (std::int32_t n = 1; n <= 2; ++n) {
            s.add(sale{.author_id = 6, .number = n, .buyer = "b"});
            s.add(sale_line{.author_id = 6, .sale_number = n, .position = 1, .book_id = 601});
        }
        s.commit();
    }
    const verify_report found = verify_relations(*db, loans.book);
    EXPECT_EQ(found.problems, 3);
    ASSERT_EQ(found.findings.size(), 3u);
    EXPECT_EQ(found.findings[0].table, "loan");
    EXPECT_EQ(found.findings[0].key, "3");
    EXPECT_EQ(found.findings[0].what, "refers to no row of book (book_id = 103)");
    EXPECT_EQ(found.findings[2].key, "9");
    ASSERT_EQ(found.tables.size(), 1u);
    EXPECT_EQ(found.tables[0].rows, 9);
    // From the other side; no more findings than asked for, and all are counted.
    const verify_report few = verify_relations<1>(*db, books.loans);
    EXPECT_EQ(few.problems, 3);
    EXPECT_EQ(few.findings.size(), 1u);
    // What the databases check is right, NULL refers to nothing, and several columns are compared.
    EXPECT_EQ(verify_relations(*db, books.author, books.genre, sales.lines, notes.book).problems,
              0);
}

TEST_P(Relations, AnObjectThatIsGivenToAnotherOwnerMovesToHisShard) {
    session s{*db};
    const auto b = s.find_everywhere<book>(301);
    const auto from = s.get<author>(3);
    const auto to = s.get<author>(1);
    EXPECT_EQ(s.load(b, books.chapters).size(), 3u);
    s.assign(b, books.author, to);
    s.flush();
    EXPECT_EQ(b.shard(), to.shard());
    EXPECT_EQ(s.load(from, authors.books).size(), 2u);
    EXPECT_THAT(titles(s.load(to, authors.books)), ElementsAre("1.1", "3.1"));
    for (const auto c : s.load(b, books.chapters)) EXPECT_EQ(c.shard(), to.shard());
    s.commit();
    session other{*db};
    EXPECT_EQ(other.load(other.get<author>(1), authors.books).size(), 2u);
    EXPECT_EQ(other.load(other.find_everywhere<book>(301), books.chapters).size(), 3u);
    EXPECT_EQ(other.count(select<chapter>()), 63);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Relations, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
