// SPDX-License-Identifier: MIT
#include "sql/constants.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "shardwise/base/error.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

column_type natural_type(const arg& v) { return type_of_constant(v).type; }

arg scaled(const decimal& d, int scale) {
    const decimal shortest = without_trailing_zeros(d);
    const int missing = scale - shortest.scale();
    if (digits_of(shortest) + missing > most_scaled_digits)
        raise(error_info{
            .code = error_code::bad_query,
            .message = fmt::format("a constant needs more than {} digits when it meets a decimal "
                                   "with {} fraction digits: SQLite keeps decimals as 64-bit "
                                   "integers",
                                   most_scaled_digits, scale)});
    return arg{shortest.rescaled(scale)};
}

[[noreturn]] void refuse(const schema::table& t, const schema::column& c, std::string_view why) {
    raise(error_info{.code = error_code::value_not_storable,
                     .message = fmt::format("column {}.{} of type {} cannot keep the value: {}",
                                            t.name, c.name, name_of(c.type), why),
                     .table = t.name});
}

std::int64_t integer_for(const arg& v, const schema::table& t, const schema::column& c) {
    if (v.kind() == kind::real) refuse(t, c, "it is a floating-point number");
    std::int64_t n = v.integer();
    if (v.kind() == kind::decimal) {
        const decimal d = without_trailing_zeros(v.as_decimal());
        if (d.scale() != 0 || d > decimal{std::numeric_limits<std::int64_t>::max()} ||
            d < decimal{std::numeric_limits<std::int64_t>::min()})
            refuse(t, c, "it is not a 64-bit integer");
        n = static_cast<std::int64_t>(d.low());
    }
    const int bits = c.type == column_type::int16 ? 16 : c.type == column_type::int32 ? 32 : 64;
    const std::int64_t most = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
    if (n > most || n < -most - 1) refuse(t, c, fmt::format("it does not fit {} bits", bits));
    return n;
}

decimal decimal_for(const arg& v, const schema::table& t, const schema::column& c) {
    if (v.kind() == kind::real) refuse(t, c, "it is a floating-point number");
    const decimal d = without_trailing_zeros(v.to_decimal());
    if (d.scale() > c.scale) refuse(t, c, "it has more fraction digits and would be rounded");
    if (digits_of(d) + c.scale - d.scale() > c.precision)
        refuse(t, c, fmt::format("it has more than {} digits", c.precision));
    return d.rescaled(c.scale);
}

double real_for(const arg& v, const schema::table& t, const schema::column& c) {
    if (v.kind() == kind::decimal) return v.as_decimal().to_double();
    if (v.kind() == kind::real) return v.real();
    constexpr std::int64_t exact = std::int64_t{1} << 53;
    if (v.integer() > exact || v.integer() < -exact)
        refuse(t, c, "an integer beyond 2^53 would be rounded");
    return static_cast<double>(v.integer());
}

}  // namespace

bound_view bind_constant(const arg& a, const sql_type& as, const dialect_traits& traits) {
    if (a.is_null()) return {a, {as.type, as.scale}};
    const bool number =
        a.kind() == kind::integer || a.kind() == kind::decimal || a.kind() == kind::real;
    if (number && as.type == column_type::float64) {
        const double d = a.kind() == kind::real      ? a.real()
                         : a.kind() == kind::decimal ? a.as_decimal().to_double()
                                                     : static_cast<double>(a.integer());
        return {arg{d}, {column_type::float64, 0}};
    }
    if (number && as.type == column_type::decimal && traits.scaled_decimals)
        return {scaled(a.to_decimal(), as.scale), {column_type::decimal, as.scale}};
    const auto scale =
        static_cast<std::uint8_t>(a.kind() == kind::decimal ? a.as_decimal().scale() : 0);
    return {a, {natural_type(a), scale}};
}

bound_view bind_assigned(const arg& a, const schema::table& t, const schema::column& c,
                         const dialect_traits& traits) {
    const typed as{c.type, c.scale};
    if (a.is_null()) return {a, as};
    switch (c.type) {
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
            return {arg{integer_for(a, t, c)}, as};
        case column_type::float64:
            return {arg{real_for(a, t, c)}, as};
        case column_type::decimal:
            if (traits.scaled_decimals && c.precision > most_scaled_digits)
                refuse(t, c, fmt::format("SQLite keeps at most {} digits", most_scaled_digits));
            return {arg{decimal_for(a, t, c)}, as};
        default:
            return {a, as};
    }
}

bound_constant bind_constant(const value& v, const sql_type& as, const dialect_traits& traits) {
    const bound_view b = bind_constant(v.view(), as, traits);
    return {value{b.bound}, b.as};
}

bound_constant bind_assigned(const value& v, const schema::table& t, const schema::column& c,
                             const dialect_traits& traits) {
    const bound_view b = bind_assigned(v.view(), t, c, traits);
    return {value{b.bound}, b.as};
}

}  // namespace shardwise::sql
