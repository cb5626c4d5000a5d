// SPDX-License-Identifier: MIT
// Pages by key: put together they are the whole list, in any order, on any cluster.
#include <set>

#include "fixture.hpp"

namespace shardwise::test {
namespace {

class Pages : public Limits {
protected:
    /// All pages of `q`, and how many there were.
    template <class Query>
    static auto collect(session& s, const Query& q, int* pages = nullptr) {
        std::vector<typename Query::row_type> rows;
        cursor at;
        for (int n = 1;; ++n) {
            const auto page = s.page(q, at);
            for (const auto& row : page) rows.push_back(row);
            at = cursor(page.next().text());
            if (pages) *pages = n;
            if (!page.has_more()) return rows;
            if (n > 1'000) throw std::runtime_error("pages without end");
        }
    }
    static std::vector<std::int64_t> ids(const std::vector<ref<track>>& rows) {
        std::vector<std::int64_t> out;
        for (const auto& r : rows) out.push_back(r->id);
        return out;
    }
};

TEST_P(Pages, TogetherAreTheWholeListInEveryOrder) {
    add_tracks(64);
    session s{*db};
    const auto q = select<track>();
    using query = std::decay_t<decltype(q)>;
    const std::vector<std::pair<std::string, query>> orders{
        {"none", q},
        {"id", q.order_by(tracks.id)},
        {"id desc", q.order_by(tracks.id.desc())},
        {"rating", q.order_by(tracks.rating)},
        {"rating desc", q.order_by(tracks.rating.desc())},
        {"name, NULLs last", q.order_by(tracks.name)},
        {"name, NULLs first", q.order_by(tracks.name.asc().nulls_first())},
        {"name desc, NULLs first", q.order_by(tracks.name.desc())},
        {"name desc, NULLs last", q.order_by(tracks.name.desc().nulls_last())},
        {"mixed", q.order_by(tracks.score.desc(), tracks.name, tracks.rating.desc())},
        {"mixed, NULLs", q.order_by(tracks.name.desc().nulls_last(), tracks.score)},
        {"decimal", q.order_by(tracks.price.desc(), tracks.score)},
        {"an expression", q.order_by(desc(tracks.rating * 2 - tracks.id % 3))},
        {"narrowed", q.where(tracks.rating > 1).order_by(tracks.name)},
        {"unique before its end", q.order_by(tracks.rating, tracks.id, tracks.name)},
    };
    for (const auto& [name, ordered] : orders) {
        for (const int size : {1, 7, 64, 100}) {
            SCOPED_TRACE(name + ", pages of " + std::to_string(size));
            const auto whole = ids(s.all(ordered).to_vector());
            const auto paged = ids(collect(s, ordered.limit(size)));
            ASSERT_EQ(paged.size(), whole.size());
            EXPECT_EQ(std::set(paged.begin(), paged.end()), std::set(whole.begin(), whole.end()))
                << "each row once";
            EXPECT_EQ(paged, ids(collect(s, ordered.limit(13)))) << "whatever the size of pages";
        }
    }
    // Ties are broken in the direction of the last term, so these orders are whole by themselves.
    for (const auto& [loose, tight] : std::vector<std::pair<query, query>>{
             {q.order_by(tracks.rating), q.order_by(tracks.rating, tracks.id)},
             {q.order_by(tracks.name.desc()), q.order_by(tracks.name.desc(), tracks.id.desc())},
             {q.order_by(tracks.score.asc().nulls_first()),
              q.order_by(tracks.score.asc().nulls_first(), tracks.id)},
             {q.order_by(tracks.price, tracks.score.desc()),
              q.order_by(tracks.price, tracks.score.desc(), tracks.id.desc())}})
        EXPECT_EQ(ids(collect(s, loose.limit(5))), ids(s.all(tight).to_vector()));
}

TEST_P(Pages, OfValuesAndJoinsCarryTheirKeysHidden) {
    add_tracks(40);
    add_numbers(3);
    session s{*db};
    const auto q = select(tracks.name, numbers.n)
                       .cross_join<number>()
                       .order_by(tracks.rating.desc())
                       .limit(11);
    int pages = 0;
    const auto rows = collect(s, q, &pages);
    EXPECT_EQ(rows.size(), 120u);
    EXPECT_EQ(pages, 11);
    const auto all = s.all(select(tracks.name, numbers.n)
                               .cross_join<number>()
                               .order_by(tracks.rating.desc(), tracks.id.desc(), numbers.n.desc()));
    EXPECT_EQ(rows, all.to_vector());
}

TEST_P(Pages, AreStableWhenRowsComeAndGo) {
    add_tracks(40);
    session s{*db};
    const auto q = select<track>().order_by(tracks.id).limit(10);
    const auto first = s.page(q);
    EXPECT_EQ(first.size(), 10u);
    EXPECT_TRUE(first.has_more());
    session w{*db};
    w.run(erase<track>().where(tracks.id <= 10));
    w.add(track{.id = -5, .price = 1, .words = ""});
    w.commit();
    const auto second = s.page(q, first.next());
    ASSERT_EQ(second.size(), 10u);
    EXPECT_EQ(second.rows()[0]->id, 11) << "no row twice, none passed over";
}

TEST_P(Pages, TheCursorOfTheEndFindsWhatComesLater) {
    add_tracks(5);
    session s{*db};
    const auto q = select<track>().order_by(tracks.id).limit(10);
    const auto page = s.page(q);
    EXPECT_FALSE(page.has_more());
    const auto nothing = s.page(q, page.next());
    EXPECT_TRUE(nothing.empty());
    EXPECT_EQ(nothing.next(), page.next());
    s.add(track{.id = 6, .price = 1, .words = ""});
    s.commit();
    EXPECT_EQ(s.page(q, nothing.next()).size(), 1u);
    const auto exact = s.page(select<track>().order_by(tracks.id).limit(6));
    EXPECT_EQ(exact.size(), 6u);
    EXPECT_FALSE(exact.has_more());
}

TEST_P(Pages, ACursorIsTextThatIsCheckedAgainstItsOrder) {
    add_tracks(40);
    session s{*db};
    const auto q = select<track>().order_by(tracks.name, tracks.rating).limit(5);
    const std::string text = s.page(q).next().text();
    EXPECT_EQ(
        text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        std::string::npos);
    EXPECT_EQ(s.page(q.where(tracks.rating > 0), cursor(text)).size(), 5u)
        << "the condition may change";
    const auto refused = [&](const auto& query, const std::string& t) {
        return code_of([&] { s.page(query, cursor(t)); });
    };
    EXPECT_EQ(refused(select<track>().order_by(tracks.name).limit(5), text), "bad_value");
    EXPECT_EQ(refused(select<track>().order_by(tracks.name.desc(), tracks.rating).limit(5), text),
              "bad_value");
    EXPECT_EQ(refused(select<track>().order_by(tracks.rating, tracks.name).limit(5), text),
              "bad_value");
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string damaged = text;
        damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(refused(q, damaged), "bad_value") << i;
        EXPECT_EQ(refused(q, text.substr(0, i + 1)),
                  i + 1 == text.size() ? "no error" : "bad_value")
            << i;
    }
    for (const char* garbage : {"?", "x", "\xff\xfe", "AAAA", "not a cursor at all"})
        EXPECT_EQ(refused(q, garbage), "bad_value") << garbage;
}

TEST_P(Pages, RefuseWhatHasNoKeyToGoOnFrom) {
    add_tracks(5);
    session s{*db};
    const auto code = [&](const auto& q) { return code_of([&] { s.page(q); }); };
    EXPECT_EQ(code(select<track>()), "bad_query") << "without limit";
    EXPECT_EQ(code(select<track>().limit(0)), "bad_query");
    EXPECT_EQ(code(select<track>().limit(5).offset(5)), "not_supported");
    EXPECT_EQ(code(select(tracks.rating).distinct().limit(5)), "not_supported");
    EXPECT_EQ(code(select(tracks.rating, count()).group_by(tracks.rating).limit(5)),
              "not_supported");
    EXPECT_EQ(
        code(
            select(tracks.id, row_number().over(order_by(tracks.id))).order_by(tracks.id).limit(5)),
        "not_supported")
        << "it would begin anew with each page";
    EXPECT_EQ(
        code(select(nullable(tracks.name)).full_join<play>(plays.track_id == tracks.id).limit(5)),
        "not_supported");
}

TEST_P(Pages, WhoseKeyPinsTheShardAskOneShard) {
    add_tracks(30);
    session s{*db};
    const auto q = select<track>().where(tracks.id == 4).order_by(tracks.rating).limit(5);
    EXPECT_EQ(s.page(q, {}, one_shard).size(), 1u);
    EXPECT_EQ(code_of([&] { s.page(select<track>().limit(5), {}, one_shard); }), "too_many_shards");
}

INSTANTIATE_TEST_SUITE_P(Clusters, Pages, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
