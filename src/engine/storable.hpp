// SPDX-License-Identifier: MIT
// What every engine refuses in the same way (docs/types.md), so that the three drivers cannot drift
// apart. Free functions, any thread.
#pragma once

#include <cstddef>

#include "base/utf8.hpp"
#include "schema/calendar.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise::engine {

/// Throws bad_value when the kind of `v` cannot be given to a parameter of `type` without loss, or
/// an integer is outside the type's range; value_not_storable for text that is not UTF-8 or holds a
/// zero byte, and for days and instants outside the years 1 to 9999. NULL always passes. `position`
/// (1-based, 0: unknown) goes into the message; the value itself never does. What single engines
/// refuse on top (NaN, infinity, wide decimals) is their check_storable's business.
void check_argument(const arg& v, column_type type, std::size_t position = 0);

/// The names by which the drivers know the calendar that every engine keeps.
using schema::in_calendar;
inline constexpr std::int32_t first_day = schema::first_date.days_since_epoch;
inline constexpr std::int32_t last_day = schema::last_date.days_since_epoch;
inline bool is_utf8(std::string_view text) noexcept { return is_valid_utf8(text); }

}  // namespace shardwise::engine
