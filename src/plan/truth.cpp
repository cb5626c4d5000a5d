// SPDX-License-Identifier: MIT
#include "plan/truth.hpp"

#include <cmath>
#include <cstdlib>
#include <optional>

#include "plan/key_literal.hpp"

namespace shardwise::plan {
namespace {

using sql::expr;
using sql::expr_kind;
using sql::op;

constexpr outcomes of(bool b) { return b ? possible_true : possible_false; }

outcomes negate(outcomes x) {
    return static_cast<outcomes>((x & possible_null) | ((x & possible_true) ? possible_false : 0) |
                                 ((x & possible_false) ? possible_true : 0));
}

outcomes conjunction(outcomes a, outcomes b) {
    outcomes out = 0;
    if ((a & possible_true) && (b & possible_true)) out |= possible_true;
    if ((a & possible_false) || (b & possible_false)) out |= possible_false;
    if ((a & possible_null && b & (possible_null | possible_true)) ||
        (b & possible_null && a & (possible_null | possible_true)))
        out |= possible_null;
    return out;
}

outcomes disjunction(outcomes a, outcomes b) { return negate(conjunction(negate(a), negate(b))); }

/// A scalar whose value the key or the statement fixes; `or_null`: NULL is possible, too.
struct scalar {
    arg at;
    bool or_null = false;
};

std::optional<scalar> scalar_of(const expr& e, const key_scope& scope, std::span<const arg> key);

std::optional<scalar> remainder_of(const expr& e, const key_scope& scope,
                                   std::span<const arg> key) {
    const auto a = scalar_of(*e.operands[0], scope, key);
    const auto b = scalar_of(*e.operands[1], scope, key);
    if (!a || !b || a->at.kind() != kind::integer || b->at.kind() != kind::integer) return {};
    const std::int64_t divisor = b->at.integer();
    if (divisor == 0) return {};
    const std::int64_t r = divisor == -1 ? 0 : a->at.integer() % divisor;
    return scalar{arg{r}, a->or_null || b->or_null};
}

std::optional<scalar> scalar_of(const expr& e, const key_scope& scope, std::span<const arg> key) {
    if (e.kind == expr_kind::constant) return scalar{e.literal.view()};
    if (e.kind == expr_kind::column) {
        const key_column* const k = scope.find(e.ref);
        if (!k) return {};
        return scalar{key[k->key], k->outer};
    }
    if (e.kind == expr_kind::binary && e.operation == op::modulo)
        return remainder_of(e, scope, key);
    return {};
}

double real_of(const arg& v) {
    if (v.kind() == kind::integer) return static_cast<double>(v.integer());
    return v.kind() == kind::decimal ? v.as_decimal().to_double() : v.real();
}

bool numeric(kind k) { return k == kind::integer || k == kind::decimal || k == kind::real; }

/// compare(), or nothing where a server might see it in another way.
std::optional<int> order_of(const arg& a, const arg& b, bool as_real) {
    if (a.kind() == kind::json || b.kind() == kind::json) return {};
    if (numeric(a.kind()) && numeric(b.kind())) {
        if (!as_real) return compare(a, b);
        const double x = real_of(a), y = real_of(b);
        if (!(std::fabs(x) < exact_real_limit) || !(std::fabs(y) < exact_real_limit)) return {};
        return x < y ? -1 : x > y ? 1 : 0;
    }
    if (a.kind() != b.kind()) return {};
    return compare(a, b);
}

bool holds(op o, int order) {
    switch (o) {
        case op::eq:
            return order == 0;
        case op::ne:
            return order != 0;
        case op::lt:
            return order < 0;
        case op::le:
            return order <= 0;
        case op::gt:
            return order > 0;
        case op::ge:
            return order >= 0;
        default:
            return false;
    }
}

bool is_null_literal(const expr& e) { return e.kind == expr_kind::constant && e.literal.is_null(); }

struct evaluation {
    const key_scope& scope;
    std::span<const arg> key;

    outcomes compare_sides(op o, const expr& a, const expr& b, bool as_real) const {
        if (is_null_literal(a) || is_null_literal(b)) return possible_null;
        const auto x = scalar_of(a, scope, key), y = scalar_of(b, scope, key);
        if (!x || !y || x->at.is_null() || y->at.is_null()) return possible_any;
        const auto order = order_of(x->at, y->at, as_real);
        if (!order) return possible_any;
        const outcomes known = of(holds(o, *order));
        return x->or_null || y->or_null ? static_cast<outcomes>(known | possible_null) : known;
    }

    outcomes in_list(const expr& e) const {
        if (e.list.empty()) return of(e.negated);
        const auto x = scalar_of(*e.operands[0], scope, key);
        if (!x) return possible_any;
        if (x->at.is_null()) return possible_null;
        const bool as_real = compared_as_real(e);
        outcomes found = possible_false;
        for (const value& v : e.list) {
            if (v.is_null()) {
                found = disjunction(found, possible_null);
                continue;
            }
            const auto order = order_of(x->at, v.view(), as_real);
            found = disjunction(found, order ? of(*order == 0) : possible_any);
            if (found == possible_true) break;
        }
        if (x->or_null) found |= possible_null;
        return e.negated ? negate(found) : found;
    }

    outcomes between(const expr& e) const {
        const bool as_real = compared_as_real(e);
        const outcomes inside =
            conjunction(compare_sides(op::ge, *e.operands[0], *e.operands[1], as_real),
                        compare_sides(op::le, *e.operands[0], *e.operands[2], as_real));
        return e.negated ? negate(inside) : inside;
    }

    outcomes is_null(const expr& e) const {
        const auto x = scalar_of(*e.operands[0], scope, key);
        if (!x) return possible_any;
        if (x->or_null) return possible_true | possible_false;
        return of(x->at.is_null() != e.negated);
    }

    outcomes truth_of_scalar(const expr& e) const {
        const auto x = scalar_of(e, scope, key);
        if (!x) return possible_any;
        if (x->at.is_null()) return possible_null;
        if (x->at.kind() != kind::boolean) return possible_any;
        const outcomes known = of(x->at.boolean());
        return x->or_null ? static_cast<outcomes>(known | possible_null) : known;
    }

    outcomes binary(const expr& e) const {
        const expr &a = *e.operands[0], &b = *e.operands[1];
        switch (e.operation) {
            case op::conj:
                return conjunction(run(a), run(b));
            case op::disj:
                return disjunction(run(a), run(b));
            case op::eq:
            case op::ne:
            case op::lt:
            case op::le:
            case op::gt:
            case op::ge:
                return compare_sides(e.operation, a, b, compared_as_real(e));
            default:
                return possible_any;
        }
    }

    outcomes run(const expr& e) const {
        switch (e.kind) {
            case expr_kind::binary:
                return binary(e);
            case expr_kind::unary:
                return e.operation == op::neg ? negate(run(*e.operands[0])) : possible_any;
            case expr_kind::in_list:
                return in_list(e);
            case expr_kind::between:
                return between(e);
            case expr_kind::is_null:
                return is_null(e);
            case expr_kind::column:
            case expr_kind::constant:
                return truth_of_scalar(e);
            default:
                return possible_any;
        }
        return possible_any;
    }
};

}  // namespace

outcomes outcomes_for(const expr& e, const key_scope& scope, std::span<const arg> key) {
    return evaluation{scope, key}.run(e);
}

std::size_t work_of(const expr& e) {
    std::size_t n = 1 + e.list.size();
    for (const sql::expr_ptr& x : e.operands)
        if (x) n += work_of(*x);
    return n;
}

bool compared_as_real(const expr& e) {
    for (const sql::expr_ptr& x : e.operands)
        if (x->type.type == column_type::float64 && !is_null_literal(*x)) return true;
    for (const value& v : e.list)
        if (v.kind() == kind::real) return true;
    return false;
}

}  // namespace shardwise::plan
