// SPDX-License-Identifier: MIT
// Order, equality and hash of scalars. Numbers of different kinds are compared exactly: nothing is
// rounded to make it comparable.
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "schema/decimal_parts.hpp"
#include "schema/wide.hpp"
#include "shardwise/base/error.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise {
namespace {

using namespace schema;

/// 2^63: the first double above all 64-bit integers.
constexpr double integer_limit = 9223372036854775808.0;

template <class T>
int order(const T& a, const T& b) {
    return a < b ? -1 : b < a ? 1 : 0;
}

int order_reals(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return int{std::isnan(a)} - int{std::isnan(b)};
    return order(a, b);
}

int order_integer_real(std::int64_t i, double r) {
    if (std::isnan(r) || r >= integer_limit) return -1;
    if (r < -integer_limit) return 1;
    const double whole = std::trunc(r);
    const int by_whole = order(i, static_cast<std::int64_t>(whole));
    return by_whole != 0 ? by_whole : order(whole, r);
}

int order_decimals(const decimal& a, const decimal& b) {
    const auto ordering = a <=> b;
    return ordering < 0 ? -1 : ordering > 0 ? 1 : 0;
}

/// |d| against |r|, where r is the double nearest to d and not 0. Both sides are multiplied until
/// they are whole; being nearly equal, they then fit 256 bits (below 2^53 * 10^38).
int order_near_magnitudes(const decimal& d, double r) {
    int exponent = 0;
    const double fraction = std::frexp(std::fabs(r), &exponent);
    constexpr int mantissa_bits = std::numeric_limits<double>::digits;
    auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, mantissa_bits));
    exponent -= mantissa_bits;

    uint256 left{0, magnitude_of(d)};
    uint256 right = multiply(mantissa, power_of_ten(d.scale()));
    if (exponent < 0) {
        left = shift_left(left, -exponent);
    } else {
        right = shift_left(right, exponent);
    }
    return order(left, right);
}

int order_decimal_real(const decimal& d, double r) {
    if (std::isnan(r)) return -1;
    // Rounding to the nearest double keeps the order, unless both become the same double.
    const double nearest = d.to_double();
    if (nearest != r) return order(nearest, r);
    if (r == 0) return 0;  // the smallest decimal, 10^-38, is no zero as a double either
    const int magnitudes = order_near_magnitudes(d, r);
    return r < 0 ? -magnitudes : magnitudes;
}

bool is_number(kind k) { return k == kind::integer || k == kind::real || k == kind::decimal; }

int order_numbers(const arg& a, const arg& b) {
    if (a.kind() == kind::integer) {
        if (b.kind() == kind::integer) return order(a.integer(), b.integer());
        if (b.kind() == kind::real) return order_integer_real(a.integer(), b.real());
        return order_decimals(decimal{a.integer()}, b.as_decimal());
    }
    if (a.kind() == kind::real && b.kind() == kind::real) return order_reals(a.real(), b.real());
    if (a.kind() == kind::decimal && b.kind() == kind::decimal)
        return order_decimals(a.as_decimal(), b.as_decimal());
    if (a.kind() == kind::decimal && b.kind() == kind::real)
        return order_decimal_real(a.as_decimal(), b.real());
    return -order_numbers(b, a);
}

bool are_comparable(kind a, kind b) {
    return a == b ? a != kind::null : is_number(a) && is_number(b);
}

/// Every bit of the input changes about half of the result's bits.
std::uint64_t mixed(std::uint64_t bits) noexcept {
    bits ^= bits >> 32;
    bits *= 0xD6E8FEB86659FD93U;
    bits ^= bits >> 32;
    bits *= 0xD6E8FEB86659FD93U;
    bits ^= bits >> 32;
    return bits;
}

std::uint64_t hash_of_bytes(std::string_view bytes, std::uint64_t seed) noexcept {
    std::uint64_t hash = mixed(seed + bytes.size());
    while (!bytes.empty()) {
        std::uint64_t word = 0;
        const std::size_t taken = bytes.size() < sizeof word ? bytes.size() : sizeof word;
        std::memcpy(&word, bytes.data(), taken);
        hash = mixed(hash ^ word) + word;
        bytes.remove_prefix(taken);
    }
    return hash;
}

// All numbers that are equal have one form: the integer if it is one of 64 bits, else the nearest
// double.
constexpr auto integer_seed = std::uint64_t{0x9E3779B97F4A7C15};
constexpr auto real_seed = std::uint64_t{0xC2B2AE3D27D4EB4F};

std::uint64_t hash_of_integer(std::int64_t i) noexcept {
    return mixed(static_cast<std::uint64_t>(i) + integer_seed);
}

std::uint64_t hash_of_real(double r) noexcept {
    if (r >= -integer_limit && r < integer_limit && std::trunc(r) == r)
        return hash_of_integer(static_cast<std::int64_t>(r));
    if (std::isnan(r)) r = std::numeric_limits<double>::quiet_NaN();
    return mixed(std::bit_cast<std::uint64_t>(r) + real_seed);
}

std::uint64_t hash_of_decimal(const decimal& d) noexcept {
    const auto power = static_cast<int128>(power_of_ten(d.scale()));
    const int128 whole = unscaled_of(d) / power;
    if (unscaled_of(d) % power == 0 && static_cast<std::int64_t>(whole) == whole)
        return hash_of_integer(static_cast<std::int64_t>(whole));
    const double nearest = d.to_double();
    // Not hash_of_real(): a decimal that is no integer may have a double that is one, and so may
    // none of the numbers it equals.
    return mixed(std::bit_cast<std::uint64_t>(nearest) + real_seed);
}

}  // namespace

int compare(const arg& a, const arg& b) {
    if (!are_comparable(a.kind(), b.kind())) {
        std::string message = "values of kind ";
        message += name_of(a.kind());
        message += " and ";
        message += name_of(b.kind());
        message += " cannot be compared";
        raise(error_code::internal, message);
    }
    switch (a.kind()) {
        case kind::integer:
        case kind::real:
        case kind::decimal:
            return order_numbers(a, b);
        case kind::text:
        case kind::blob:
        case kind::json:
            // char_traits compares as unsigned bytes
            return order(a.text().compare(b.text()), 0);
        case kind::uuid:
            return order(a.as_uuid(), b.as_uuid());
        default:
            return order(a.integer(), b.integer());
    }
}

bool same(const arg& a, const arg& b) {
    if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
    return are_comparable(a.kind(), b.kind()) && compare(a, b) == 0;
}

bool operator==(const value& a, const value& b) { return same(a.view(), b.view()); }

std::uint64_t hash_of(const arg& a) noexcept {
    const auto seed = static_cast<std::uint64_t>(a.kind()) << 56;
    switch (a.kind()) {
        case kind::null:
            return mixed(seed + 1);
        case kind::integer:
            return hash_of_integer(a.integer());
        case kind::real:
            return hash_of_real(a.real());
        case kind::decimal:
            return hash_of_decimal(a.as_decimal());
        case kind::text:
        case kind::blob:
        case kind::json:
            return hash_of_bytes(a.text(), seed);
        case kind::uuid: {
            const uuid u = a.as_uuid();
            return hash_of_bytes({reinterpret_cast<const char*>(u.octets.data()), 16}, seed);
        }
        default:
            return mixed(static_cast<std::uint64_t>(a.integer()) ^ seed);
    }
}

}  // namespace shardwise
