// SPDX-License-Identifier: MIT
// Regions and how they combine; the comparisons themselves are in predicate_atoms.cpp.
#include "plan/predicate.hpp"

#include <algorithm>

#include "plan/truth.hpp"

namespace shardwise::plan {
namespace {

bool less(const arg& a, const arg& b) { return compare(a, b) < 0; }

void meet_low(column_region& a, const std::optional<arg>& low, bool included) {
    if (!low) return;
    const int order = a.low ? compare(*low, *a.low) : 1;
    if (order > 0) {
        a.low = low;
        a.low_included = included;
    } else if (order == 0) {
        a.low_included = a.low_included && included;
    }
}

void meet_high(column_region& a, const std::optional<arg>& high, bool included) {
    if (!high) return;
    const int order = a.high ? compare(*high, *a.high) : -1;
    if (order < 0) {
        a.high = high;
        a.high_included = included;
    } else if (order == 0) {
        a.high_included = a.high_included && included;
    }
}

bool outside(const column_region& r, const arg& v) {
    if (r.low) {
        const int order = compare(v, *r.low);
        if (order < 0 || (order == 0 && !r.low_included)) return true;
    }
    if (r.high) {
        const int order = compare(v, *r.high);
        if (order > 0 || (order == 0 && !r.high_included)) return true;
    }
    return false;
}

/// False when no value is left.
bool meet_column(column_region& a, column_region&& b) {
    meet_low(a, b.low, b.low_included);
    meet_high(a, b.high, b.high_included);
    if (a.points && b.points) {
        std::vector<arg> both;
        std::set_intersection(a.points->begin(), a.points->end(), b.points->begin(),
                              b.points->end(), std::back_inserter(both), less);
        a.points = std::move(both);
    } else if (b.points) {
        a.points = std::move(b.points);
    }
    if (a.points) {
        std::erase_if(*a.points, [&](const arg& v) { return outside(a, v); });
        return !a.points->empty();
    }
    if (!a.low || !a.high) return true;
    const int order = compare(*a.low, *a.high);
    return order < 0 || (order == 0 && a.low_included && a.high_included);
}

column_region hull(column_region&& a, column_region&& b) {
    column_region out;
    if (a.points && b.points) {
        out.points.emplace();
        std::set_union(a.points->begin(), a.points->end(), b.points->begin(), b.points->end(),
                       std::back_inserter(*out.points), less);
    }
    // Bounds of points alone are not kept: the points themselves say more.
    if (a.low && b.low) {
        const int order = compare(*a.low, *b.low);
        out.low = order <= 0 ? a.low : b.low;
        out.low_included = order < 0   ? a.low_included
                           : order > 0 ? b.low_included
                                       : a.low_included || b.low_included;
    }
    if (a.high && b.high) {
        const int order = compare(*a.high, *b.high);
        out.high = order >= 0 ? a.high : b.high;
        out.high_included = order > 0   ? a.high_included
                            : order < 0 ? b.high_included
                                        : a.high_included || b.high_included;
    }
    return out;
}

/// An integer interval of one key column as a strategy sees it.
std::optional<bucket_set> range_buckets(const sharding::shard_map& map, const column_region& r) {
    if (!r.low && !r.high) return std::nullopt;
    key_range range;
    range.low = r.low ? &*r.low : nullptr;
    range.low_included = r.low_included;
    range.high = r.high ? &*r.high : nullptr;
    range.high_included = r.high_included;
    return map.strategy().buckets_in(range);
}

void meet_buckets(std::optional<bucket_set>& a, std::optional<bucket_set> b) {
    if (!b) return;
    if (a)
        *a &= *b;
    else
        a = std::move(b);
}

}  // namespace

bool region::pinned() const {
    return !columns.empty() && std::all_of(columns.begin(), columns.end(),
                                           [](const auto& c) { return c.points.has_value(); });
}

std::size_t region::combinations() const {
    std::size_t n = 1;
    for (const column_region& c : columns) {
        if (c.points->empty()) return 0;
        if (n > SIZE_MAX / c.points->size()) return SIZE_MAX;
        n *= c.points->size();
    }
    return n;
}

region predicate_analysis::nothing() const {
    region r;
    r.empty = true;
    return r;
}

region predicate_analysis::meet(region a, region b) const {
    if (a.empty || b.empty) return nothing();
    if (a.columns.empty()) {
        a.columns = std::move(b.columns);
    } else if (!b.columns.empty()) {
        for (std::size_t i = 0; i < a.columns.size(); ++i)
            if (!meet_column(a.columns[i], std::move(b.columns[i]))) return nothing();
    }
    meet_buckets(a.buckets, std::move(b.buckets));
    // The narrower interval may exclude buckets that each side alone had to allow.
    if (a.columns.size() == 1 && !a.columns[0].points)
        meet_buckets(a.buckets, range_buckets(map(), a.columns[0]));
    a.empty = a.buckets && a.buckets->empty();
    return a;
}

region predicate_analysis::join(region a, region b) const {
    if (a.empty) return b;
    if (b.empty) return a;
    region out;
    if (a.pinned() && b.pinned() && !a.buckets && !b.buckets) {
        // Found from the points in the end.
    } else {
        auto left = buckets_of(a);
        if (left) {
            const auto right = buckets_of(b);
            if (right) {
                *left |= *right;
                out.buckets = std::move(left);
            }
        }
    }
    if (!a.columns.empty() && !b.columns.empty())
        for (std::size_t i = 0; i < a.columns.size(); ++i)
            out.columns.push_back(hull(std::move(a.columns[i]), std::move(b.columns[i])));
    return out;
}

std::optional<bucket_set> predicate_analysis::buckets_of(const region& r) const {
    if (r.empty) return bucket_set::none(map().bucket_count());
    if (!r.pinned()) return r.buckets;
    if (r.columns.size() > 1 && r.combinations() > most_combinations) return r.buckets;
    std::optional<bucket_set> found = bucket_set::none(map().bucket_count());
    for_each_key(r, [&](std::span<const arg> key) {
        const key_buckets::found f = keys_.find(key);
        if (f.what == key_buckets::answer::pending || f.what == key_buckets::answer::unknown)
            found.reset();
        else if (f.what == key_buckets::answer::bucket && found)
            found->add(f.bucket);
    });
    meet_buckets(found, r.buckets);
    return found;
}

region predicate_analysis::evaluate(const sql::expr& e, bool negated) {
    using sql::expr_kind;
    switch (e.kind) {
        case expr_kind::binary:
            return binary(e, negated);
        case expr_kind::unary:
            return e.operation == sql::op::neg ? evaluate(*e.operands[0], !negated) : region{};
        case expr_kind::in_list:
            return in_list(e, negated != e.negated);
        case expr_kind::between:
            return between(e, negated != e.negated);
        case expr_kind::is_null:
            return is_null(e, negated != e.negated);
        case expr_kind::like:
            return like(e, negated != e.negated);
        case expr_kind::column: {
            const key_column* const k = scope_.find(e.ref);
            if (!k || e.type.type != column_type::boolean) return {};
            return key_comparison(sql::op::eq, *k, arg{!negated});
        }
        case expr_kind::constant: {
            const arg v = e.literal.view();
            if (v.is_null()) return nothing();
            if (v.kind() == kind::boolean && v.boolean() == negated) return nothing();
            return {};
        }
        default:
            return {};  // says nothing that a strategy understands
    }
}

region predicate_analysis::binary(const sql::expr& e, bool negated) {
    const sql::expr &a = *e.operands[0], &b = *e.operands[1];
    switch (e.operation) {
        case sql::op::conj:
        case sql::op::disj:
            // NOT (a AND b) is true where NOT a or NOT b is, also with NULLs; and the other way.
            if ((e.operation == sql::op::conj) != negated)
                return meet(evaluate(a, negated), evaluate(b, negated));
            return join(evaluate(a, negated), evaluate(b, negated));
        case sql::op::eq:
            return comparison(negated ? sql::op::ne : sql::op::eq, a, b, compared_as_real(e));
        case sql::op::ne:
            return comparison(negated ? sql::op::eq : sql::op::ne, a, b, compared_as_real(e));
        case sql::op::lt:
            return comparison(negated ? sql::op::ge : sql::op::lt, a, b, compared_as_real(e));
        case sql::op::le:
            return comparison(negated ? sql::op::gt : sql::op::le, a, b, compared_as_real(e));
        case sql::op::gt:
            return comparison(negated ? sql::op::le : sql::op::gt, a, b, compared_as_real(e));
        case sql::op::ge:
            return comparison(negated ? sql::op::lt : sql::op::ge, a, b, compared_as_real(e));
        default:
            return {};
    }
}

region predicate_analysis::between(const sql::expr& e, bool negated) {
    const bool as_real = compared_as_real(e);
    const sql::expr &x = *e.operands[0], &low = *e.operands[1], &high = *e.operands[2];
    if (negated)
        return join(comparison(sql::op::lt, x, low, as_real),
                    comparison(sql::op::gt, x, high, as_real));
    return meet(comparison(sql::op::ge, x, low, as_real),
                comparison(sql::op::le, x, high, as_real));
}

region predicate_analysis::is_null(const sql::expr& e, bool negated) {
    const sql::expr& x = *e.operands[0];
    if (x.kind == sql::expr_kind::constant)
        return x.literal.is_null() == negated ? nothing() : region{};
    if (x.kind != sql::expr_kind::column || negated) return {};
    const key_column* const k = scope_.find(x.ref);
    // Where a LEFT JOIN found nothing the key is NULL, and the row lives wherever it lives. A
    // column that is only equal to the key cannot be NULL in a result row.
    if (!k || k->outer) return {};
    if (!k->declared) return nothing();
    if (!x.ref.table->columns[x.ref.column].nullable) return nothing();
    const auto& null_bucket = x.ref.table->placed.null_bucket;
    if (!null_bucket || *null_bucket >= map().bucket_count()) return {};
    region r;
    r.buckets = bucket_set::none(map().bucket_count());
    r.buckets->add(*null_bucket);
    return r;
}

}  // namespace shardwise::plan
