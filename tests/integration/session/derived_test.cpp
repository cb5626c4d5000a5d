// SPDX-License-Identifier: MIT
// Typed derived tables against the same statement as SQL text: see typed_language.hpp.
#include "shardwise/base/error.hpp"
#include "typed_language.hpp"

namespace shardwise::test {
namespace {

class TypedDerivedTables : public TypedLanguage {
protected:
    static auto likes_of_authors() {
        return select(posts.author_id, sum(posts.likes), count()).group_by(posts.author_id);
    }
    const std::string text =
        "(SELECT author_id, sum(likes), count(*) FROM posts GROUP BY author_id) AS d (a, l, n)";
};

TEST_P(TypedDerivedTables, AreReadAlone) {
    const auto d = derived<"d">(likes_of_authors());
    same(select_from(d, d[nth<0>], d[nth<1>], d[nth<2>])
             .where(d[nth<1>] > 3)
             .order_by(desc(d[nth<1>]), d[nth<0>]),
         "SELECT a, l, n FROM " + text + " WHERE l > 3 ORDER BY l DESC, a");
    same(select_from(d, max(d[nth<1>]), avg(d[nth<2>]), count()),
         "SELECT max(l), avg(n), count(*) FROM " + text);
    same(select_from(d, d[nth<2>], sum(d[nth<1>]), count())
             .group_by(d[nth<2>])
             .having(count() > 1)
             .order_by(d[nth<2>]),
         "SELECT n, sum(l), count(*) FROM " + text + " GROUP BY n HAVING count(*) > 1 ORDER BY n");
    same(select_from(d, d[nth<2>]).distinct().order_by(nth<0>.desc()),
         "SELECT DISTINCT n FROM " + text + " ORDER BY 1 DESC");
}

TEST_P(TypedDerivedTables, AreJoinedFromEverySide) {
    const auto d = derived<"d">(likes_of_authors());
    const auto [author, likes, posts_of] = d.columns();
    same(select(users.id, users.name, likes).join(d, author == users.id).order_by(users.id),
         "SELECT users.id, name, l FROM users JOIN " + text + " ON a = users.id ORDER BY users.id");
    same(select(users.id, nullable(posts_of))
             .left_join(d, author == users.id && likes > 2)
             .order_by(users.id),
         "SELECT users.id, n FROM users LEFT JOIN " + text +
             " ON a = users.id AND l > 2 ORDER BY users.id");
    same(select(nullable(users.id), author)
             .right_join(d, author == users.id && users.score > 10)
             .order_by(author),
         "SELECT users.id, a FROM users RIGHT JOIN " + text +
             " ON a = users.id AND score > 10 ORDER BY a");
    same(select(nullable(users.id), nullable(author))
             .full_join(d, likes == users.score)
             .order_by(users.id, author),
         "SELECT users.id, a FROM users FULL JOIN " + text + " ON l = score ORDER BY users.id, a");
    same(select(users.id, author).cross_join(d).order_by(users.id, author),
         "SELECT users.id, a FROM users CROSS JOIN " + text + " ORDER BY users.id, a");
    same(select_from(d, users.name, likes)
             .join<User>(users.id == author)
             .where(users.score > 0)
             .order_by(users.name),
         "SELECT name, l FROM " + text + " JOIN users ON id = a WHERE score > 0 ORDER BY name");
}

TEST_P(TypedDerivedTables, AreUsedTwiceAsWithIs) {
    const auto d = derived<"d">(likes_of_authors());
    const auto e = d.as<"e">();
    const std::string with =
        "WITH w (a, l, n) AS (SELECT author_id, sum(likes), count(*) FROM posts GROUP BY "
        "author_id) ";
    same(select_from(d, d[nth<0>], e[nth<0>])
             .join(e, e[nth<1>] > d[nth<1>])
             .order_by(d[nth<0>], e[nth<0>]),
         with + "SELECT d.a, e.a FROM w d JOIN w e ON e.l > d.l ORDER BY d.a, e.a");
    same(select_from(d, d[nth<0>])
             .where(d[nth<1>] == scalar(select_from(e, max(e[nth<1>]))))
             .order_by(d[nth<0>]),
         with + "SELECT a FROM w WHERE l = (SELECT max(l) FROM w) ORDER BY a");
}

TEST_P(TypedDerivedTables, HoldOrderWindowsUnionsAndOneAnother) {
    const auto top = derived<"top">(
        select(users.id, users.score, users.name).order_by(users.score.desc(), users.id).limit(5));
    same(select_from(top, sum(top[nth<1>]), min(top[nth<2>])),
         "SELECT sum(score), min(name) FROM (SELECT score, name FROM users ORDER BY score DESC, id "
         "LIMIT 5) t");
    const auto ranked = derived<"ranked">(select(
        posts.author_id, posts.title,
        row_number().over(partition_by(posts.author_id), order_by(posts.likes.desc(), posts.id))));
    same(select_from(ranked, ranked[nth<0>], ranked[nth<1>])
             .where(ranked[nth<2>] == 1)
             .order_by(ranked[nth<0>]),
         "SELECT author_id, title FROM (SELECT author_id, title, row_number() OVER (PARTITION BY "
         "author_id ORDER BY likes DESC, id) r FROM posts) q WHERE r = 1 ORDER BY author_id");
    const auto both = derived<"both">(select(users.id).union_all(select(posts.author_id)));
    const auto often =
        derived<"often">(select_from(both, both[nth<0>], count()).group_by(both[nth<0>]));
    same(select_from(often, often[nth<1>], count()).group_by(often[nth<1>]).order_by(often[nth<1>]),
         "SELECT n, count(*) FROM (SELECT i, count(*) FROM (SELECT id FROM users UNION ALL SELECT "
         "author_id FROM posts) b (i) GROUP BY i) o (i, n) GROUP BY n ORDER BY n");
}

TEST_P(TypedDerivedTables, HoldObjects) {
    const auto liked = derived<"liked">(select<Post>().where(posts.likes > 2));
    same(select(users.name, liked(posts.title), liked(posts.likes) * 2)
             .join(liked, liked(posts.author_id) == users.id)
             .order_by(liked(posts.id)),
         "SELECT name, title, likes * 2 FROM users JOIN (SELECT * FROM posts WHERE likes > 2) p ON "
         "author_id = users.id ORDER BY p.id");
    same(select_from(liked, liked(posts.title), count())
             .group_by(liked(posts.title))
             .order_by(liked(posts.title)),
         "SELECT title, count(*) FROM posts WHERE likes > 2 GROUP BY title ORDER BY title");
}

TEST_P(TypedDerivedTables, StandInSubqueriesAndAroundThem) {
    const auto d = derived<"d">(likes_of_authors());
    same(select(users.id)
             .where(in(users.id, select_from(d, d[nth<0>]).where(d[nth<1>] > 3)))
             .order_by(users.id),
         "SELECT id FROM users WHERE id IN (SELECT a FROM " + text + " WHERE l > 3) ORDER BY id");
    same(select_from(d, d[nth<0>])
             .where(exists(select<User>().correlated_with(d).where(users.id == d[nth<0>] &&
                                                                   users.score >= 10)))
             .order_by(d[nth<0>]),
         "SELECT a FROM " + text +
             " WHERE EXISTS (SELECT * FROM users WHERE id = a AND score >= 10) ORDER BY a");
    same(select_from(d, d[nth<0>]).union_all(select(users.id)).order_by(nth<0>).limit(7),
         "SELECT a FROM " + text + " UNION ALL SELECT id FROM users ORDER BY 1 LIMIT 7");
}

// The column outlives the value that it was taken from; a statement that has another table of that
// type is refused.
TEST_P(TypedDerivedTables, OfOneNameAreNotTakenForEachOther) {
    const auto column = [](std::int32_t at_least) {
        return derived<"d">(select(posts.id).where(posts.likes > at_least))[nth<0>];
    };
    const auto d = derived<"d">(select(posts.id).where(posts.likes > 1));
    session s{*db};
    try {
        s.all(select_from(d, column(2)));
        ADD_FAILURE() << "answered";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_query) << e.what();
        EXPECT_NE(e.message().find("another derived table of this name"), std::string::npos);
        EXPECT_TRUE(e.statement().empty());
    }
}

TEST_P(TypedDerivedTables, AsksOnlyTheShardsThatCanAnswer) {
    const auto mine = derived<"mine">(select(posts.title, posts.likes).where(posts.author_id == 3));
    const auto q = select_from(mine, count(), sum(mine[nth<1>]));
    static_assert(!routes_to_one_shard<decltype(q)>);
    session s{*db};
    EXPECT_EQ(s.explain(q).shards.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Clusters, TypedDerivedTables, testing::ValuesIn(cluster_kinds()),
                         label_of);

}  // namespace
}  // namespace shardwise::test
