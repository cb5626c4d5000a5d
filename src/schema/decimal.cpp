// SPDX-License-Identifier: MIT
// Decimal arithmetic. Intermediate results live in 256 bits, so that only the final result can be
// too large. Text is in decimal_text.cpp.
#include <algorithm>

#include "schema/bad_value.hpp"
#include "schema/decimal_parts.hpp"
#include "schema/wide.hpp"

namespace shardwise {
namespace schema {
namespace {

void check_scale(int scale) {
    if (scale < 0 || scale > decimal_digits)
        bad_value("the scale of a decimal is outside of 0 to 38");
}

[[noreturn]] void too_many_digits() { bad_value("a decimal has more than 38 digits"); }

/// A sign and a magnitude of up to 256 bits, on the way to a decimal.
struct wide_decimal {
    bool negative = false;
    uint256 magnitude;
    int scale = 0;
};

wide_decimal widen(const decimal& d, int scale) {
    return {unscaled_of(d) < 0, multiply(magnitude_of(d), power_of_ten(scale - d.scale())), scale};
}

bool fits(const wide_decimal& w) {
    return w.magnitude.high == 0 && w.magnitude.low < decimal_limit && w.scale <= decimal_digits;
}

/// Gives up zeros at the end while the number is too long for a decimal.
decimal narrow(wide_decimal w) {
    while (!fits(w)) {
        const wide_quotient shorter = divide(w.magnitude, {0, 10});
        if (w.scale == 0 || !shorter.remainder.is_zero()) too_many_digits();
        w.magnitude = shorter.quotient;
        --w.scale;
    }
    const auto unscaled = static_cast<int128>(w.magnitude.low);
    return make_decimal(w.negative ? -unscaled : unscaled, w.scale);
}

/// |value| / 10^digits, half away from zero.
uint128 drop_digits(uint128 magnitude, int digits) {
    const uint128 power = power_of_ten(digits);
    const uint128 rest = magnitude % power;
    return magnitude / power + (rest >= power - rest ? 1 : 0);
}

decimal with_sign_of(const decimal& source, uint128 magnitude, int scale) {
    const auto unscaled = static_cast<int128>(magnitude);
    return make_decimal(unscaled_of(source) < 0 ? -unscaled : unscaled, scale);
}

std::strong_ordering order_magnitudes(const decimal& a, const decimal& b) noexcept {
    const int scale = std::max(a.scale(), b.scale());
    const uint256 left = multiply(magnitude_of(a), power_of_ten(scale - a.scale()));
    const uint256 right = multiply(magnitude_of(b), power_of_ten(scale - b.scale()));
    if (left == right) return std::strong_ordering::equal;
    return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
}

}  // namespace

int digit_count(uint128 magnitude) noexcept {
    int digits = 0;
    while (digits <= decimal_digits && magnitude >= power_of_ten(digits)) ++digits;
    return digits;
}

decimal make_decimal(int128 unscaled, int scale) {
    const auto both = static_cast<uint128>(unscaled);
    return decimal::from_parts(static_cast<std::int64_t>(unscaled >> 64),
                               static_cast<std::uint64_t>(both), scale);
}

}  // namespace schema

using namespace schema;

decimal decimal::from_parts(std::int64_t high, std::uint64_t low, int scale) {
    check_scale(scale);
    const decimal candidate{high, low, scale};
    if (magnitude_of(candidate) >= decimal_limit) too_many_digits();
    return candidate;
}

decimal decimal::from_unscaled(std::int64_t unscaled, int scale) {
    return from_parts(unscaled < 0 ? -1 : 0, static_cast<std::uint64_t>(unscaled), scale);
}

decimal decimal::rescaled(int scale) const {
    check_scale(scale);
    const uint128 magnitude = magnitude_of(*this);
    if (scale >= scale_) {
        const uint256 longer = multiply(magnitude, power_of_ten(scale - scale_));
        if (longer.high != 0 || longer.low >= decimal_limit) too_many_digits();
        return with_sign_of(*this, longer.low, scale);
    }
    const uint128 power = power_of_ten(scale_ - scale);
    if (magnitude % power != 0)
        bad_value("a decimal has more fraction digits than the wanted scale keeps");
    return with_sign_of(*this, magnitude / power, scale);
}

decimal decimal::rounded(int scale) const {
    check_scale(scale);
    if (scale >= scale_) return rescaled(scale);
    return with_sign_of(*this, drop_digits(magnitude_of(*this), scale_ - scale), scale);
}

decimal operator+(const decimal& a, const decimal& b) {
    const int scale = std::max(a.scale_, b.scale_);
    const wide_decimal left = widen(a, scale);
    const wide_decimal right = widen(b, scale);
    if (left.negative == right.negative)
        return narrow({left.negative, add(left.magnitude, right.magnitude), scale});
    if (left.magnitude < right.magnitude)
        return narrow({right.negative, subtract(right.magnitude, left.magnitude), scale});
    return narrow({left.negative, subtract(left.magnitude, right.magnitude), scale});
}

decimal operator-(const decimal& a, const decimal& b) {
    return a + make_decimal(-unscaled_of(b), b.scale_);
}

decimal operator*(const decimal& a, const decimal& b) {
    return narrow({(unscaled_of(a) < 0) != (unscaled_of(b) < 0),
                   multiply(magnitude_of(a), magnitude_of(b)), a.scale_ + b.scale_});
}

decimal decimal::divide(const decimal& a, const decimal& b, int scale) {
    check_scale(scale);
    const uint128 numerator = magnitude_of(a);
    const uint128 denominator = magnitude_of(b);
    if (denominator == 0) bad_value("a decimal is divided by zero");
    if (numerator == 0) return make_decimal(0, scale);

    // quotient * 10^scale == numerator * 10^shift / denominator
    const int shift = scale + b.scale_ - a.scale_;
    uint256 top{0, numerator};
    uint256 bottom{0, denominator};
    if (shift < 0) {
        bottom = multiply(denominator, power_of_ten(-shift));
    } else {
        // With more digits than this the quotient of any 38-digit denominator has over 38, and
        // below it the product stays below 10^77 < 2^256.
        if (digit_count(numerator) + shift > 2 * decimal_digits + 1) too_many_digits();
        top = multiply(numerator, power_of_ten(std::min(shift, decimal_digits)));
        for (int i = decimal_digits; i < shift; ++i)
            top = add(shift_left(top, 3), shift_left(top, 1));
    }
    auto [quotient, remainder] = schema::divide(top, bottom);
    if (!(shift_left(remainder, 1) < bottom)) quotient = add(quotient, {0, 1});
    if (quotient.high != 0 || quotient.low >= decimal_limit) too_many_digits();
    const auto unscaled = static_cast<int128>(quotient.low);
    return make_decimal((a.high_ < 0) != (b.high_ < 0) ? -unscaled : unscaled, scale);
}

std::strong_ordering operator<=>(const decimal& a, const decimal& b) noexcept {
    const int128 left = unscaled_of(a);
    const int128 right = unscaled_of(b);
    if (a.scale_ == b.scale_ || (left < 0) != (right < 0)) {
        if (left == right) return std::strong_ordering::equal;
        return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    return left < 0 ? order_magnitudes(b, a) : order_magnitudes(a, b);
}

}  // namespace shardwise
