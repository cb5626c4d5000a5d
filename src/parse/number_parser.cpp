// SPDX-License-Identifier: MIT
// The rest of expression_parser: division and rounding of exact numbers.
//
// PostgreSQL keeps a quotient of decimals to 16 and more digits. Here it is a double, correctly
// rounded, as AVG is; where it is rounded to decimal digits, its numerator and denominator are
// taken apart and divided exactly, so that no digit is decided by the double.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "parse/expression_parser.hpp"
#include "sql/typing.hpp"

namespace shardwise::parse {

namespace {

using sql::expr_ptr;

bool is_exact(const expr_ptr& x) {
    return sql::is_integer(x->type.type) || x->type.type == column_type::decimal;
}

expr_ptr times(const expr_ptr& a, const expr_ptr& b) {
    if (!a) return b;
    return b ? sql::binary(sql::op::multiply, a, b) : a;
}

struct fraction {
    expr_ptr above;
    expr_ptr below;  ///< empty: 1
};

/// 1 / (a / b) is b / a, but NULL when b is 0.
expr_ptr unless_zero(const expr_ptr& x) {
    const expr_ptr zero = sql::constant(arg{std::int64_t{0}});
    const bool constant = x && x->kind == sql::expr_kind::constant && !x->is_null_literal();
    if (!x || (constant && !(x->literal.view().to_decimal() == decimal{0}))) return x;
    const expr_ptr cases[] = {sql::binary(sql::op::ne, x, zero), x};
    return sql::conditional(cases, 2, {});
}

fraction divided(const fraction& a, const fraction& b) {
    return {times(a.above, unless_zero(b.below)), times(a.below, b.above)};
}

std::optional<fraction> fraction_of(const expr_ptr& x);

std::optional<fraction> fraction_of_constant(const expr_ptr& x) {
    const double v = x->literal.view().real();
    if (!std::isfinite(v)) return std::nullopt;
    try {
        return fraction{sql::constant(arg{decimal::parse(fmt::format("{}", v))}), {}};
    } catch (const error&) {
        return std::nullopt;
    }
}

/// The number that divide() multiplied before it made a double of it; empty: it did not.
expr_ptr factor_of(const expr_ptr& x) {
    if (x->kind != sql::expr_kind::cast) return {};
    const expr_ptr& product = x->operands[0];
    const bool times_constant = product->kind == sql::expr_kind::binary &&
                                product->operation == sql::op::multiply &&
                                product->operands[1]->kind == sql::expr_kind::constant;
    return times_constant ? product->operands[1] : expr_ptr{};
}

std::optional<fraction> fraction_of_operation(const expr_ptr& x) {
    if (x->operation == sql::op::divide) {
        const expr_ptr above = factor_of(x->operands[0]), below = factor_of(x->operands[1]);
        if (above && below && sql::same_expression(*above, *below)) {
            const auto a = fraction_of(x->operands[0]->operands[0]->operands[0]);
            const auto b = fraction_of(x->operands[1]->operands[0]->operands[0]);
            if (a && b) return divided(*a, *b);
        }
    }
    const auto a = fraction_of(x->operands[0]), b = fraction_of(x->operands[1]);
    if (!a || !b) return std::nullopt;
    switch (x->operation) {
        case sql::op::add:
        case sql::op::subtract:
            return fraction{
                sql::binary(x->operation, times(a->above, b->below), times(b->above, a->below)),
                times(a->below, b->below)};
        case sql::op::multiply:
            return fraction{times(a->above, b->above), times(a->below, b->below)};
        case sql::op::divide:
            return divided(*a, *b);
        default:
            return std::nullopt;
    }
}

/// A double that is computed from exact numbers, as a quotient of exact numbers.
std::optional<fraction> fraction_of(const expr_ptr& x) {
    if (x->is_null_literal()) return std::nullopt;
    if (is_exact(x)) return fraction{x, {}};
    switch (x->kind) {
        case sql::expr_kind::constant:
            return x->type.type == column_type::float64 ? fraction_of_constant(x) : std::nullopt;
        case sql::expr_kind::cast:
            return is_exact(x->operands[0]) ? fraction_of(x->operands[0]) : std::nullopt;
        case sql::expr_kind::aggregate:
            if (x->function != sql::aggregate::avg || !is_exact(x->operands[0]))
                return std::nullopt;
            return fraction{sql::call(sql::aggregate::sum, x->operands[0]),
                            sql::call(sql::aggregate::count, x->operands[0])};
        case sql::expr_kind::unary: {
            const auto of = fraction_of(x->operands[0]);
            if (!of || x->operation != sql::op::minus) return std::nullopt;
            return fraction{sql::unary(sql::op::minus, of->above), of->below};
        }
        case sql::expr_kind::binary:
            return fraction_of_operation(x);
        default:
            return std::nullopt;
    }
}

/// An integer in PostgreSQL, too: it divides without a fraction.
bool divides_whole(const expr_ptr& x) {
    return sql::is_integer(x->type.type) && x->kind != sql::expr_kind::extract;
}

expr_ptr as_double(const expr_ptr& x) { return sql::cast(x, column_type::float64, 0, 0); }

}  // namespace

sql::expr_ptr expression_parser::divide(const tree_node& n, const sql::expr_ptr& a,
                                        const sql::expr_ptr& b) const {
    const bool exact = is_exact(a) && is_exact(b);
    return text_.placed(n, [&] {
        if (a->is_null_literal() || b->is_null_literal()) return as_double(sql::constant(arg{}));
        if (!exact || (divides_whole(a) && divides_whole(b)))
            return sql::binary(sql::op::divide, a, b);
        // As whole numbers both are exact doubles, and their quotient is correctly rounded.
        const int scale = std::max(a->type.type == column_type::decimal ? int{a->type.scale} : 0,
                                   b->type.type == column_type::decimal ? int{b->type.scale} : 0);
        if (scale == 0 || scale > 6)
            return sql::binary(sql::op::divide, as_double(a), as_double(b));
        std::int64_t power = 1;
        for (int i = 0; i < scale; ++i) power *= 10;
        const expr_ptr factor = sql::constant(arg{power});
        return sql::binary(sql::op::divide, as_double(times(a, factor)),
                           as_double(times(b, factor)));
    });
}

sql::expr_ptr expression_parser::rounded(const tree_node& n, const sql::expr_ptr& x,
                                         std::int64_t digits, sql::rounding how) const {
    if (x->kind == sql::expr_kind::conditional ||
        (x->kind == sql::expr_kind::function && x->callee == sql::function::coalesce)) {
        std::vector<expr_ptr> parts = x->operands;
        const bool cases = x->kind == sql::expr_kind::conditional;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const bool last = i + 1 == parts.size() && x->has_otherwise;
            if ((!cases || i % 2 == 1 || last) && !parts[i]->is_null_literal())
                parts[i] = rounded(n, parts[i], digits, how);
        }
        return text_.placed(n, [&] {
            if (!cases) return sql::call(sql::function::coalesce, parts.data(), parts.size());
            const expr_ptr otherwise = x->has_otherwise ? parts.back() : expr_ptr{};
            return sql::conditional(parts.data(), parts.size() - (x->has_otherwise ? 1 : 0),
                                    otherwise);
        });
    }
    return text_.placed(n, [&] {
        const expr_ptr count = sql::constant(arg{digits});
        if (const auto f = fraction_of(x)) {
            const expr_ptr one = sql::constant(arg{std::int64_t{1}});
            const expr_ptr parts[] = {f->above, f->below ? f->below : one, count,
                                      sql::constant(arg{static_cast<std::int64_t>(how)})};
            return sql::call(sql::function::quotient, parts, 4);
        }
        // What has no exact quotient is rounded as a double, in its own direction.
        expr_ptr whole = x;
        if (digits == 0 && how != sql::rounding::half_away)
            whole = sql::call(how == sql::rounding::down ? sql::function::floor
                              : how == sql::rounding::up ? sql::function::ceiling
                                                         : sql::function::trunc,
                              &x, 1);
        const expr_ptr parts[] = {whole, count};
        return sql::call(sql::function::to_decimal, parts, 2);
    });
}

/// round, trunc, floor, ceil
sql::expr_ptr expression_parser::rounding_function(const tree_node& n, const std::string& name,
                                                   const std::vector<sql::expr_ptr>& x) const {
    if (x.empty() || x.size() > 2) text_.wrong(n, fmt::format("{}() takes a number", name));
    const sql::rounding how = name == "round"   ? sql::rounding::half_away
                              : name == "trunc" ? sql::rounding::towards_zero
                              : name == "floor" ? sql::rounding::down
                                                : sql::rounding::up;
    const sql::function plain = name == "round"   ? sql::function::round
                                : name == "trunc" ? sql::function::trunc
                                : name == "floor" ? sql::function::floor
                                                  : sql::function::ceiling;
    const bool real = x[0]->type.type == column_type::float64 && !x[0]->is_null_literal();
    std::int64_t digits = 0;
    if (x.size() == 2) {
        if (x[1]->kind != sql::expr_kind::constant || x[1]->literal.view().kind() != kind::integer)
            text_.unsupported(n, fmt::format("{}() to a computed number of digits", name),
                              "write the number");
        digits = x[1]->literal.view().integer();
        if (digits < 0 && digits >= -15 && how == sql::rounding::half_away && !real) {
            // To tens, hundreds, ...: a quotient, and back.
            std::int64_t power = 1;
            for (std::int64_t i = digits; i < 0; ++i) power *= 10;
            return text_.placed(n, [&] {
                const expr_ptr parts[] = {x[0], sql::constant(arg{power}),
                                          sql::constant(arg{std::int64_t{0}}),
                                          sql::constant(arg{std::int64_t{0}})};
                return sql::binary(sql::op::multiply, sql::call(sql::function::quotient, parts, 4),
                                   parts[1]);
            });
        }
        if (digits < 0 || digits > 15)
            text_.unsupported(n, fmt::format("{}() to {} digits", name, digits),
                              "0 to 15 can be used");
    }
    if (!real) return text_.placed(n, [&] { return sql::call(plain, x.data(), x.size()); });
    const expr_ptr cut = rounded(n, x[0], digits, how);
    const bool exact =
        cut->kind != sql::expr_kind::function || cut->callee != sql::function::to_decimal;
    if (exact || x.size() == 2) return cut;
    return text_.placed(n, [&] { return sql::call(plain, x.data(), 1); });
}

}  // namespace shardwise::parse
