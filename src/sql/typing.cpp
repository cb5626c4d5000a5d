// SPDX-License-Identifier: MIT
#include "sql/typing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>

#include "shardwise/base/error.hpp"

namespace shardwise::sql {
namespace {

constexpr int most_digits = 38;

[[noreturn]] void refuse(std::string message) {
    raise(error_info{.code = error_code::bad_query, .message = std::move(message)});
}

/// Decimal digits that an integer type or a decimal needs.
int precision_of(const sql_type& t) {
    switch (t.type) {
        case column_type::int16:
            return 5;
        case column_type::int32:
            return 10;
        case column_type::int64:
            return 19;
        default:
            return t.precision;
    }
}

int scale_of(const sql_type& t) { return t.type == column_type::decimal ? t.scale : 0; }

/// The same as an int64.
sql_type widened(sql_type t) {
    if (!is_integer(t.type)) return t;
    return {column_type::int64, is_narrow_integer(t) ? narrow_integer : std::uint8_t{0}, 0,
            t.nullable};
}

sql_type boolean_type(bool nullable) { return {column_type::boolean, 0, 0, nullable}; }

sql_type decimal_type(int precision, int scale, bool nullable) {
    return {column_type::decimal, static_cast<std::uint8_t>(std::min(precision, most_digits)),
            static_cast<std::uint8_t>(scale), nullable};
}

std::string_view word_for(op o) {
    switch (o) {
        case op::add:
            return "add";
        case op::subtract:
            return "subtract";
        case op::multiply:
            return "multiply";
        case op::divide:
            return "divide";
        case op::modulo:
            return "take the remainder of";
        case op::minus:
            return "negate";
        case op::conj:
            return "AND";
        case op::disj:
            return "OR";
        case op::neg:
            return "NOT";
        default:
            return "compare";
    }
}

void check_number(op o, const expr& x) {
    if (x.is_null_literal() || family_of(x.type.type) == type_family::number) return;
    refuse(fmt::format("cannot {} a value of type {}: a number is needed", word_for(o),
                       name_of(x.type.type)));
}

sql_type decimal_arithmetic(op o, const sql_type& a, const sql_type& b, bool nullable) {
    const int pa = precision_of(a), pb = precision_of(b), sa = scale_of(a), sb = scale_of(b);
    switch (o) {
        case op::multiply:
            if (sa + sb > most_digits)
                refuse(
                    fmt::format("a product with {} fraction digits cannot be kept exactly: "
                                "at most {} are possible",
                                sa + sb, most_digits));
            return decimal_type(pa + pb, sa + sb, nullable);
        case op::divide:
            refuse(
                "decimals are not divided in SQL, because the engines round the quotient "
                "differently: divide in the program with decimal::divide, or convert to double");
        default: {
            const int scale = std::max(sa, sb);
            return decimal_type(std::max(pa - sa, pb - sb) + scale + 1, scale, nullable);
        }
    }
}

sql_type arithmetic(op o, const expr& a, const expr& b) {
    check_number(o, a);
    check_number(o, b);
    const sql_type &ta = a.is_null_literal() ? b.type : a.type,
                   &tb = b.is_null_literal() ? a.type : b.type;
    const bool may_divide_by_zero = (o == op::divide || o == op::modulo) && !is_nonzero_constant(b);
    const bool nullable = a.type.nullable || b.type.nullable || may_divide_by_zero;
    if (ta.type == column_type::float64 || tb.type == column_type::float64) {
        if (o == op::modulo)
            refuse("the remainder of floating-point numbers is not the same on all engines");
        return {column_type::float64, 0, 0, nullable};
    }
    if (ta.type == column_type::decimal || tb.type == column_type::decimal)
        return decimal_arithmetic(o, ta, tb, nullable);
    const bool narrow = is_narrow_integer(ta) && is_narrow_integer(tb);
    return {column_type::int64, narrow ? narrow_integer : std::uint8_t{0}, 0, nullable};
}

}  // namespace

type_family family_of(column_type type) noexcept {
    switch (type) {
        case column_type::boolean:
            return type_family::boolean;
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
        case column_type::float64:
        case column_type::decimal:
            return type_family::number;
        case column_type::text:
            return type_family::text;
        case column_type::blob:
            return type_family::blob;
        case column_type::uuid:
            return type_family::uuid;
        case column_type::date:
            return type_family::date;
        case column_type::timestamp:
            return type_family::timestamp;
        case column_type::json:
            return type_family::json;
    }
    return type_family::json;
}

bool is_integer(column_type type) noexcept {
    return type == column_type::int16 || type == column_type::int32 || type == column_type::int64;
}

bool is_narrow_integer(const sql_type& t) noexcept {
    return t.type == column_type::int16 || t.type == column_type::int32 ||
           (t.type == column_type::int64 &&
            (t.precision == narrow_integer || t.precision == short_integer));
}

int digits_of(const decimal& d) {
    int digits = 0;
    for (const char c : d.to_string()) {
        if (c < '0' || c > '9' || (c == '0' && digits == 0)) continue;
        ++digits;
    }
    return std::max(digits, 1);
}

bool is_nonzero_constant(const expr& x) {
    if (x.kind != expr_kind::constant || x.literal.is_null()) return false;
    const arg v = x.literal.view();
    return v.kind() == kind::real ? v.real() != 0.0 : v.to_decimal() != decimal{0};
}

decimal without_trailing_zeros(const decimal& d) {
    if (d.scale() == 0) return d;
    const std::string text = d.to_string();
    int scale = d.scale();
    for (auto c = text.rbegin(); scale > 0 && *c == '0'; ++c) --scale;
    return d.rescaled(scale);
}

sql_type type_of_constant(const arg& v) {
    switch (v.kind()) {
        case kind::null:
            return {column_type::int64, 0, 0, true};
        case kind::boolean:
            return {column_type::boolean};
        case kind::integer: {
            const std::int64_t n = v.integer();
            const bool narrow = n >= std::numeric_limits<std::int32_t>::min() &&
                                n <= std::numeric_limits<std::int32_t>::max();
            return {column_type::int64, narrow ? narrow_integer : std::uint8_t{0}};
        }
        case kind::real:
            return {column_type::float64};
        case kind::text:
            return {column_type::text};
        case kind::blob:
            return {column_type::blob};
        case kind::uuid:
            return {column_type::uuid};
        case kind::date:
            return {column_type::date};
        case kind::timestamp:
            return {column_type::timestamp};
        case kind::json:
            return {column_type::json};
        case kind::decimal: {
            const decimal d = v.as_decimal();
            return decimal_type(std::max(digits_of(d), d.scale()), d.scale(), false);
        }
    }
    return {};
}

sql_type type_of_unary(op o, const expr& x) {
    if (o == op::neg) {
        check_condition("NOT", x);
        return boolean_type(x.type.nullable);
    }
    if (o != op::minus) refuse("only NOT and the minus sign have a single operand");
    check_number(o, x);
    return widened(x.type);
}

sql_type type_of_binary(op o, const expr& a, const expr& b) {
    switch (o) {
        case op::eq:
        case op::ne:
        case op::lt:
        case op::le:
        case op::gt:
        case op::ge:
            check_comparable("compare", a, b);
            break;
        case op::conj:
        case op::disj:
            check_condition(word_for(o), a);
            check_condition(word_for(o), b);
            break;
        case op::add:
        case op::subtract:
        case op::multiply:
        case op::divide:
        case op::modulo:
            return arithmetic(o, a, b);
        case op::neg:
        case op::minus:
            refuse("NOT and the minus sign have a single operand");
    }
    return boolean_type(a.type.nullable || b.type.nullable);
}

sql_type type_of_aggregate(aggregate f, const expr* x) {
    if (f == aggregate::count_all) return {column_type::int64};
    if (x->has_window) refuse("a window function cannot stand inside an aggregate");
    const type_family family = family_of(x->type.type);
    switch (f) {
        case aggregate::count_all:
        case aggregate::count:
            return {column_type::int64};
        case aggregate::count_distinct:
            if (family == type_family::json) refuse("JSON documents cannot be counted as distinct");
            return {column_type::int64};
        case aggregate::sum:
        case aggregate::sum_distinct:
            if (family != type_family::number)
                refuse(fmt::format("SUM needs numbers, not {}", name_of(x->type.type)));
            if (x->type.type == column_type::float64) return {column_type::float64, 0, 0, true};
            return decimal_type(most_digits, scale_of(x->type), true);
        case aggregate::sum_integer:
            if (!is_narrow_integer(x->type)) refuse("this sum may need more than 64 bits");
            return {column_type::int64, 0, 0, true};
        case aggregate::string_join:
            if (family != type_family::text && !x->is_null_literal())
                refuse(fmt::format("string_agg() needs text, not {}: cast it to text",
                                   name_of(x->type.type)));
            return {column_type::text, 0, 0, true};
        case aggregate::percentile_cont:
            if (family != type_family::number && !x->is_null_literal())
                refuse(
                    fmt::format("percentile_cont() needs numbers, not {}: percentile_disc() takes "
                                "one of the values",
                                name_of(x->type.type)));
            return {column_type::float64, 0, 0, true};
        case aggregate::percentile_disc:
        case aggregate::mode: {
            if (family == type_family::json) refuse("JSON documents have no order");
            sql_type t = x->type;
            t.nullable = true;
            return t;
        }
        case aggregate::avg:
        case aggregate::avg_distinct:
        case aggregate::var_pop:
        case aggregate::var_samp:
        case aggregate::stddev_pop:
        case aggregate::stddev_samp:
            if (family != type_family::number)
                refuse(fmt::format("AVG, variance and standard deviation need numbers, not {}",
                                   name_of(x->type.type)));
            return {column_type::float64, 0, 0, true};
        case aggregate::min:
        case aggregate::max: {
            if (family == type_family::json) refuse("JSON documents have no order");
            sql_type t = x->type;
            t.nullable = true;
            return t;
        }
    }
    return {};
}

void check_comparable(std::string_view what, const expr& a, const expr& b) {
    for (const expr* x : {&a, &b})
        if (family_of(x->type.type) == type_family::json)
            refuse(
                fmt::format("cannot {} JSON documents: the engines do not agree on when two of "
                            "them are equal",
                            what));
    if (a.is_null_literal() || b.is_null_literal()) return;
    if (family_of(a.type.type) != family_of(b.type.type))
        refuse(
            fmt::format("cannot {} {} with {}", what, name_of(a.type.type), name_of(b.type.type)));
}

void check_condition(std::string_view where, const expr& x) {
    if (x.is_null_literal() || x.type.type == column_type::boolean) return;
    refuse(
        fmt::format("{} needs a condition, not a value of type {}", where, name_of(x.type.type)));
}

sql_type comparison_type(std::span<const expr_ptr> operands, std::span<const value> constants) {
    sql_type common;
    bool known = false;
    const auto take = [&](sql_type t, const arg* constant) {
        if (constant != nullptr && constant->is_null()) return;
        if (constant != nullptr && constant->kind() == kind::decimal)
            t.scale =
                static_cast<std::uint8_t>(without_trailing_zeros(constant->as_decimal()).scale());
        if (!known) {
            common = t;
            known = true;
        } else if (common.type == column_type::float64 || t.type == column_type::float64) {
            common = {column_type::float64};
        } else if (common.type == column_type::decimal || t.type == column_type::decimal) {
            common = decimal_type(most_digits, std::max(scale_of(common), scale_of(t)), false);
        } else if (is_integer(t.type)) {
            common.type = column_type::int64;
        }
    };
    for (const expr_ptr& x : operands) {
        const arg v = x->literal.view();
        take(x->type, x->kind == expr_kind::constant ? &v : nullptr);
    }
    for (const value& c : constants) {
        const arg v = c.view();
        take(type_of_constant(v), &v);
    }
    return common;
}

}  // namespace shardwise::sql
