// SPDX-License-Identifier: MIT
// What every engine refuses in the same way (docs/types.md), so that the three drivers cannot drift
// apart. Free functions, any thread.
#pragma once

#include <string_view>

#include "shardwise/schema/value.hpp"

namespace shardwise::engine {

/// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// Throws bad_value when the kind of `v` cannot be given to a parameter of `type` without loss, or
/// an integer is outside the type's range; value_not_storable for text that is not UTF-8 or holds a
/// zero byte, and for days and instants outside the years 1 to 9999. NULL always passes. `position`
/// (1-based, 0: unknown) goes into the message; the value itself never does. What single engines
/// refuse on top (NaN, infinity, wide decimals) is their check_storable's business.
void check_argument(const arg& v, column_type type, std::size_t position = 0);

/// The first day and the last day that every engine keeps, as days since 1970-01-01.
inline constexpr std::int32_t first_day = -719162;
inline constexpr std::int32_t last_day = 2932896;
inline constexpr std::int64_t micros_per_day = 86'400'000'000;

constexpr bool in_calendar(date d) noexcept {
    return d.days_since_epoch >= first_day && d.days_since_epoch <= last_day;
}
constexpr bool in_calendar(timestamp t) noexcept {
    return t.micros_since_epoch >= first_day * micros_per_day &&
           t.micros_since_epoch < (last_day + std::int64_t{1}) * micros_per_day;
}

}  // namespace shardwise::engine
