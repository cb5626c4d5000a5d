// SPDX-License-Identifier: MIT
// "Never too few shards": random conditions over small keys, evaluated for every possible row with
// SQL's three-valued logic by a naive evaluator of its own. Wherever a condition is true, the row's
// shard must be in the route, and the condition cut down for that shard must be true as well.
#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "plan/explain.hpp"
#include "plan/router.hpp"
#include "shardwise/base/error.hpp"
#include "support/statements.hpp"

namespace shardwise::plan {
namespace {

using namespace shardwise::test;
using sql::expr;
using sql::expr_kind;
using sql::op;
using truth_value = std::optional<bool>;
using row = std::vector<value>;

value number(std::int64_t v) { return value(arg{v}); }

/// NULL is an empty optional throughout.
struct naive {
    const row& r;

    std::optional<value> scalar(const expr& e) const {
        if (e.kind == expr_kind::constant) return present(e.literal);
        if (e.kind == expr_kind::column) return present(r[e.ref.column]);
        const auto a = scalar(*e.operands[0]), b = scalar(*e.operands[1]);
        if (!a || !b || b->view().integer() == 0) return {};
        return number(a->view().integer() % b->view().integer());
    }
    static std::optional<value> present(const value& v) {
        if (v.is_null()) return {};
        return v;
    }
    truth_value compared(op o, const expr& x, const expr& y) const {
        const auto a = scalar(x), b = scalar(y);
        if (!a || !b) return {};
        return holds(o, compare(a->view(), b->view()));
    }
    static bool holds(op o, int order) {
        return o == op::eq   ? order == 0
               : o == op::ne ? order != 0
               : o == op::lt ? order < 0
               : o == op::le ? order <= 0
               : o == op::gt ? order > 0
                             : order >= 0;
    }
    static truth_value conj(truth_value a, truth_value b) {
        if ((a && !*a) || (b && !*b)) return false;
        if (!a || !b) return {};
        return true;
    }
    static truth_value inverted(truth_value a) {
        if (!a) return {};
        return !*a;
    }
    static truth_value disj(truth_value a, truth_value b) {
        return inverted(conj(inverted(a), inverted(b)));
    }
    truth_value in(const expr& e) const {
        truth_value found = false;
        const auto a = scalar(*e.operands[0]);
        for (const value& v : e.list)
            found = disj(found, a && !v.is_null() ? truth_value(compare(a->view(), v.view()) == 0)
                                                  : truth_value{});
        return e.negated ? inverted(found) : found;
    }
    truth_value run(const expr& e) const {
        switch (e.kind) {
            case expr_kind::unary:
                return inverted(run(*e.operands[0]));
            case expr_kind::in_list:
                return in(e);
            case expr_kind::is_null:
                return scalar(*e.operands[0]).has_value() == e.negated;
            case expr_kind::between: {
                const truth_value inside = conj(compared(op::ge, *e.operands[0], *e.operands[1]),
                                                compared(op::le, *e.operands[0], *e.operands[2]));
                return e.negated ? inverted(inside) : inside;
            }
            case expr_kind::binary:
                if (e.operation == op::conj) return conj(run(*e.operands[0]), run(*e.operands[1]));
                if (e.operation == op::disj) return disj(run(*e.operands[0]), run(*e.operands[1]));
                return compared(e.operation, *e.operands[0], *e.operands[1]);
            default: {
                const auto v = scalar(e);
                if (!v) return {};
                return v->view().boolean();
            }
        }
    }
};

class generator {
public:
    generator(std::uint32_t seed, std::vector<term> keys, term other)
        : random_(seed), keys_(std::move(keys)), other_(std::move(other)) {}

    term condition(int depth) {
        switch (depth == 0 ? 0 : below(6)) {
            case 1:
            case 2:
                return condition(depth - 1) && condition(depth - 1);
            case 3:
            case 4:
                return condition(depth - 1) || condition(depth - 1);
            case 5:
                return !condition(depth - 1);
            default:
                return atom();
        }
    }

private:
    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
    term constant() {
        switch (below(16)) {
            case 0:
                return null();
            case 1:
                return decimal::from_unscaled(below(60) - 30, 1);
            case 2:
                return (below(60) - 30) / 2.0;
            case 3:
                return decimal::from_unscaled((below(20) - 10) * 100, 2);
            default:
                return below(24) - 12;
        }
    }
    std::vector<term> constants() {
        std::vector<term> out;
        for (int n = below(6); n >= 0; --n) out.push_back(constant());
        return out;
    }
    term key() { return keys_[static_cast<std::size_t>(below(static_cast<int>(keys_.size())))]; }
    term compared(const term& a, const term& b) {
        switch (below(9)) {
            case 0:
                return a != b;
            case 1:
                return a < b;
            case 2:
                return a <= b;
            case 3:
                return a > b;
            case 4:
                return a >= b;
            default:
                return a == b;
        }
    }
    term atom() {
        switch (below(14)) {
            case 0:
                return in(key(), constants());
            case 1:
                return not_in(key(), constants());
            case 2:
                return between(key(), constant(), constant());
            case 3:
                return between(key(), constant(), constant(), true);
            case 4:
                return compared(key() % term(below(13) - 6), term(below(9) - 4));
            case 5:
                return in(key() % term(below(6) + 1), {below(7) - 3, below(7) - 3});
            case 6:
                return below(2) ? is_null(key()) : is_not_null(key());
            case 7:
                return compared(other_, constant());
            case 8:
                return key() == other_;
            case 9:
                return truth(below(2) == 0);
            case 10:
                return compared(constant(), key());
            case 11:
                return in(key(), {});
            default:
                return compared(key(), constant());
        }
    }

    std::mt19937 random_;
    std::vector<term> keys_;
    term other_;
};

/// One table whose rows are enumerated, and where each may be.
struct trial {
    const table& t;
    const cluster_view& view;
    directory_entries entries;
    std::vector<row> rows;

    std::vector<shard_index> shards_of(const row& r) const {
        std::vector<arg> key;
        bool has_null = false;
        for (const auto c : t.placed.shard_key) {
            key.push_back(r[c].view());
            has_null = has_null || r[c].is_null();
        }
        if (has_null && !t.placed.null_bucket) return view.map_of(t).all_shards();
        try {
            const auto p = place(t, key, view, entries);
            if (p) return {p->shard};
        } catch (const error& e) {
            EXPECT_EQ(e.code(), error_code::unroutable_key);
        }
        return {};
    }

    void check(const term& condition) const {
        const sql::select_ptr s = query(t).where(condition);
        const routed found = route_select(*s, view, entries);
        ASSERT_TRUE(found.pending.empty());
        const std::vector<sql::select_ptr> trimmed = trim(s, found.where, view, entries);
        std::size_t wanted = 0;
        for (const row& r : rows) {
            const bool holds = naive{r}.run(*condition.e).value_or(false);
            for (const shard_index shard : shards_of(r)) {
                const auto at =
                    std::find(found.where.shards.begin(), found.where.shards.end(), shard);
                if (at == found.where.shards.end()) {
                    ASSERT_FALSE(holds) << "lost a row: " << found.where.reason << text(s);
                    continue;
                }
                wanted += holds;
                const auto i = static_cast<std::size_t>(at - found.where.shards.begin());
                ASSERT_EQ(naive{r}.run(*trimmed[i]->where).value_or(false), holds)
                    << "the trimmed statement differs: " << text(trimmed[i]) << text(s);
            }
        }
        useful += wanted > 0;
        narrowed += found.where.kind == route_kind::one || found.where.kind == route_kind::none;
    }

    static std::string text(const sql::select_ptr& s) {
        const sql::compiled c = sql::compile(*s, sql::dialect_for(sql::dialect_kind::postgres));
        std::string out = "\n" + c.text + " --";
        for (const value& v : c.values) out += " " + to_display(v.view());
        return out;
    }

    mutable std::size_t useful = 0;
    mutable std::size_t narrowed = 0;
};

std::vector<row> rows_of_users() {
    std::vector<row> rows;
    for (std::int64_t id = -13; id <= 13; ++id)
        for (int age = -1; age <= 2; ++age)
            rows.push_back({number(id), value{}, value(arg{std::string_view{"de"}}),
                            age < 0 ? value{} : number(age), value{}});
    return rows;
}

void check_users(const sharding::strategy_spec& spec, std::size_t shards, std::uint32_t seed) {
    const shop s(spec.kind);
    const cluster_view view = s.view(spec, shards);
    trial t{s.at("users"), view, {}, rows_of_users()};
    if (spec.kind == schema::strategy_kind::directory) {
        std::mt19937 random(seed);
        for (std::int64_t id = -40; id <= 40; ++id) {
            const arg key{id};
            std::optional<bucket_id> bucket = static_cast<bucket_id>(random() % spec.modulus);
            if (random() % 5 == 0) bucket.reset();
            t.entries.add("users", encode_key(&key, 1), bucket);
        }
    }
    generator g(seed, {s.col("users.id")}, s.col("users.age"));
    for (int n = 0; n < 3000; ++n) {
        t.check(g.condition(n % 4));
        if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_GT(t.useful, 500u) << "most random conditions match nothing: the test proves little";
    EXPECT_GT(t.narrowed, 200u) << "hardly any condition narrows the route";
}

TEST(RandomRoutes, NeverLoseARowUnderModulo2) { check_users(by_modulo(2), 2, 1); }
TEST(RandomRoutes, NeverLoseARowUnderModulo3) { check_users(by_modulo(3), 3, 2); }
TEST(RandomRoutes, NeverLoseARowUnderModulo12) { check_users(by_modulo(12), 5, 3); }
TEST(RandomRoutes, NeverLoseARowUnderHash) { check_users(by_hash(), 4, 4); }
TEST(RandomRoutes, NeverLoseARowUnderRange) { check_users(by_range({-7, 0, 1, 9}), 4, 5); }
TEST(RandomRoutes, NeverLoseARowUnderList) {
    check_users(by_list({{1, 2, 3}, {-5, 0}, {7}}, 1), 3, 6);
}
TEST(RandomRoutes, NeverLoseARowUnderListWithGaps) {
    check_users(by_list({{1, 2, 3}, {-5, 0}, {7, 8, 9, 10}}), 3, 7);
}
TEST(RandomRoutes, NeverLoseARowUnderDirectory) { check_users(by_directory(8), 4, 8); }

void check_nullable(const char* name, std::uint32_t seed) {
    const shop s;
    const cluster_view view = s.view(by_hash(), 3);
    trial t{s.at(name), view, {}, {}};
    for (std::int64_t id = 0; id < 3; ++id)
        for (std::int64_t owner = -12; owner <= 12; ++owner) {
            t.rows.push_back({number(id), number(owner), value{}});
            t.rows.push_back({number(id), value{}, value{}});
        }
    generator g(seed, {s.col(std::string(name) + ".owner")}, s.col(std::string(name) + ".id"));
    for (int n = 0; n < 3000; ++n) {
        t.check(g.condition(n % 4));
        if (testing::Test::HasFatalFailure()) return;
    }
}

TEST(RandomRoutes, NeverLoseARowWithNullKeysInTheirBucket) { check_nullable("notes", 9); }
TEST(RandomRoutes, NeverLoseARowWithNullKeysAnywhere) { check_nullable("loose", 10); }

TEST(RandomRoutes, NeverLoseARowWithCompositeKeys) {
    const shop s;
    const cluster_view view = s.view(by_hash(), 4);
    trial t{s.at("events"), view, {}, {}};
    for (std::int64_t tenant = -6; tenant <= 6; ++tenant)
        for (std::int64_t day = -6; day <= 6; ++day)
            t.rows.push_back({number(tenant), number(day), value{}});
    generator g(11, {s.col("events.tenant"), s.col("events.day")}, s.col("events.day"));
    for (int n = 0; n < 3000; ++n) {
        t.check(g.condition(2 + n % 3));
        if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_GT(t.narrowed, 200u);
}

}  // namespace
}  // namespace shardwise::plan
