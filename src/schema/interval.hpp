// SPDX-License-Identifier: MIT
// Lengths of time as SQL knows them: months and days are not of one length. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "shardwise/schema/types.hpp"

namespace shardwise::schema {

struct interval {
    std::int64_t months = 0;
    std::int64_t days = 0;
    std::int64_t micros = 0;
    friend bool operator==(const interval&, const interval&) = default;
};

interval negated(const interval& i);

/// "1 year 2 mons", "3 days 04:05:06.7", "1 12:30" (a day), "04:05.6" (minutes), "1 week ago".
/// `unit`, one of year to second, is that of a last number that has none (empty: second), and what
/// is smaller is cut off. Nothing: this is no interval, or one of more than 10,000 years.
std::optional<interval> parse_interval(std::string_view text, std::string_view unit = {});

/// Months first (the day is cut to the month's last one), then days, then the rest, in UTC. Throws
/// bad_value outside of the calendar.
timestamp added(timestamp t, const interval& i);

}  // namespace shardwise::schema
