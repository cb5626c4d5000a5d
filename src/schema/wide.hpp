// SPDX-License-Identifier: MIT
// Unsigned 256-bit integers: just enough to multiply, align, compare and divide 38-digit decimals
// without overflow. Plain values.
#pragma once

#include "base/int128.hpp"

namespace shardwise::schema {

struct uint256 {
    uint128 high = 0;
    uint128 low = 0;

    friend constexpr bool operator==(const uint256&, const uint256&) noexcept = default;
    friend constexpr bool operator<(const uint256& a, const uint256& b) noexcept {
        return a.high != b.high ? a.high < b.high : a.low < b.low;
    }
    constexpr bool is_zero() const noexcept { return high == 0 && low == 0; }
};

/// Exact: never overflows.
constexpr uint256 multiply(uint128 a, uint128 b) noexcept {
    constexpr uint128 mask = ~static_cast<unsigned long long>(0);
    const uint128 low = (a & mask) * (b & mask);
    const uint128 mid1 = (a >> 64) * (b & mask);
    const uint128 mid2 = (a & mask) * (b >> 64);
    const uint128 carry = (low >> 64) + (mid1 & mask) + (mid2 & mask);
    return {(a >> 64) * (b >> 64) + (mid1 >> 64) + (mid2 >> 64) + (carry >> 64),
            (carry << 64) | (low & mask)};
}

/// The caller knows that the sum fits.
constexpr uint256 add(const uint256& a, const uint256& b) noexcept {
    const uint128 low = a.low + b.low;
    return {a.high + b.high + (low < a.low ? 1 : 0), low};
}

/// a - b; the caller knows that b is not larger.
constexpr uint256 subtract(const uint256& a, const uint256& b) noexcept {
    return {a.high - b.high - (a.low < b.low ? 1 : 0), a.low - b.low};
}

/// 0 <= bits < 256; what leaves at the top is lost.
constexpr uint256 shift_left(const uint256& a, int bits) noexcept {
    if (bits == 0) return a;
    if (bits >= 128) return {a.low << (bits - 128), 0};
    return {a.high << bits | a.low >> (128 - bits), a.low << bits};
}

struct wide_quotient {
    uint256 quotient;
    uint256 remainder;
};

/// Long division bit by bit; divisor != 0 and below 2^255.
constexpr wide_quotient divide(const uint256& dividend, const uint256& divisor) noexcept {
    wide_quotient result;
    for (int bit = 255; bit >= 0; --bit) {
        const uint128 part = bit >= 128 ? dividend.high >> (bit - 128) : dividend.low >> bit;
        result.remainder = shift_left(result.remainder, 1);
        result.remainder.low |= part & 1;
        result.quotient = shift_left(result.quotient, 1);
        if (!(result.remainder < divisor)) {
            result.remainder = subtract(result.remainder, divisor);
            result.quotient.low |= 1;
        }
    }
    return result;
}

}  // namespace shardwise::schema
