// SPDX-License-Identifier: MIT
// The 128-bit integer inside a decimal, for arithmetic, comparison and the drivers' encodings.
// Pure functions, any thread.
#pragma once

#include <array>

#include "base/int128.hpp"
#include "shardwise/schema/types.hpp"

namespace shardwise::schema {

inline constexpr int decimal_digits = 38;

namespace detail {
constexpr std::array<uint128, decimal_digits + 1> powers_of_ten() {
    std::array<uint128, decimal_digits + 1> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}
inline constexpr auto powers = powers_of_ten();
}  // namespace detail

/// 10^exponent, 0 <= exponent <= 38.
constexpr uint128 power_of_ten(int exponent) noexcept {
    return detail::powers[static_cast<std::size_t>(exponent)];
}

/// The first magnitude with more than 38 digits.
inline constexpr uint128 decimal_limit = power_of_ten(decimal_digits);

/// Decimal digits of `magnitude`; 0 has none.
int digit_count(uint128 magnitude) noexcept;

/// value == unscaled * 10^-scale
inline int128 unscaled_of(const decimal& d) noexcept {
    return static_cast<int128>(static_cast<uint128>(d.high()) << 64 | d.low());
}
inline uint128 magnitude_of(const decimal& d) noexcept {
    const int128 unscaled = unscaled_of(d);
    return unscaled < 0 ? -static_cast<uint128>(unscaled) : static_cast<uint128>(unscaled);
}

/// Throws bad_value when scale is out of range or there are more than 38 digits.
decimal make_decimal(int128 unscaled, int scale);

/// The longest decimal as text: sign, "0.", 38 digits.
inline constexpr std::size_t decimal_text_size = 48;
/// Writes the text of `d` without a terminator; returns its length.
std::size_t write_text(const decimal& d, std::array<char, decimal_text_size>& to) noexcept;

}  // namespace shardwise::schema
