// SPDX-License-Identifier: MIT
// The proleptic Gregorian calendar between days or microseconds and their fields, for text and for
// drivers whose wire format has fields. Years 1 to 9999. Pure functions, any thread.
#pragma once

#include <cstdint>

#include "shardwise/schema/types.hpp"

namespace shardwise::schema {

inline constexpr std::int64_t micros_per_second = 1'000'000;
inline constexpr std::int64_t micros_per_day = 86'400 * micros_per_second;

inline constexpr date first_date{-719'162};  ///< 0001-01-01
inline constexpr date last_date{2'932'896};  ///< 9999-12-31
inline constexpr timestamp first_timestamp{first_date.days_since_epoch * micros_per_day};
inline constexpr timestamp last_timestamp{(last_date.days_since_epoch + 1) * micros_per_day - 1};

/// What every engine can keep.
constexpr bool in_calendar(date d) noexcept { return first_date <= d && d <= last_date; }
constexpr bool in_calendar(timestamp t) noexcept {
    return first_timestamp <= t && t <= last_timestamp;
}

struct civil_time {
    int year = 1;
    int month = 1;
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int micros = 0;
    friend bool operator==(const civil_time&, const civil_time&) = default;
};

/// The fields in UTC. Throw bad_value outside of the calendar.
civil_time civil_of(date d);
civil_time civil_of(timestamp t);

/// The instant whose UTC fields these are. Throws bad_value when there is none.
timestamp instant_of(const civil_time& fields);

}  // namespace shardwise::schema
