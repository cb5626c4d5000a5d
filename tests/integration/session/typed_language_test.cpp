// SPDX-License-Identifier: MIT
// The typed query language against the same statement as SQL text: see typed_language.hpp.
#include "typed_language.hpp"

#include <cmath>

namespace shardwise::test {
namespace {

TEST_P(TypedLanguage, ComputesTextFunctions) {
    same(select(users.id, lower(users.name), upper(users.name), char_length(users.email),
                substring(users.name, 2), substring(users.name, 2, 2), trim(users.name),
                trim_left(users.name), trim_right(users.name))
             .order_by(users.id),
         "SELECT id, lower(name), upper(name), length(email), substring(name, 2), substring(name, "
         "2, 2), trim(name), ltrim(name), rtrim(name) FROM users ORDER BY id");
    same(select(users.id, replace(users.name, "o", users.email), position("@", users.email),
                concat(users.name, "-", users.email), concat("x", users.name))
             .where(like(lower(users.name), "%b%") || like(users.email, "ten\\%"))
             .order_by(char_length(users.name), desc(lower(users.name)), users.id),
         "SELECT id, replace(name, 'o', email), position('@' in email), name || '-' || email, 'x' "
         "|| name FROM users WHERE lower(name) LIKE '%b%' OR email LIKE 'ten\\%' ORDER BY "
         "length(name), lower(name) DESC, id");
}

TEST_P(TypedLanguage, ComputesNumbersAndConversions) {
    same(select(everything.large, abs(value_of(5) - everything.large), floor(everything.price),
                ceil(everything.price), round(everything.price), round(everything.price, 1),
                cast_to<double>(everything.large), cast_to<std::string>(everything.large),
                cast_to<decimal, 12, 2>(everything.price), cast_to<std::int32_t>(everything.flag))
             .order_by(everything.large),
         "SELECT large, abs(5 - large), floor(price), ceil(price), round(price), round(price, 1), "
         "CAST(large AS double precision), CAST(large AS text), CAST(price AS numeric(12, 2)), "
         "CAST(flag AS bigint) FROM everything ORDER BY everything.large");
}

TEST_P(TypedLanguage, ComputesDates) {
    same(select(everything.large, extract(unit::year, everything.day),
                extract(unit::quarter, everything.at), extract(unit::weekday, everything.day),
                extract(unit::hour, everything.at), truncate(unit::month, everything.day),
                truncate(unit::week, everything.at))
             .where(extract(unit::month, everything.day) > 1)
             .order_by(everything.large),
         "SELECT large, extract(year from day), extract(quarter from at), extract(dow from day), "
         "extract(hour from at), CAST(date_trunc('month', day) AS date), date_trunc('week', at) "
         "FROM everything "
         "WHERE extract(month from day) > 1 ORDER BY large");
    same(select(truncate(unit::quarter, everything.day), count())
             .group_by(truncate(unit::quarter, everything.day))
             .order_by(truncate(unit::quarter, everything.day)),
         "SELECT CAST(date_trunc('quarter', day) AS date), count(*) FROM everything GROUP BY "
         "CAST(date_trunc('quarter', day) AS date) ORDER BY 1");
}

TEST_P(TypedLanguage, ChoosesValues) {
    const auto grade = case_when(users.score >= 30, "high").when(users.score >= 10, users.name);
    same(select(users.id, grade.otherwise("low"), grade.otherwise_null(),
                coalesce(users.email, users.name), coalesce(users.email, "none"),
                nullif(users.score, 10))
             .order_by(users.id),
         "SELECT id, CASE WHEN score >= 30 THEN 'high' WHEN score >= 10 THEN name ELSE 'low' END, "
         "CASE WHEN score >= 30 THEN 'high' WHEN score >= 10 THEN name END, coalesce(email, name), "
         "coalesce(email, 'none'), nullif(score, 10) FROM users ORDER BY id");
    same(select(coalesce(users.email, "none"), count())
             .group_by(coalesce(users.email, "none"))
             .order_by(desc(count()), coalesce(users.email, "none")),
         "SELECT coalesce(email, 'none'), count(*) FROM users GROUP BY coalesce(email, 'none') "
         "ORDER BY count(*) DESC, coalesce(email, 'none')");
}

TEST_P(TypedLanguage, ComparesExpressions) {
    same(select(users.id)
             .where(is_distinct_from(users.email, std::string("e1@example.com")) &&
                    in(users.score % 30, {0, 10}) && between(users.score * 2, 0, 50))
             .order_by(users.id),
         "SELECT id FROM users WHERE email IS DISTINCT FROM 'e1@example.com' AND score % 30 IN (0, "
         "10) AND score * 2 BETWEEN 0 AND 50 ORDER BY id");
    same(select(users.id)
             .where(is_not_distinct_from(users.email, std::nullopt) ||
                    is_null(nullif(users.score, 10)))
             .order_by(users.id),
         "SELECT id FROM users WHERE email IS NOT DISTINCT FROM NULL OR nullif(score, 10) IS NULL "
         "ORDER BY id");
}

TEST_P(TypedLanguage, AggregatesOverShards) {
    same(select_from<Post>(sum_distinct(posts.likes), avg_distinct(posts.likes),
                           count_if(posts.likes > 2), sum(posts.likes).filter(posts.likes > 2),
                           count().filter(posts.likes > 100), bool_and(posts.likes > -100),
                           bool_or(posts.likes > 100)),
         "SELECT sum(DISTINCT likes), avg(DISTINCT likes), count(*) FILTER (WHERE likes > 2), "
         "sum(likes) FILTER (WHERE likes > 2), count(*) FILTER (WHERE likes > 100), bool_and(likes "
         "> -100), bool_or(likes > 100) FROM posts");
}

// Partial variances are merged as the shards answer, so the last digits may differ from run to run.
TEST_P(TypedLanguage, ComputesVariancesOverShards) {
    session s{*db};
    const auto is = s.one(select_from<Post>(var_pop(posts.likes), var_samp(posts.likes),
                                            stddev_pop(posts.likes), stddev_samp(posts.likes)));
    double n = 0, total = 0, squares = 0;
    for (int i = 1; i <= 20; ++i) {
        const double likes = i * i % 11 - 3;
        n += 1, total += likes, squares += likes * likes;
    }
    const double off = squares - total * total / n;
    EXPECT_NEAR(std::get<0>(is).value(), off / n, 1e-9);
    EXPECT_NEAR(std::get<1>(is).value(), off / (n - 1), 1e-9);
    EXPECT_NEAR(std::get<2>(is).value(), std::sqrt(off / n), 1e-9);
    EXPECT_NEAR(std::get<3>(is).value(), std::sqrt(off / (n - 1)), 1e-9);
}

TEST_P(TypedLanguage, ComputesWithAggregates) {
    same(select(posts.title, sum(posts.likes) - count() * 2, coalesce(sum(posts.likes), 0),
                case_when(count() > 3, "many").otherwise("few"))
             .group_by(posts.title)
             .having((sum(posts.likes) >= count() && !(count() == 1)) || posts.title == "post 0")
             .order_by(desc(sum(posts.likes) - count() * 2), posts.title),
         "SELECT title, sum(likes) - count(*) * 2, coalesce(sum(likes), 0), CASE WHEN count(*) > 3 "
         "THEN 'many' ELSE 'few' END FROM posts GROUP BY title HAVING sum(likes) >= count(*) AND "
         "NOT count(*) = 1 OR title = 'post 0' ORDER BY sum(likes) - count(*) * 2 DESC, title");
}

TEST_P(TypedLanguage, LooksThroughWindows) {
    same(select(posts.id, sum(posts.likes).over(partition_by(posts.title), order_by(posts.id)),
                count().over(), row_number().over(order_by(posts.likes.desc(), posts.id)),
                rank().over(order_by(posts.likes)),
                dense_rank().over(partition_by(posts.author_id), order_by(posts.likes)),
                ntile(3).over(order_by(posts.id)))
             .order_by(posts.id),
         "SELECT id, sum(likes) OVER (PARTITION BY title ORDER BY id), count(*) OVER (), "
         "row_number() OVER (ORDER BY likes DESC, id), rank() OVER (ORDER BY likes), dense_rank() "
         "OVER (PARTITION BY author_id ORDER BY likes), ntile(3) OVER (ORDER BY id) FROM posts "
         "ORDER BY id");
    same(
        select(
            posts.id, lag(posts.likes).over(partition_by(posts.title), order_by(posts.id)),
            lead(posts.title, 2).over(order_by(posts.id)),
            first_value(posts.likes).over(partition_by(posts.author_id), order_by(posts.id)),
            last_value(posts.id).over(order_by(posts.id), rows_between(preceding(1), following(2))),
            sum(posts.likes).over(order_by(posts.id), rows_between(unbounded, current_row)) - 1)
            .order_by(posts.id),
        "SELECT id, lag(likes) OVER (PARTITION BY title ORDER BY id), lead(title, 2) OVER (ORDER "
        "BY id), first_value(likes) OVER (PARTITION BY author_id ORDER BY id), last_value(id) OVER "
        "(ORDER BY id ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING), sum(likes) OVER (ORDER BY id ROWS "
        "BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - 1 FROM posts ORDER BY id");
}

TEST_P(TypedLanguage, AsksSubqueries) {
    same(select(users.id)
             .where(in(users.id, select(posts.author_id).where(posts.likes > 3)))
             .order_by(users.id),
         "SELECT id FROM users WHERE id IN (SELECT author_id FROM posts WHERE likes > 3) ORDER BY "
         "id");
    same(select(users.id)
             .where(not_in(users.score, select(posts.likes)) && users.score > 0)
             .order_by(users.id),
         "SELECT id FROM users WHERE score NOT IN (SELECT likes FROM posts) AND score > 0 ORDER BY "
         "id");
    const auto written = select<Post>().correlated_with<User>().where(posts.author_id == users.id &&
                                                                      posts.likes > 2);
    same(select(users.id, users.name).where(exists(written)).order_by(users.id),
         "SELECT id, name FROM users WHERE EXISTS (SELECT * FROM posts WHERE author_id = users.id "
         "AND likes > 2) ORDER BY id");
    same(select(users.id).where(not_exists(written)).order_by(users.id),
         "SELECT id FROM users WHERE NOT EXISTS (SELECT * FROM posts WHERE author_id = users.id "
         "AND likes > 2) ORDER BY id");
    // A table that lives elsewhere: matching rows may be on another shard.
    same(select(users.id)
             .where(exists(select<Post>().correlated_with<User>().where(posts.likes == users.id)))
             .order_by(users.id),
         "SELECT id FROM users WHERE EXISTS (SELECT * FROM posts WHERE likes = users.id) ORDER BY "
         "id");
    same(select(users.id, scalar(select(max(posts.likes))
                                     .correlated_with<User>()
                                     .where(posts.author_id == users.id)))
             .where(users.score > scalar(select(avg(users.score))))
             .order_by(users.id),
         "SELECT id, (SELECT max(likes) FROM posts WHERE author_id = users.id) FROM users WHERE "
         "score > (SELECT avg(u.score) FROM users u) ORDER BY id");
}

TEST_P(TypedLanguage, AsksSubqueriesOfGroupsAndInTheOrder) {
    same(select(posts.author_id, count())
             .group_by(posts.author_id)
             .having(count() > scalar(select(min(users.score)).where(users.id < 3)) ||
                     in(posts.author_id, select(users.id).where(users.score == 30)))
             .order_by(posts.author_id),
         "SELECT author_id, count(*) FROM posts GROUP BY author_id HAVING count(*) > (SELECT "
         "min(score) FROM users WHERE id < 3) OR author_id IN (SELECT id FROM users WHERE score = "
         "30) ORDER BY author_id");
    const auto likes_of_author =
        select(sum(posts.likes)).correlated_with<User>().where(posts.author_id == users.id);
    same(select(users.id, users.name)
             .where(users.id < 8)
             .order_by(desc(scalar(likes_of_author)), users.id),
         "SELECT id, name FROM users WHERE id < 8 ORDER BY (SELECT sum(likes) FROM posts WHERE "
         "author_id = users.id) DESC, id");
}

TEST_P(TypedLanguage, OrdersByColumnsOfTheList) {
    same(select(users.score, count()).group_by(users.score).order_by(nth<1>.desc(), nth<0>),
         "SELECT score, count(*) FROM users GROUP BY score ORDER BY 2 DESC, 1");
    session s{*db};
    try {
        s.all(select(users.id).order_by(nth<3>));
        FAIL() << "there is no such column";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_query) << e.what();
    }
}

TEST_P(TypedLanguage, CombinesStatements) {
    const auto names = select(users.id, users.name).where(users.id < 6);
    const auto titles = select(posts.id, posts.title).where(posts.id < 6);
    const std::string left = "SELECT id, name FROM users WHERE id < 6";
    const std::string right = "SELECT id, title FROM posts WHERE id < 6";
    same(names.union_all(titles).order_by(nth<0>, nth<1>),
         left + " UNION ALL " + right + " ORDER BY 1, 2");
    same(names.union_all(titles).order_by(nth<1>.desc(), nth<0>).limit(4).offset(2),
         left + " UNION ALL " + right + " ORDER BY 2 DESC, 1 LIMIT 4 OFFSET 2");
    const auto ids = select(users.id);
    const auto authors = select(posts.author_id);
    same(ids.union_distinct(authors).order_by(nth<0>),
         "SELECT id FROM users UNION SELECT author_id FROM posts ORDER BY 1");
    same(ids.intersect(authors).order_by(nth<0>.desc()),
         "SELECT id FROM users INTERSECT SELECT author_id FROM posts ORDER BY 1 DESC");
    same(ids.except(authors).order_by(nth<0>),
         "SELECT id FROM users EXCEPT SELECT author_id FROM posts ORDER BY 1");
    same(
        ids.except(authors).union_all(select(cast_to<std::int64_t>(countries.id))).order_by(nth<0>),
        "SELECT * FROM (SELECT id FROM users EXCEPT SELECT author_id FROM posts) a UNION ALL "
        "SELECT CAST(id AS bigint) FROM countries ORDER BY 1");
    // Each side with its own order and limit, and in one shard alone.
    same(ids.order_by(users.id.desc())
             .limit(2)
             .union_all(authors.order_by(posts.id).limit(1))
             .order_by(nth<0>),
         "SELECT * FROM (SELECT id FROM users ORDER BY id DESC LIMIT 2) a UNION ALL SELECT * FROM "
         "(SELECT author_id FROM posts ORDER BY id LIMIT 1) b ORDER BY 1");
    same(ids.where(users.id == 4).union_all(authors.where(posts.author_id == 4)).order_by(nth<0>),
         "SELECT id FROM users WHERE id = 4 UNION ALL SELECT author_id FROM posts WHERE author_id "
         "= 4 ORDER BY 1");
    session s{*db};
    EXPECT_EQ(s.count(ids.union_all(authors)), 32);
    EXPECT_EQ(s.count(ids.union_distinct(authors)), 12);
    std::int64_t streamed = 0;
    for (const auto& row : s.stream(ids.union_all(authors))) streamed += std::get<0>(row) > 0;
    EXPECT_EQ(streamed, 32);
    EXPECT_FALSE(routes_to_one_shard<decltype(ids.union_all(authors))>);
}

TEST_P(TypedLanguage, JoinsATableWithItself) {
    constexpr alias<User, 1> peer;
    same(select(users.id, peer(users.id), peer(users.name))
             .join<alias<User, 1>>(peer(users.score) == users.score && peer(users.id) > users.id)
             .order_by(users.id, peer(users.id)),
         "SELECT users.id, p.id, p.name FROM users JOIN users p ON p.score = users.score AND p.id "
         "> users.id ORDER BY users.id, p.id");
}

TEST_P(TypedLanguage, JoinsFromEverySide) {
    same(select(users.id, nullable(countries.name))
             .left_join<Country>(countries.id == users.id)
             .order_by(users.id),
         "SELECT users.id, countries.name FROM users LEFT JOIN countries ON countries.id = "
         "users.id ORDER BY users.id");
    same(select(nullable(users.name), countries.name)
             .right_join<Country>(countries.id == users.id)
             .order_by(countries.id),
         "SELECT users.name, countries.name FROM users RIGHT JOIN countries ON countries.id = "
         "users.id ORDER BY countries.id");
    same(select(nullable(users.id), nullable(countries.id))
             .full_join<Country>(countries.id == users.id)
             .order_by(users.id, countries.id),
         "SELECT users.id, countries.id FROM users FULL JOIN countries ON countries.id = users.id "
         "ORDER BY users.id, countries.id");
    same(select(users.id, countries.id).cross_join<Country>().order_by(users.id, countries.id),
         "SELECT users.id, countries.id FROM users CROSS JOIN countries ORDER BY users.id, "
         "countries.id");
}

TEST_P(TypedLanguage, PromisesNoSingleShardForWhatReachesFurther) {
    constexpr alias<User, 1> peer;
    const auto one = select<User>().where(users.id == 7);
    const auto inside = select<Post>().correlated_with<User>().where(posts.likes == users.score);
    static_assert(routes_to_one_shard<decltype(one)>);
    static_assert(!routes_to_one_shard<decltype(one.where(exists(inside)))>);
    static_assert(!routes_to_one_shard<decltype(one.left_join<Post>(posts.likes == users.score))>);
    static_assert(
        !routes_to_one_shard<decltype(one.join<alias<User, 1>>(peer(users.id) == users.score))>);
    static_assert(!routes_to_one_shard<decltype(select(users.id, scalar(select(max(posts.likes))))
                                                    .where(users.id == 7))>);
    session s{*db};
    EXPECT_EQ(s.all(one.where(exists(inside))).size(), 0U);
}

TEST_P(TypedLanguage, SaysWhichResultsCanBeNull) {
    static_assert(std::same_as<decltype(lower(users.name))::value_type, std::string>);
    static_assert(
        std::same_as<decltype(char_length(users.email))::value_type, std::optional<std::int64_t>>);
    static_assert(std::same_as<decltype(coalesce(users.email, "x"))::value_type, std::string>);
    static_assert(
        std::same_as<decltype(nullif(users.score, 1))::value_type, std::optional<std::int32_t>>);
    static_assert(std::same_as<decltype(coalesce(sum(users.score), 0))::value_type, std::int64_t>);
    static_assert(!routes_to_one_shard<decltype(select<User>().where(abs(users.id) == 7))>);
}

TEST_P(TypedLanguage, LocalAsksOneShardOrNobody) {
    session s{*db};
    const auto apart = select(users.id, everything.large)
                           .join<Everything>(everything.large == users.score)
                           .where(users.id == 1);
    EXPECT_NO_THROW(s.all(apart));
    try {
        s.local(apart);
        ADD_FAILURE() << "two shards were asked";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::too_many_shards) << e.what();
    }
    const auto together =
        select(users.id, posts.title).join<Post>(posts.author_id == users.id).where(users.id == 1);
    EXPECT_EQ(s.local(together).size(), s.all(together).size());
}

INSTANTIATE_TEST_SUITE_P(Clusters, TypedLanguage, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
