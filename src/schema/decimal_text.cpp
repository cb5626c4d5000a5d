// SPDX-License-Identifier: MIT
// Decimals as text, and as doubles, which go by way of the text to be rounded correctly.
#include <algorithm>
#include <charconv>

#include "schema/bad_value.hpp"
#include "schema/decimal_parts.hpp"

namespace shardwise {
namespace {

using namespace schema;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A number as it was read: significand * 10^zeros, with the decimal point `fraction` digits from
/// the right end of that, moved by the exponent. The significand does not end in 0.
struct scanned {
    bool negative = false;
    bool is_number = true;
    bool too_long = false;
    uint128 significand = 0;
    int digits = 0;  ///< of the significand
    std::int64_t zeros = 0;
    std::int64_t scale = 0;  ///< digits behind the point minus the exponent
};

void take_digit(scanned& s, int digit) {
    if (digit == 0) {
        if (s.digits != 0) ++s.zeros;
        return;
    }
    const std::int64_t longer = s.digits + s.zeros + 1;
    if (longer > decimal_digits) {
        s.too_long = true;
        return;
    }
    s.significand *= power_of_ten(static_cast<int>(s.zeros) + 1);
    s.significand += static_cast<unsigned>(digit);
    s.digits = static_cast<int>(longer);
    s.zeros = 0;
}

/// "+12" -> 12; capped far beyond anything that matters, but never overflowing.
bool scan_exponent(std::string_view text, std::int64_t& exponent) {
    constexpr std::int64_t cap = 1'000'000'000;
    bool negative = false;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return false;
    exponent = 0;
    for (const char c : text) exponent = std::min(cap, exponent * 10 + (c - '0'));
    if (negative) exponent = -exponent;
    return true;
}

scanned scan(std::string_view text) {
    scanned s;
    std::size_t i = 0;
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
        s.negative = text[0] == '-';
        ++i;
    }
    bool seen_digit = false;
    bool seen_point = false;
    for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !seen_point)); ++i) {
        if (text[i] == '.') {
            seen_point = true;
            continue;
        }
        seen_digit = true;
        if (seen_point) ++s.scale;
        take_digit(s, text[i] - '0');
    }
    s.is_number = seen_digit;
    if (i < text.size()) {
        std::int64_t exponent = 0;
        s.is_number = seen_digit && (text[i] == 'e' || text[i] == 'E') &&
                      scan_exponent(text.substr(i + 1), exponent);
        s.scale -= exponent;
    }
    return s;
}

}  // namespace

decimal decimal::parse(std::string_view text) {
    const scanned s = scan(text);
    if (!s.is_number) bad_value("the text is not a decimal number", text);
    std::int64_t scale = std::clamp<std::int64_t>(s.scale, 0, decimal_digits);
    if (s.significand == 0 && !s.too_long) return make_decimal(0, static_cast<int>(scale));

    // The scale that was written is kept unless giving up zeros at the end makes the number fit.
    std::int64_t zeros = s.zeros + (scale - s.scale);
    const std::int64_t surplus =
        std::clamp<std::int64_t>(s.digits + zeros - decimal_digits, 0, scale);
    zeros -= surplus;
    scale -= surplus;
    if (s.too_long || zeros < 0 || s.digits + zeros > decimal_digits)
        bad_value("a decimal has more than 38 digits", text);
    const auto magnitude =
        static_cast<int128>(s.significand * power_of_ten(static_cast<int>(zeros)));
    return make_decimal(s.negative ? -magnitude : magnitude, static_cast<int>(scale));
}

std::size_t schema::write_text(const decimal& d, std::array<char, decimal_text_size>& to) noexcept {
    std::array<char, decimal_digits + 1> reversed{};
    std::size_t digits = 0;
    const auto scale = static_cast<std::size_t>(d.scale());
    for (uint128 rest = magnitude_of(d); rest != 0 || digits <= scale; rest /= 10)
        reversed[digits++] = static_cast<char>('0' + static_cast<int>(rest % 10));

    std::size_t size = 0;
    if (unscaled_of(d) < 0) to[size++] = '-';
    while (digits > 0) {
        if (digits == scale) to[size++] = '.';
        to[size++] = reversed[--digits];
    }
    return size;
}

std::string decimal::to_string() const {
    std::array<char, decimal_text_size> text{};
    const std::size_t size = write_text(*this, text);
    return {text.data(), size};
}

double decimal::to_double() const noexcept {
    std::array<char, decimal_text_size> text{};
    const std::size_t size = write_text(*this, text);
    double result = 0;
    std::from_chars(text.data(), text.data() + size, result);
    return result;
}

}  // namespace shardwise
