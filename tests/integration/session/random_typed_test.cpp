// SPDX-License-Identifier: MIT
// Random typed statements over clusters of three shards, against the same statement as SQL text on
// one SQLite database: equal rows in equal order. Each piece is built twice, as a typed expression
// and as text. SHARDWISE_TYPED_STATEMENTS says how many (per kind of cluster), SHARDWISE_TYPED_SEED
// which. Prints how many were answered, were empty, and were refused.
#include <cstdlib>
#include <iostream>
#include <random>

#include "shardwise/base/error.hpp"
#include "typed_language.hpp"

namespace shardwise::test {
namespace {

/// What an expression of the statements below may use: users joined with posts.
template <class T>
struct twin {
    expression<std::optional<T>, User, Post> typed;
    std::string text;
};
struct condition_twin {
    predicate<detail::members<>, User, Post> typed;
    std::string text;
};
using number = twin<std::int64_t>;
using words = twin<std::string>;

template <class T, class X>
twin<T> made(const X& x, std::string text) {
    return {{detail::node_of(x)}, std::move(text)};
}
template <class P>
condition_twin met(const P& p, std::string text) {
    return {{p.node}, std::move(text)};
}

class typed_writer {
public:
    explicit typed_writer(std::uint64_t seed) : random_(seed) {}

    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
    }
    bool chance(int percent) { return below(100) < percent; }

    number any_number(int depth) {
        if (depth == 0) return number_column();
        const number a = any_number(depth - 1), b = any_number(depth - 1);
        const auto both = [&](std::string_view o) {
            return "(" + a.text + std::string(o) + b.text + ")";
        };
        const std::int64_t k = 1 + below(5);
        const std::string n = std::to_string(k);
        switch (below(14)) {
            case 0:
                return made<std::int64_t>(a.typed + b.typed, both(" + "));
            case 1:
                return made<std::int64_t>(a.typed - b.typed, both(" - "));
            case 2:
                return made<std::int64_t>(a.typed * k, "(" + a.text + " * " + n + ")");
            case 3:
                return made<std::int64_t>(a.typed / b.typed, both(" / "));
            case 4:
                return made<std::int64_t>(a.typed % b.typed, both(" % "));
            case 5:
                return made<std::int64_t>(abs(a.typed), "abs(" + a.text + ")");
            case 6:
                return made<std::int64_t>(greatest(a.typed, b.typed, k),
                                          "greatest(" + a.text + ", " + b.text + ", " + n + ")");
            case 7:
                return made<std::int64_t>(least(a.typed, b.typed),
                                          "least(" + a.text + ", " + b.text + ")");
            case 8:
                return made<std::int64_t>(coalesce(a.typed, b.typed),
                                          "coalesce(" + a.text + ", " + b.text + ")");
            case 9:
                return made<std::int64_t>(nullif(a.typed, k), "nullif(" + a.text + ", " + n + ")");
            case 10: {
                const words w = any_words(depth - 1);
                return made<std::int64_t>(char_length(w.typed), "length(" + w.text + ")");
            }
            case 11: {
                const words w = any_words(depth - 1);
                return made<std::int64_t>(position("o", w.typed),
                                          "position('o' in " + w.text + ")");
            }
            case 12:
                return made<std::int64_t>(sign(a.typed), "sign(" + a.text + ")");
            default: {
                const condition_twin c = any_condition(depth - 1);
                return made<std::int64_t>(
                    case_when(c.typed, a.typed).otherwise(b.typed),
                    "CASE WHEN " + c.text + " THEN " + a.text + " ELSE " + b.text + " END");
            }
        }
    }

    words any_words(int depth) {
        if (depth == 0) return words_column();
        const words a = any_words(depth - 1), b = any_words(depth - 1);
        const std::int64_t k = below(5);
        const std::string n = std::to_string(k);
        switch (below(10)) {
            case 0:
                return made<std::string>(upper(a.typed), "upper(" + a.text + ")");
            case 1:
                return made<std::string>(concat(a.typed, "-", b.typed),
                                         "(" + a.text + " || '-' || " + b.text + ")");
            case 2:
                return made<std::string>(substring(a.typed, k, 3),
                                         "substr(" + a.text + ", " + n + ", 3)");
            case 3:
                return made<std::string>(trim(a.typed), "btrim(" + a.text + ")");
            case 4:
                return made<std::string>(replace(a.typed, "o", "00"),
                                         "replace(" + a.text + ", 'o', '00')");
            case 5:
                return made<std::string>(coalesce(a.typed, b.typed),
                                         "coalesce(" + a.text + ", " + b.text + ")");
            case 6:
                return made<std::string>(pad_left(a.typed, k, "*"),
                                         "lpad(" + a.text + ", " + n + ", '*')");
            case 7:
                return made<std::string>(greatest(a.typed, b.typed),
                                         "greatest(" + a.text + ", " + b.text + ")");
            case 8:
                return made<std::string>(reverse(a.typed), "reverse(" + a.text + ")");
            default: {
                const number x = any_number(depth - 1);
                return made<std::string>(cast_to<std::string>(x.typed),
                                         "CAST(" + x.text + " AS text)");
            }
        }
    }

    condition_twin any_condition(int depth) {
        if (depth > 0 && chance(35)) {
            const condition_twin a = any_condition(depth - 1), b = any_condition(depth - 1);
            if (chance(20)) return met(!a.typed, "NOT (" + a.text + ")");
            return chance(50) ? met(a.typed && b.typed, "(" + a.text + " AND " + b.text + ")")
                              : met(a.typed || b.typed, "(" + a.text + " OR " + b.text + ")");
        }
        const number a = any_number(depth > 0 ? 1 : 0), b = any_number(0);
        const words w = any_words(depth > 0 ? 1 : 0);
        const std::int64_t k = below(20);
        const std::string n = std::to_string(k);
        switch (below(13)) {
            case 0:
                return met(a.typed == b.typed, a.text + " = " + b.text);
            case 1:
                return met(a.typed != k, a.text + " <> " + n);
            case 2:
                return met(a.typed < b.typed, a.text + " < " + b.text);
            case 3:
                return met(a.typed >= k, a.text + " >= " + n);
            case 4:
                return met(between(a.typed, 1, k), a.text + " BETWEEN 1 AND " + n);
            case 5:
                return met(in(a.typed, {std::int64_t{1}, std::int64_t{10}, k}),
                           a.text + " IN (1, 10, " + n + ")");
            case 6:
                return met(like(w.typed, "%o%"), w.text + " LIKE '%o%'");
            case 7:
                return met(ilike(w.typed, "a%"), w.text + " ILIKE 'a%'");
            case 8:
                return met(is_distinct_from(a.typed, b.typed),
                           a.text + " IS DISTINCT FROM " + b.text);
            case 9:
                return met(is_null(w.typed), w.text + " IS NULL");
            case 10:
                return met(in(a.typed, select(countries.id).where(countries.id > k)),
                           a.text + " IN (SELECT id FROM countries WHERE id > " + n + ")");
            case 11:
                return met(a.typed > any_of(select(countries.id)),
                           a.text + " > ANY (SELECT id FROM countries)");
            default:
                return met(a.typed <= all_of(select(countries.id)),
                           a.text + " <= ALL (SELECT id FROM countries)");
        }
    }

private:
    number number_column() {
        switch (below(6)) {
            case 0:
                return made<std::int64_t>(users.id, "users.id");
            case 1:
                return made<std::int64_t>(users.score, "users.score");
            case 2:
                return made<std::int64_t>(posts.id, "posts.id");
            case 3:
                return made<std::int64_t>(posts.likes, "posts.likes");
            case 4:
                return made<std::int64_t>(posts.author_id, "posts.author_id");
            default:
                return made<std::int64_t>(value_of(7), "7");
        }
    }
    words words_column() {
        switch (below(3)) {
            case 0:
                return made<std::string>(users.name, "users.name");
            case 1:
                return made<std::string>(users.email, "users.email");
            default:
                return made<std::string>(posts.title, "posts.title");
        }
    }

    std::mt19937_64 random_;
};

class RandomTyped : public TypedLanguage {
protected:
    void SetUp() override {
        TypedLanguage::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        one_shard_ = std::make_unique<test_shards>("sqlite", 1);
        oracle_ = std::make_unique<cluster>(one_shard_->all());
        ASSERT_TRUE((oracle_->create_all<User, Post, Country, Everything>().complete()));
        std::swap(db, oracle_);
        fill();
        std::swap(db, oracle_);
    }
    void TearDown() override {
        std::cout << GetParam() << ": " << answered_ << " typed statements answered (" << empty_
                  << " without rows), " << refused_ << " refused, " << failed_
                  << " failed by their data\n";
        oracle_.reset();
        one_shard_.reset();
        TypedLanguage::TearDown();
    }

    /// The same rows, or a refusal of both.
    template <class Query>
    void agree(const Query& typed, const std::string& text) {
        SCOPED_TRACE(text);
        using row = typename Query::row_type;
        const auto rows = [](auto ask, std::string& why) {
            try {
                return std::optional<std::vector<row>>(ask().to_vector());
            } catch (const error& e) {
                why = e.what();
                const bool refused = e.statement().empty();
                why.insert(0, refused ? "refused " : "failed ");
                return std::optional<std::vector<row>>();
            }
        };
        session many{*db}, one{*oracle_};
        std::string why, why_one;
        const auto is = rows([&] { return many.all(typed); }, why);
        const auto expected = rows([&] { return one.template sql<row>(text); }, why_one);
        if (!is || !expected) {
            // What a row brings about may be seen by one of them only.
            EXPECT_EQ(why.starts_with("refused"), why_one.starts_with("refused")) << why << "\n"
                                                                                  << why_one;
            ++(why.starts_with("refused") ? refused_ : failed_);
            return;
        }
        ++answered_;
        if (expected->empty()) ++empty_;
        ASSERT_EQ(is->size(), expected->size());
        for (std::size_t i = 0; i < is->size(); ++i)
            ASSERT_TRUE((*is)[i] == (*expected)[i]) << "row " << i;
    }

    void ask(std::uint64_t seed) {
        typed_writer w(seed);
        const condition_twin c = w.any_condition(2);
        const number x = w.any_number(2), y = w.any_number(1);
        const words t = w.any_words(2);
        const auto rows = select_from<User>(users.id, posts.id, x.typed, t.typed);
        const std::string columns = "SELECT users.id, posts.id, " + x.text + ", " + t.text;
        const std::string on = " JOIN posts ON posts.author_id = users.id";
        switch (w.below(8)) {
            case 0:
                return agree(rows.join<Post>(posts.author_id == users.id)
                                 .where(c.typed)
                                 .order_by(users.id, posts.id),
                             columns + " FROM users" + on + " WHERE " + c.text +
                                 " ORDER BY users.id, posts.id");
            case 1: {
                const std::int64_t n = w.below(9), skipped = w.below(4);
                return agree(rows.join<Post>(posts.likes == users.score)
                                 .where(c.typed)
                                 .order_by(desc(x.typed), users.id.desc(), posts.id)
                                 .limit(n)
                                 .offset(skipped),
                             columns +
                                 " FROM users JOIN posts ON posts.likes = users.score WHERE " +
                                 c.text + " ORDER BY 3 DESC, users.id DESC, posts.id LIMIT " +
                                 std::to_string(n) + " OFFSET " + std::to_string(skipped));
            }
            case 2:
                return agree(select_from<User>(users.id, nullable(posts.id), t.typed)
                                 .left_join<Post>(posts.author_id == users.id && c.typed)
                                 .order_by(users.id, posts.id),
                             "SELECT users.id, posts.id, " + t.text +
                                 " FROM users LEFT JOIN posts ON posts.author_id = "
                                 "users.id AND " +
                                 c.text + " ORDER BY users.id, posts.id");
            case 3: {
                const std::int64_t least = w.below(3);
                return agree(select_from<User>(posts.title, count(), sum(x.typed), min(t.typed),
                                               max(y.typed), count_distinct(y.typed))
                                 .join<Post>(posts.author_id == users.id)
                                 .where(c.typed)
                                 .group_by(posts.title)
                                 .having(count() > least)
                                 .order_by(posts.title),
                             "SELECT title, count(*), CAST(sum(" + x.text + ") AS bigint), min(" +
                                 t.text + "), max(" + y.text + "), count(DISTINCT " + y.text +
                                 ") FROM users" + on + " WHERE " + c.text +
                                 " GROUP BY title HAVING count(*) > " + std::to_string(least) +
                                 " ORDER BY title");
            }
            case 4:
                return agree(select_from<User>(t.typed, x.typed)
                                 .join<Post>(posts.author_id == users.id)
                                 .where(c.typed)
                                 .distinct()
                                 .order_by(nth<0>, nth<1>.desc()),
                             "SELECT DISTINCT " + t.text + ", " + x.text + " FROM users" + on +
                                 " WHERE " + c.text + " ORDER BY 1, 2 DESC");
            case 5: {
                const auto d =
                    derived<"d">(rows.join<Post>(posts.author_id == users.id).where(c.typed));
                return agree(select_from(d, d[nth<3>], count(), max(d[nth<2>]))
                                 .group_by(d[nth<3>])
                                 .order_by(d[nth<3>]),
                             "SELECT t, count(*), max(x) FROM (" + columns + " FROM users" + on +
                                 " WHERE " + c.text + ") AS d (u, p, x, t) GROUP BY t ORDER BY t");
            }
            case 6:
                return agree(
                    select_from<User>(
                        users.id, posts.id,
                        row_number().over(partition_by(x.typed), order_by(users.id, posts.id)),
                        sum(y.typed).over(order_by(posts.id, users.id)))
                        .join<Post>(posts.author_id == users.id)
                        .where(c.typed)
                        .order_by(users.id, posts.id),
                    "SELECT users.id, posts.id, row_number() OVER (PARTITION BY " + x.text +
                        " ORDER BY users.id, "
                        "posts.id), CAST(sum(" +
                        y.text + ") OVER (ORDER BY posts.id, users.id) AS bigint) FROM users" + on +
                        " WHERE " + c.text + " ORDER BY users.id, posts.id");
            default:
                return agree(select_from<User>(x.typed)
                                 .join<Post>(posts.author_id == users.id)
                                 .where(c.typed)
                                 .union_distinct(select_from<User>(y.typed).join<Post>(
                                     posts.author_id == users.id))
                                 .order_by(nth<0>),
                             "SELECT " + x.text + " FROM users" + on + " WHERE " + c.text +
                                 " UNION SELECT " + y.text + " FROM users" + on + " ORDER BY 1");
        }
    }

private:
    std::unique_ptr<test_shards> one_shard_;
    std::unique_ptr<cluster> oracle_;
    int answered_ = 0, empty_ = 0, refused_ = 0, failed_ = 0;
};

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* const given = std::getenv(name);
    return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

TEST_P(RandomTyped, StatementsAnswerAsTheirTextDoesOnOneDatabase) {
    const std::uint64_t seed = setting("SHARDWISE_TYPED_SEED", 11);
    for (std::uint64_t i = 0; i < setting("SHARDWISE_TYPED_STATEMENTS", 200); ++i) {
        SCOPED_TRACE("statement " + std::to_string(i));
        ask(seed * 1'000'003 + i);
        if (HasFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(Clusters, RandomTyped, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
