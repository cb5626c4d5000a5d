// SPDX-License-Identifier: MIT
// Value types that the standard library lacks or that are too dear to include. All are plain
// values: copy them freely, use them from any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shardwise {

/// Any sequence of bytes; zero bytes included.
using bytes = std::vector<std::byte>;

/// RFC 9562 UUID, big-endian bytes. Orders by its bytes, on every engine.
struct uuid {
    std::array<std::uint8_t, 16> octets{};
    friend auto operator<=>(const uuid&, const uuid&) = default;

    /// "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", either case; throws bad_value.
    static uuid parse(std::string_view text);
    std::string to_string() const;
};

/// A day of the proleptic Gregorian calendar, years 1 to 9999.
struct date {
    std::int32_t days_since_epoch = 0;  ///< 1970-01-01 is 0
    friend auto operator<=>(const date&, const date&) = default;

    /// Throws bad_value when there is no such day.
    static date from_ymd(int year, int month, int day);
    /// "YYYY-MM-DD"; throws bad_value.
    static date parse(std::string_view text);
    /// Throws bad_value when the day is outside of the years 1 to 9999.
    std::string to_string() const;
};

/// An instant: microseconds since 1970-01-01 00:00:00 UTC, years 1 to 9999. A time zone is a matter
/// of reading and writing text; two equal instants are equal however they were written.
struct timestamp {
    std::int64_t micros_since_epoch = 0;
    friend auto operator<=>(const timestamp&, const timestamp&) = default;

    static timestamp now();
    /// "YYYY-MM-DD[ T]HH:MM[:SS[.ffffff]][Z|+HH[:MM]]"; without a zone UTC is meant. Throws
    /// bad_value; also for 24:00, for a second 60, and for digits behind the microseconds that are
    /// not 0.
    static timestamp parse(std::string_view text);
    /// "YYYY-MM-DD HH:MM:SS[.ffffff]+00"; throws bad_value outside of the years 1 to 9999.
    std::string to_string() const;
};

/// An exact decimal number of at most 38 digits: unscaled * 10^-scale, 0 <= scale <= 38. Compares
/// by value: 1.5 == 1.50.
class decimal {
public:
    constexpr decimal() noexcept = default;
    constexpr decimal(std::int64_t integer) noexcept
        : low_(static_cast<std::uint64_t>(integer)), high_(integer < 0 ? -1 : 0) {}
    /// The 128-bit two's complement number (high, low) * 10^-scale. Throws bad_value when scale is
    /// out of range or the number has more than 38 digits.
    static decimal from_parts(std::int64_t high, std::uint64_t low, int scale);
    static decimal from_unscaled(std::int64_t unscaled, int scale);
    /// "-123.4500", "1e-3"; throws bad_value when it is no number or has over 38 digits.
    static decimal parse(std::string_view text);

    std::int64_t high() const noexcept { return high_; }
    std::uint64_t low() const noexcept { return low_; }
    int scale() const noexcept { return scale_; }

    /// All `scale()` fraction digits are written: "1.50".
    std::string to_string() const;
    double to_double() const noexcept;
    /// The same value with another scale; throws bad_value if digits other than 0 would be cut off.
    decimal rescaled(int scale) const;
    /// Rounded half away from zero to `scale` fraction digits, as PostgreSQL and MariaDB do.
    decimal rounded(int scale) const;

    /// Exact, with the scale that the operation gives by itself (the larger one, the sum); zeros at
    /// the end are given up where that keeps the result within 38 digits. Throw bad_value when the
    /// exact result has more.
    friend decimal operator+(const decimal& a, const decimal& b);
    friend decimal operator-(const decimal& a, const decimal& b);
    friend decimal operator*(const decimal& a, const decimal& b);
    /// Quotient rounded half away from zero to `scale` fraction digits. Throws bad_value on b == 0.
    static decimal divide(const decimal& a, const decimal& b, int scale);

    friend std::strong_ordering operator<=>(const decimal& a, const decimal& b) noexcept;
    friend bool operator==(const decimal& a, const decimal& b) noexcept {
        return (a <=> b) == std::strong_ordering::equal;
    }

private:
    friend class arg;  // carries a checked decimal over a border and back
    constexpr decimal(std::int64_t high, std::uint64_t low, int scale) noexcept
        : low_(low), high_(high), scale_(scale) {}

    std::uint64_t low_ = 0;
    std::int64_t high_ = 0;
    int scale_ = 0;
};

/// A JSON document as text; checked for well-formedness when it is stored, returned as it was
/// written.
struct json {
    std::string text = "null";
    friend bool operator==(const json&, const json&) = default;
};

}  // namespace shardwise
