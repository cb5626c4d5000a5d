// SPDX-License-Identifier: MIT
// Exact quotients of scaled decimals, roundings and functions of doubles, as PostgreSQL's.
#include <cmath>
#include <cstdio>
#include <limits>
#include <new>
#include <string>

#include "engine/driver/sqlite/function_arguments.hpp"
#include "shardwise/schema/types.hpp"
#include "shardwise/sql/ast.hpp"

namespace shardwise::engine::sqlite {
namespace {

[[noreturn]] void refuse(const char* message) { raise(error_code::bad_value, message); }

decimal scaled(sqlite3_value* v, int scale) {
    // A sum that left 64 bits has become a double: its digits are gone.
    if (sqlite3_value_type(v) != SQLITE_INTEGER) refuse("integer overflow");
    return decimal::from_unscaled(sqlite3_value_int64(v), scale);
}

/// The unscaled number, if it fits 64 bits.
void give_unscaled(sqlite3_context* c, const decimal& d) {
    const auto low = static_cast<std::int64_t>(d.low());
    if (d.high() != (low < 0 ? -1 : 0))
        refuse("a decimal of more than 18 digits: fewer fraction digits may help");
    sqlite3_result_int64(c, low);
}

/// (a, its scale, b, its scale, digits, rounding)
void quotient(sqlite3_context* c, arguments a) {
    decimal dividend = scaled(a[0], sqlite3_value_int(a[1]));
    decimal divisor = scaled(a[2], sqlite3_value_int(a[3]));
    const int digits = sqlite3_value_int(a[4]);
    if (divisor == decimal{0}) return;
    if (divisor < decimal{0}) {
        dividend = decimal{0} - dividend;
        divisor = decimal{0} - divisor;
    }
    decimal q = decimal::divide(dividend, divisor, digits).rescaled(digits);
    const decimal one = decimal::from_unscaled(1, digits), back = q * divisor;
    const bool too_large = back > dividend, too_small = back < dividend;
    auto how = static_cast<sql::rounding>(sqlite3_value_int(a[5]));
    if (how == sql::rounding::towards_zero)
        how = dividend < decimal{0} ? sql::rounding::up : sql::rounding::down;
    if (how == sql::rounding::down && too_large) q = q - one;
    if (how == sql::rounding::up && too_small) q = q + one;
    give_unscaled(c, q.rescaled(digits));
}

/// PostgreSQL makes a numeric of the 15 first digits of a double.
void to_decimal(sqlite3_context* c, arguments a) {
    const double x = sqlite3_value_double(a[0]);
    if (!std::isfinite(x)) refuse("an infinite double is no decimal");
    char text[40];
    std::snprintf(text, sizeof text, "%.15g", x);
    give_unscaled(
        c, decimal::parse(text).rounded(sqlite3_value_int(a[1])).rescaled(sqlite3_value_int(a[1])));
}

void whole(sqlite3_context* c, arguments a) {
    const double x = std::nearbyint(sqlite3_value_double(a[0]));
    if (!(x >= -9223372036854775808.0 && x < 9223372036854775808.0))
        refuse("a double outside of 64 bits is no integer");
    sqlite3_result_int64(c, static_cast<sqlite3_int64>(x));
}

/// Of at most so many bits.
void integer(sqlite3_context* c, arguments a) {
    const sqlite3_int64 x = sqlite3_value_int64(a[0]);
    const sqlite3_int64 most = (sqlite3_int64{1} << (sqlite3_value_int(a[1]) - 1)) - 1;
    if (x > most || x < -most - 1) refuse("integer out of range of the type that it is cast to");
    sqlite3_result_int64(c, x);
}

template <double (*F)(double)>
void real(sqlite3_context* c, arguments a) {
    const double x = sqlite3_value_double(a[0]), y = F(x);
    if (std::isnan(y) || (std::isinf(y) && !std::isinf(x)))
        refuse("a function of doubles got a number outside of its domain, or leaves their range");
    sqlite3_result_double(c, y);
}
double nearest(double x) { return std::nearbyint(x); }
double cut(double x) { return std::trunc(x); }
double root(double x) { return std::sqrt(x); }
double exponential(double x) { return std::exp(x); }
double natural(double x) { return std::log(x); }
double of_ten(double x) { return std::log10(x); }

void power(sqlite3_context* c, arguments a) {
    const double x = sqlite3_value_double(a[0]), y = sqlite3_value_double(a[1]);
    const double z = std::pow(x, y);
    if (std::isnan(z) || (std::isinf(z) && !std::isinf(x) && !std::isinf(y)))
        refuse("power() of these numbers is not defined, or leaves the range of doubles");
    sqlite3_result_double(c, z);
}

}  // namespace

void add_number_functions(sqlite3* db) {
    add_function(db, "sw_quotient", 6, strict<quotient>);
    add_function(db, "sw_to_decimal", 2, strict<to_decimal>);
    add_function(db, "sw_whole", 1, strict<whole>);
    add_function(db, "sw_integer", 2, strict<integer>);
    add_function(db, "sw_round", 1, strict<real<nearest>>);
    add_function(db, "sw_trunc", 1, strict<real<cut>>);
    add_function(db, "sw_sqrt", 1, strict<real<root>>);
    add_function(db, "sw_exp", 1, strict<real<exponential>>);
    add_function(db, "sw_ln", 1, strict<real<natural>>);
    add_function(db, "sw_log", 1, strict<real<of_ten>>);
    add_function(db, "sw_power", 2, strict<power>);
}

}  // namespace shardwise::engine::sqlite
