// SPDX-License-Identifier: MIT
// to_char() of instants: PostgreSQL's patterns, in English and UTC. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "shardwise/schema/types.hpp"

namespace shardwise::schema {

/// YYYY YY MM DD DDD HH24 HH12 HH MI SS MS US Q ID IW IYYY D AM PM in capitals or small letters,
/// Month Mon Day Dy in their three cases, each with FM before it; "quoted text"; what is no letter
/// stands for itself. Throws bad_value for other letters and for longer patterns of PostgreSQL's.
std::string format_time(timestamp t, std::string_view pattern);

/// The fraction of the second without zeros at its end: ".25"; empty: there is none.
std::string fraction_of(timestamp t);

/// The week of ISO 8601 and the year that it belongs to.
struct iso_week {
    int year;
    int week;
};
iso_week iso_week_of(timestamp t);

}  // namespace shardwise::schema
