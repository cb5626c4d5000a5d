// SPDX-License-Identifier: MIT
// What single comparisons say about the shard key.
#include <algorithm>
#include <numeric>

#include "plan/key_literal.hpp"
#include "plan/predicate.hpp"
#include "plan/truth.hpp"

namespace shardwise::plan {
namespace {

using sql::expr;
using sql::expr_kind;
using sql::op;

bool is_null_literal(const expr& e) { return e.is_null_literal(); }

op mirrored(op o) {
    switch (o) {
        case op::lt:
            return op::gt;
        case op::le:
            return op::ge;
        case op::gt:
            return op::lt;
        case op::ge:
            return op::le;
        default:
            return o;
    }
}

arg as_compared(const arg& v, bool as_real) {
    if (!as_real) return v;
    if (v.kind() == kind::integer) return arg{static_cast<double>(v.integer())};
    if (v.kind() == kind::decimal) return arg{v.as_decimal().to_double()};
    return v;
}

/// `key % constant`, both integers.
bool is_remainder_of_key(const expr& e, const key_scope& scope) {
    if (e.kind != expr_kind::binary || e.operation != op::modulo) return false;
    const expr &a = *e.operands[0], &b = *e.operands[1];
    return scope.key_count() == 1 && a.kind == expr_kind::column && scope.find(a.ref) &&
           kind_of(a.type.type) == kind::integer && b.kind == expr_kind::constant &&
           b.literal.kind() == kind::integer;
}

void sort_unique(std::vector<arg>& points) {
    std::sort(points.begin(), points.end(),
              [](const arg& a, const arg& b) { return compare(a, b) < 0; });
    points.erase(std::unique(points.begin(), points.end(),
                             [](const arg& a, const arg& b) { return compare(a, b) == 0; }),
                 points.end());
}

std::uint64_t magnitude(std::int64_t v) {
    return v < 0 ? ~static_cast<std::uint64_t>(v) + 1 : static_cast<std::uint64_t>(v);
}

/// The literal text before the first wildcard of a LIKE pattern; `whole`: there is none.
std::string like_prefix(std::string_view pattern, bool& whole) {
    std::string prefix;
    whole = true;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '%' || pattern[i] == '_') {
            whole = false;
            break;
        }
        if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
        prefix.push_back(pattern[i]);
    }
    return prefix;
}

}  // namespace

arg predicate_analysis::constant(const expr& e, bool as_real) const {
    return as_compared(e.literal.view(), as_real);
}

arg predicate_analysis::keep(std::string text) {
    return arg{std::string_view{texts_.emplace_front(std::move(text))}};
}

region predicate_analysis::point_region(const key_column& k, std::vector<arg> points) const {
    region r;
    r.empty = points.empty();
    r.columns.resize(scope_.key_count());
    r.columns[k.key].points = std::move(points);
    return r;
}

region predicate_analysis::interval(const key_column& k, column_region c) const {
    region r;
    r.columns.resize(scope_.key_count());
    r.columns[k.key] = std::move(c);
    return meet(std::move(r), {});
}

region predicate_analysis::comparison(op o, const expr& a, const expr& b, bool as_real) {
    if (is_null_literal(a) || is_null_literal(b)) return nothing();
    const bool left = a.kind == expr_kind::constant, right = b.kind == expr_kind::constant;
    if (left && right) {
        const kind x = a.literal.kind(), y = b.literal.kind();
        if (x != y || x == kind::json) return {};
        const int order = compare(a.literal.view(), b.literal.view());
        const bool holds = o == op::eq   ? order == 0
                           : o == op::ne ? order != 0
                           : o == op::lt ? order < 0
                           : o == op::le ? order <= 0
                           : o == op::gt ? order > 0
                                         : order >= 0;
        return holds ? region{} : nothing();
    }
    if (left) return comparison(mirrored(o), b, a, as_real);
    if (!right) return {};
    if (a.kind == expr_kind::column) {
        const key_column* const k = scope_.find(a.ref);
        return k ? key_comparison(o, *k, constant(b, as_real)) : region{};
    }
    if (is_remainder_of_key(a, scope_)) return remainder_comparison(o, a, constant(b, as_real));
    return {};
}

region predicate_analysis::key_comparison(op o, const key_column& k, const arg& v) {
    const schema::column& c = scope_.key_at(k.key);
    if (o == op::eq || o == op::ne) {
        const key_literal l = equal_to(c, v);
        if (l.what == key_literal::verdict::unknown) return {};
        const bool point = l.what == key_literal::verdict::point;
        if (o == op::eq) return point ? point_region(k, {l.at}) : nothing();
        return point ? without({l.at}) : region{};
    }
    const bool included = o == op::le || o == op::ge;
    const bool is_low = o == op::gt || o == op::ge;
    const key_bound b = is_low ? above(c, v, included) : below(c, v, included);
    if (b.what == key_bound::verdict::empty) return nothing();
    if (b.what == key_bound::verdict::open) return {};
    column_region r;
    (is_low ? r.low : r.high) = b.at;
    (is_low ? r.low_included : r.high_included) = b.included;
    return interval(k, std::move(r));
}

region predicate_analysis::remainder_comparison(op o, const expr& e, const arg& v) {
    if (o != op::eq && o != op::ne) return {};
    const key_column& k = *scope_.find(e.operands[0]->ref);
    const std::int64_t divisor = e.operands[1]->literal.view().integer();
    if (divisor == 0) return {};
    schema::column whole;
    whole.type = column_type::int64;
    const key_literal l = equal_to(whole, v);
    if (l.what == key_literal::verdict::unknown) return {};
    if (o == op::eq) {
        if (l.what == key_literal::verdict::never) return nothing();
        return remainder_equals(k, divisor, l.at.integer());
    }
    // key % m <> 0: whole buckets drop out where m divides the modulus. Other remainders have two
    // signs, and both are in one bucket.
    const std::uint32_t modulus = map().strategy().modulus();
    const std::uint64_t m = magnitude(divisor);
    if (l.what != key_literal::verdict::point || l.at.integer() != 0) return {};
    if (modulus == 0 || modulus % m != 0) return {};
    region r;
    r.buckets = bucket_set::none(map().bucket_count());
    for (bucket_id b = 0; b < modulus; ++b)
        if (b % m != 0) r.buckets->add(b);
    r.empty = r.buckets->empty();
    return r;
}

/// SQL's % truncates towards zero: the remainder has the sign of the key.
region predicate_analysis::remainder_equals(const key_column& k, std::int64_t divisor,
                                            std::int64_t r) const {
    const std::uint64_t m = magnitude(divisor);
    if (magnitude(r) >= m) return nothing();
    region out;
    if (r != 0) {
        column_region c;
        (r > 0 ? c.low : c.high) = arg{r};
        out = interval(k, std::move(c));
    }
    const std::uint32_t modulus = map().strategy().modulus();
    if (modulus == 0) return out;
    // key = r (mod m), so key = r (mod g) for the common divisor g of m and the modulus.
    const std::uint64_t g = std::gcd(m, std::uint64_t{modulus});
    const auto signed_g = static_cast<std::int64_t>(g);
    const auto residue = static_cast<std::uint64_t>(((r % signed_g) + signed_g) % signed_g);
    region residues;
    residues.buckets = bucket_set::none(map().bucket_count());
    for (std::uint64_t b = residue; b < modulus; b += g)
        residues.buckets->add(static_cast<bucket_id>(b));
    return meet(std::move(out), std::move(residues));
}

region predicate_analysis::in_list(const expr& e, bool negated) {
    if (e.list.empty()) return negated ? region{} : nothing();
    const expr& x = *e.operands[0];
    if (is_null_literal(x)) return nothing();
    const bool has_null =
        std::any_of(e.list.begin(), e.list.end(), [](const value& v) { return v.is_null(); });
    const bool only_null =
        std::all_of(e.list.begin(), e.list.end(), [](const value& v) { return v.is_null(); });
    if (negated ? has_null : only_null) return nothing();
    if (x.kind == expr_kind::column) {
        const key_column* const k = scope_.find(x.ref);
        if (!k) return {};
        return negated ? key_not_in(*k, e) : key_in(*k, e);
    }
    if (negated || !is_remainder_of_key(x, scope_)) return {};
    region out = nothing();
    for (const value& v : e.list) {
        if (v.is_null()) continue;
        out = join(std::move(out),
                   remainder_comparison(op::eq, x, as_compared(v.view(), compared_as_real(e))));
    }
    return out;
}

region predicate_analysis::key_in(const key_column& k, const expr& e) {
    const schema::column& c = scope_.key_at(k.key);
    const bool as_real = compared_as_real(e);
    std::vector<arg> points;
    points.reserve(e.list.size());
    for (const value& v : e.list) {
        const key_literal l = equal_to(c, as_compared(v.view(), as_real));
        if (l.what == key_literal::verdict::unknown) return {};
        if (l.what == key_literal::verdict::point) points.push_back(l.at);
    }
    sort_unique(points);
    return point_region(k, std::move(points));
}

region predicate_analysis::key_not_in(const key_column& k, const expr& e) {
    const schema::column& c = scope_.key_at(k.key);
    const bool as_real = compared_as_real(e);
    std::vector<arg> excluded;
    for (const value& v : e.list) {
        const key_literal l = equal_to(c, as_compared(v.view(), as_real));
        if (l.what == key_literal::verdict::unknown) return {};
        if (l.what == key_literal::verdict::point) excluded.push_back(l.at);
    }
    return without(std::move(excluded));
}

/// Everything but these keys: buckets of a list strategy whose every key is excluded drop out.
region predicate_analysis::without(std::vector<arg> excluded) const {
    const sharding::strategy_spec& spec = map().spec();
    if (spec.kind != schema::strategy_kind::list || excluded.empty()) return {};
    region r;
    r.buckets = bucket_set::none(map().bucket_count());
    const auto is_excluded = [&](const value& v) {
        return std::any_of(excluded.begin(), excluded.end(),
                           [&](const arg& x) { return same(x, v.view()); });
    };
    for (bucket_id b = 0; b < map().bucket_count(); ++b) {
        const bool gone = b < spec.lists.size() && spec.default_bucket != b &&
                          std::all_of(spec.lists[b].begin(), spec.lists[b].end(), is_excluded);
        if (!gone) r.buckets->add(b);
    }
    r.empty = r.buckets->empty();
    return r;
}

region predicate_analysis::like(const expr& e, bool negated) {
    const expr &x = *e.operands[0], &pattern = *e.operands[1];
    if (is_null_literal(x) || is_null_literal(pattern)) return nothing();
    if (negated || x.kind != expr_kind::column || pattern.kind != expr_kind::constant) return {};
    const key_column* const k = scope_.find(x.ref);
    if (!k || kind_of(scope_.key_at(k->key).type) != kind::text) return {};
    bool whole = false;
    std::string prefix = like_prefix(pattern.literal.view().text(), whole);
    if (whole) return point_region(*k, {keep(std::move(prefix))});
    column_region r;
    std::string next = prefix;
    while (!next.empty() && static_cast<unsigned char>(next.back()) == 0xff) next.pop_back();
    if (prefix.empty()) return {};
    r.low = keep(std::move(prefix));
    if (!next.empty()) {
        next.back() = static_cast<char>(static_cast<unsigned char>(next.back()) + 1);
        r.high = keep(std::move(next));
        r.high_included = false;
    }
    return interval(*k, std::move(r));
}

}  // namespace shardwise::plan
