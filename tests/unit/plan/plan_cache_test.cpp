// SPDX-License-Identifier: MIT
// A plan from the cache must be the plan that planning gives: the same route, tree, texts and
// values on every shard, whatever values the statements had for which it was kept.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "plan/plan_cache.hpp"
#include "shardwise/base/error.hpp"
#include "support/statements.hpp"

namespace shardwise::plan {
namespace {

using namespace shardwise::test;
using purpose = plan_cache::purpose;

/// Endpoints of all engines that are never connected to.
struct endpoints {
    std::vector<std::unique_ptr<engine::engine>> owned;
    std::vector<engine::engine*> all;

    explicit endpoints(std::size_t shards) {
        const char* const urls[] = {"sqlite:///nowhere/s1.db", "postgres://nobody@localhost/s2",
                                    "mariadb://nobody@localhost/s3", "sqlite:///nowhere/s4.db"};
        for (std::size_t i = 0; i < shards; ++i) {
            owned.push_back(std::make_unique<engine::engine>(engine::parse_url(urls[i % 4]),
                                                             engine::pool_options{}));
            all.push_back(owned.back().get());
        }
    }
};

std::string text_of(const sql::typed& t) {
    return std::string(name_of(t.type)) + ":" + std::to_string(t.scale) + " ";
}
std::string text_of(const std::vector<sort_key>& keys) {
    std::string out;
    for (const sort_key& k : keys)
        out +=
            std::to_string(k.column) + (k.descending ? "d" : "a") + (k.nulls_first ? "f " : "l ");
    return out;
}

std::string tree_of(const node& n);

struct tree_writer {
    std::string operator()(const scatter&) const { return "scatter"; }
    std::string operator()(const merge_sort& op) const {
        return "merge " + text_of(op.keys) + tree_of(*op.input);
    }
    std::string operator()(const sort& op) const {
        return "sort " + text_of(op.keys) + tree_of(*op.input);
    }
    std::string operator()(const aggregate& op) const {
        std::string out = "aggregate " + std::to_string(op.group_columns) + " ";
        for (const auto& i : op.items)
            out += std::to_string(static_cast<int>(i.how)) + "." + std::to_string(i.column) + " ";
        return out + tree_of(*op.input);
    }
    std::string operator()(const distinct& op) const { return "distinct " + tree_of(*op.input); }
    std::string operator()(const limit& op) const {
        return "limit " + std::to_string(op.count.value_or(-1)) + " " + std::to_string(op.offset) +
               " " + tree_of(*op.input);
    }
    std::string operator()(const project& op) const {
        std::string out = "project ";
        for (const std::size_t c : op.columns) out += std::to_string(c) + " ";
        return out + tree_of(*op.input);
    }
    std::string operator()(const count_rows& op) const {
        return "count_rows " + tree_of(*op.input);
    }
    std::string operator()(const auto&) const { return "another node"; }
};

/// The tree without its leaf.
std::string tree_of(const node& n) {
    std::string out;
    for (const sql::typed& t : n.columns) out += text_of(t);
    return out + std::visit(tree_writer{}, n.op);
}

const scatter* leaf_of(const node& n) {
    return std::visit(
        [](const auto& op) -> const scatter* {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(op)>, scatter>)
                return &op;
            else if constexpr (requires { op.input; })
                return leaf_of(*op.input);
            else
                return nullptr;
        },
        n.op);
}

/// What is sent to one shard.
std::string sent(const sql::compiled& c) {
    std::string out = c.text + "\n";
    for (std::size_t i = 0; i < c.values.size(); ++i)
        out += std::string(name_of(c.values[i].kind())) + " " + to_display(c.values[i].view()) +
               " as " + text_of(c.parameters[i]);
    for (const sql::typed& t : c.columns) out += "| " + text_of(t);
    return out;
}
std::string sent(const engine::statement& s, std::span<const arg> args) {
    std::string out = s.text + "\n";
    for (std::size_t i = 0; i < args.size(); ++i)
        out += std::string(name_of(args[i].kind())) + " " + to_display(args[i]) + " as " +
               text_of(sql::typed{s.parameters.at(i).type, s.parameters.at(i).scale});
    for (const auto& c : s.columns) out += "| " + text_of(sql::typed{c.type, c.scale});
    EXPECT_EQ(s.parameters.size(), args.size());
    return out;
}

struct fixture {
    shop s;
    cluster_view view;
    endpoints engines;
    plan_cache cache;
    std::size_t compared = 0;

    explicit fixture(const sharding::strategy_spec& spec, std::size_t shards = 4)
        : s(spec.kind), view(s.view(spec, shards)), engines(shards), cache(engines.all) {}

    void check_route(const route& expected, const route& got) {
        EXPECT_EQ(expected.kind, got.kind);
        EXPECT_EQ(expected.shards, got.shards);
    }

    /// True: it came from the cache, and was the same.
    bool check(const sql::select_ptr& q, purpose what) {
        std::optional<plan> full;
        try {
            auto planned =
                what == purpose::count ? plan_count(q, view, {}) : plan_select(q, view, {});
            if (auto* const p = std::get_if<plan>(&planned)) full = std::move(*p);
        } catch (const error&) {
        }
        const std::optional<plan> cached = cache.find(q, what, view);
        if (!cached) return false;
        EXPECT_TRUE(full.has_value()) << "a plan for what cannot be planned";
        if (!full) return false;
        check_route(full->where, cached->where);
        EXPECT_EQ(tree_of(*full->root), tree_of(*cached->root));
        const scatter* const leaf = leaf_of(*full->root);
        EXPECT_NE(leaf, nullptr);
        if (leaf == nullptr) return false;
        EXPECT_EQ(leaf->parts.size(), cached->where.shards.size());
        for (const scatter::part& part : leaf->parts) {
            const engine::statement& statement = *cached->bound->statement(part.shard);
            EXPECT_EQ(statement.streaming, what == purpose::stream);
            EXPECT_EQ(sent(sql::compile(*part.query, engines.all[part.shard]->dialect())),
                      sent(statement, cached->bound->args_for(part.shard)));
            ++compared;
        }
        return true;
    }

    bool check(const sql::change_ptr& c) {
        std::optional<change_plan> full;
        try {
            auto planned = plan_change(c, view, {});
            if (auto* const p = std::get_if<change_plan>(&planned)) full = std::move(*p);
        } catch (const error&) {
        }
        const std::optional<change_plan> cached = cache.find(c, view);
        if (!cached) return false;
        EXPECT_TRUE(full.has_value()) << "a plan for what cannot be planned";
        if (!full) return false;
        check_route(full->where, cached->where);
        EXPECT_EQ(full->replicated, cached->replicated);
        EXPECT_EQ(full->parts.size(), cached->where.shards.size());
        for (const change_plan::part& part : full->parts) {
            EXPECT_EQ(
                sent(sql::compile(*part.change, engines.all[part.shard]->dialect())),
                sent(*cached->bound->statement(part.shard), cached->bound->args_for(part.shard)));
            ++compared;
        }
        return true;
    }
};

/// Statements of a form that `form` decides, with values that `values` decides.
class generator {
public:
    generator(const shop& s, std::uint32_t form, std::uint32_t values)
        : s_(s), form_(form), values_(values), narrow_(values % 2 == 0) {}

    sql::select_ptr select() {
        const int kind = choose(6);
        if (kind == 0) return finished(query(s_.at("users")));
        if (kind == 1) return finished(query(s_.at("users"), items()));
        if (kind == 2) return grouped();
        if (kind == 3) return aggregated();
        if (kind == 4) return joined();
        return finished(query(s_.at("users"), items()).distinct());
    }

    sql::change_ptr change() {
        const table& users = s_.at("users");
        if (choose(4) == 0) return sql::add_where(sql::make_delete(users), condition(2).e);
        sql::change_ptr c = sql::make_update(users);
        if (choose(2) == 0) c = sql::add_set(c, users.column_at("age"), number().e);
        if (choose(2) == 0) c = sql::add_set(c, users.column_at("score"), numeric().e);
        if (choose(2) == 0)
            c = sql::add_set(c, users.column_at("age"), (col("users.age") + number()).e);
        c = sql::add_set(c, users.column_at("name"), text().e);
        return choose(3) ? sql::add_where(c, condition(2).e) : c;
    }

private:
    int choose(int n) { return std::uniform_int_distribution<int>(0, n - 1)(form_); }
    int any(int n) { return std::uniform_int_distribution<int>(0, n - 1)(values_); }
    term col(const char* path) const { return s_.col(path); }

    term number() { return any(narrow_ ? 2 : 12) - (narrow_ ? 0 : 4); }
    term text() {
        static const char* const all[] = {"de", "fr", "", "a%", "n1", "o'k", "\\\\"};
        return all[any(7)];
    }
    /// Few digits, so that values are equal, zero and without fraction often enough.
    term numeric() {
        switch (choose(8)) {
            case 0:
                return null();
            case 1:
                return decimal::from_unscaled(any(8) - 3, 1);
            case 2:
                return decimal::from_unscaled((any(6) - 2) * 50, 2);
            case 3:
                return any(9) / 2.0 - 1;
            case 4:
                // Sometimes beyond what SQLite keeps.
                return decimal::from_unscaled(any(5) ? any(30) : 999'999'999'999'999'999, 3);
            default:
                return number();
        }
    }
    term key() { return choose(3) ? col("users.id") : col("users.id") % term(any(4)); }
    term numeric_column() {
        switch (choose(4)) {
            case 0:
                return col("users.score");
            case 1:
                return col("users.age");
            case 2:
                return col("users.score") + numeric();
            default:
                return col("users.age") % number();
        }
    }
    term compared(const term& a, const term& b) {
        switch (choose(8)) {
            case 0:
                return a != b;
            case 1:
                return a < b;
            case 2:
                return a >= b;
            case 3:
                return b <= a;
            default:
                return a == b;
        }
    }
    std::vector<term> list() {
        std::vector<term> out;
        for (int n = choose(12); n >= 0; --n) out.push_back(numeric());
        return out;
    }
    term atom() {
        switch (choose(13)) {
            case 0:
                return in(numeric_column(), list());
            case 1:
                return in(col("users.id"), list(), choose(2) == 0);
            case 2:
                return between(key(), numeric(), numeric(), choose(2) == 0);
            case 3:
                return between(numeric_column(), numeric(), numeric());
            case 4:
                return choose(2) ? is_null(col("users.age")) : is_not_null(key());
            case 5:
                return compared(col("users.country"), text());
            case 6: {
                const std::string pattern = "a" + std::to_string(any(3)) + "%";
                return like(col("users.name"), pattern.c_str());
            }
            case 7:
                return compared(numeric_column(), numeric());
            case 8:
                return truth(any(2) == 0);
            case 9:
                return col("users.id") == col("users.age");
            default:
                return compared(key(), numeric());
        }
    }
    term condition(int depth) {
        switch (depth == 0 ? 0 : choose(6)) {
            case 1:
            case 2:
                return condition(depth - 1) && condition(depth - 1);
            case 3:
                return condition(depth - 1) || condition(depth - 1);
            case 4:
                return !condition(depth - 1);
            default:
                return atom();
        }
    }
    std::vector<term> items() {
        std::vector<term> out{col("users.id")};
        if (choose(2)) out.push_back(numeric_column());
        if (choose(2)) out.push_back(col("users.name"));
        if (choose(3) == 0) out.push_back(number());
        return out;
    }
    sql::select_ptr finished(query q) {
        if (choose(4)) q = q.where(condition(2));
        if (choose(2)) q = q.order_by({desc(col("users.name")), asc(col("users.id"))});
        if (choose(3) == 0) q = q.limit(choose(3) * 10);
        if (choose(4) == 0) q = q.offset(5);
        return q;
    }
    sql::select_ptr grouped() {
        // The grouped expression stands twice, with constants that are equal or not.
        const term by = choose(2) ? col("users.country") : col("users.age") % number();
        const term again = choose(2) ? by : col("users.age") % number();
        query q = query(s_.at("users"), {by, count(), sum(col("users.score"))})
                      .where(condition(1))
                      .group_by({again});
        if (choose(2)) q = q.order_by({desc(count()), asc(by)}).limit(3);
        return q;
    }
    sql::select_ptr aggregated() {
        query q = query(s_.at("users"), {count(), avg(col("users.score") + numeric()),
                                         count_distinct(col("users.country"))});
        return choose(2) ? q.where(condition(2)) : q;
    }
    sql::select_ptr joined() {
        const term user = col("users.id"), owner = col("orders.user_id");
        // Two columns that equal one constant are equal: a join only then.
        const term on = choose(3) ? user == owner : user == number() && owner == number();
        query q = query(s_.at("users"), {user, col("orders.total")}).join(s_.at("orders"), on);
        if (choose(2)) q = q.where(compared(choose(2) ? user : owner, number()));
        if (choose(2)) q = q.order_by({asc(col("orders.total")), asc(user)}).limit(7);
        return q;
    }

    const shop& s_;
    std::mt19937 form_;
    std::mt19937 values_;
    bool narrow_;  ///< constants are equal to each other, and zero, half of the time
};

class PlanCache : public testing::TestWithParam<int> {
protected:
    static sharding::strategy_spec spec() {
        switch (GetParam()) {
            case 0:
                return by_modulo(4);
            case 1:
                return by_hash();
            default:
                return by_range({-1, 2, 4});
        }
    }
};

TEST_P(PlanCache, GivesWhatPlanningGivesForOtherValues) {
    fixture f(spec());
    std::size_t hits = 0;
    for (std::uint32_t form = 0; form < 400 && !HasFailure(); ++form)
        for (std::uint32_t values = 0; values < 8 && !HasFailure(); ++values) {
            sql::select_ptr q;
            try {
                q = generator(f.s, form, values * 7919).select();
            } catch (const error&) {
                continue;  // digits beyond 38, and such
            }
            SCOPED_TRACE("form " + std::to_string(form) + " values " + std::to_string(values));
            hits += f.check(q, purpose::rows);
            hits += f.check(q, purpose::count);
            if (form % 4 == 0) hits += f.check(q, purpose::stream);
        }
    // It cannot pass by keeping nothing.
    EXPECT_GT(hits, 2000u);
    EXPECT_GT(f.compared, 4000u);
    EXPECT_GT(f.cache.statistics().hits, 2000u);
}

TEST_P(PlanCache, GivesWhatPlanningGivesForChanges) {
    fixture f(spec());
    std::size_t hits = 0;
    for (std::uint32_t form = 0; form < 300 && !HasFailure(); ++form)
        for (std::uint32_t values = 0; values < 8 && !HasFailure(); ++values) {
            sql::change_ptr c;
            try {
                c = generator(f.s, form, values * 7919).change();
            } catch (const error&) {
                continue;
            }
            SCOPED_TRACE("form " + std::to_string(form) + " values " + std::to_string(values));
            hits += f.check(c);
        }
    EXPECT_GT(hits, 300u);
}

INSTANTIATE_TEST_SUITE_P(Strategies, PlanCache, testing::Values(0, 1, 2));

TEST(PlanCacheShapes, KeepsOnePlanForAllValues) {
    fixture f(by_modulo(4));
    for (int id = 0; id < 50; ++id)
        EXPECT_TRUE(
            f.check(query(f.s.at("users")).where(f.s.col("users.id") == id + 1), purpose::rows));
    EXPECT_EQ(f.cache.statistics().shapes, 1u);
    EXPECT_EQ(f.cache.statistics().misses, 1u);
    EXPECT_EQ(f.cache.statistics().hits, 49u);
}

TEST(PlanCacheShapes, TellsApartWhatTheTextDependsOn) {
    fixture f(by_modulo(4));
    const term age = f.s.col("users.age"), score = f.s.col("users.score");
    const auto shapes_of = [&](const term& a, const term& b) {
        const std::size_t before = f.cache.statistics().shapes;
        f.check(query(f.s.at("users")).where(a), purpose::rows);
        f.check(query(f.s.at("users")).where(b), purpose::rows);
        return f.cache.statistics().shapes - before;
    };
    EXPECT_EQ(shapes_of(age % 5 == 1, age % 7 == 2), 1u);
    EXPECT_EQ(shapes_of(age % 5 == 3, age % 0 == 3), 1u) << "a zero divisor is guarded, and new";
    EXPECT_EQ(shapes_of(score == decimal::parse("1.5"), score == decimal::parse("2.5")), 1u);
    EXPECT_EQ(shapes_of(score > decimal::parse("1.500"), score > decimal::parse("1.505")), 2u);
    EXPECT_EQ(shapes_of(age + 1 > 5, age + 1.0 > 5), 2u);
    EXPECT_EQ(shapes_of(age < 1 && score < 2, age < 2 && score < 2), 2u) << "equal constants";
    EXPECT_EQ(shapes_of(age != 3, age != null()), 2u);
    EXPECT_EQ(shapes_of(in(age, {1, 2}), in(age, {1, 2, 3})), 2u);
}

TEST(PlanCacheShapes, PlansAnewForAnotherViewOfTheCluster) {
    fixture f(by_modulo(4));
    const query q = query(f.s.at("users")).where(f.s.col("users.id") == 3);
    EXPECT_TRUE(f.check(q, purpose::rows));
    sharding::strategy_spec one_bucket = by_modulo(1);
    const cluster_view moved = f.s.view(one_bucket, 4);
    const std::optional<plan> there = f.cache.find(q, purpose::rows, moved);
    ASSERT_TRUE(there);
    EXPECT_EQ(there->where.shards, std::get<plan>(plan_select(q, moved, {})).where.shards);
    EXPECT_EQ(f.cache.statistics().shapes, 2u);
}

TEST(PlanCacheShapes, LeavesToPlanningWhatItDoesNotKnow) {
    fixture f(by_modulo(4));
    const term id = f.s.col("users.id");
    // Cut down for each shard.
    EXPECT_FALSE(f.check(query(f.s.at("users")).where(in(id, {1, 2, 3})), purpose::rows));
    // No shard is asked.
    EXPECT_FALSE(f.check(query(f.s.at("users")).where(id == 1 && id == 2), purpose::rows));
    // Too many constants to be compared with each other.
    std::vector<term> many;
    for (int i = 0; i < 100; ++i) many.push_back(i);
    EXPECT_FALSE(
        f.check(query(f.s.at("users")).where(in(f.s.col("users.age"), many)), purpose::rows));
    // A value that this dialect cannot bind is refused by whoever compiles.
    const term score = f.s.col("users.score");
    EXPECT_TRUE(
        f.check(query(f.s.at("users")).where(score > decimal::parse("1.5")), purpose::rows));
    EXPECT_FALSE(
        f.check(query(f.s.at("users")).where(score > decimal::parse("99999999999999999999.5")),
                purpose::rows));
}

TEST(PlanCacheShapes, ForgetsWhatWasNotUsedForLong) {
    fixture f(by_modulo(4));
    plan_cache small(f.engines.all, 8);
    for (int n = 1; n <= 200; ++n)
        EXPECT_TRUE(small.find(query(f.s.at("users")).limit(n), purpose::rows, f.view));
    EXPECT_LE(small.statistics().shapes, 8u);
}

TEST(PlanCacheShapes, LimitZeroIsNotCachedBecauseNobodyIsAsked) {
    fixture f(by_modulo(4));
    const query q = query(f.s.at("users")).order_by({asc(f.s.col("users.name"))});
    for (const purpose what : {purpose::rows, purpose::count, purpose::stream}) {
        EXPECT_FALSE(f.cache.find(q.limit(0), what, f.view));
        const std::optional<plan> some = f.cache.find(q.limit(3), what, f.view);
        EXPECT_TRUE(!some || some->where.shards.size() == 4);
        EXPECT_FALSE(f.cache.find(q.limit(0), what, f.view));
    }
    const planned<plan> none = plan_select(q.limit(0), f.view, {});
    EXPECT_TRUE(std::get<plan>(none).where.shards.empty());
    EXPECT_EQ(std::get<plan>(none).where.reason, "LIMIT 0");
}

TEST(PlanCacheShapes, ServesManyThreads) {
    fixture f(by_modulo(4));
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int n = 0; n < 500; ++n) {
                const int id = (n * 7 + t) % 90 + 1;
                const query q =
                    query(f.s.at("users")).where(f.s.col("users.id") == id).limit(n % 20 + 1);
                const std::optional<plan> p = f.cache.find(q, purpose::rows, f.view);
                if (!p || p->where.shards.size() != 1 ||
                    p->bound->args_for(p->where.shards[0])[0].integer() != id)
                    ++wrong;
            }
        });
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace shardwise::plan
