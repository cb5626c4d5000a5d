// SPDX-License-Identifier: MIT
#include "schema/calendar.hpp"

#include "schema/bad_value.hpp"

namespace shardwise::schema {
namespace {

constexpr int days_per_year = 365;
constexpr int days_per_4_years = 4 * days_per_year + 1;
constexpr int days_per_100_years = 25 * days_per_4_years - 1;
constexpr int days_per_400_years = 4 * days_per_100_years + 1;

constexpr bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

/// Days of the year before the first of `month`; month 13 gives the length of the year.
constexpr int days_before_month(int year, int month) {
    constexpr int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    return before[month - 1] + (month > 2 && is_leap(year) ? 1 : 0);
}

constexpr int days_in_month(int year, int month) {
    return days_before_month(year, month + 1) - days_before_month(year, month);
}

/// Days since 0001-01-01 of the first of January.
constexpr int days_before_year(int year) {
    const int past = year - 1;
    return past * days_per_year + past / 4 - past / 100 + past / 400;
}

static_assert(days_before_year(1970) == -first_date.days_since_epoch);
static_assert(days_before_year(10'000) - 1 ==
              last_date.days_since_epoch - first_date.days_since_epoch);

}  // namespace

civil_time civil_of(date d) {
    if (!in_calendar(d)) bad_value("a date is outside of the years 1 to 9999");
    int rest = d.days_since_epoch - first_date.days_since_epoch;
    int year = 1 + rest / days_per_400_years * 400;
    rest %= days_per_400_years;
    // The last century and the last year of a cycle are one day longer: never count a fifth one.
    const int centuries = rest / days_per_100_years < 3 ? rest / days_per_100_years : 3;
    rest -= centuries * days_per_100_years;
    const int leap_cycles = rest / days_per_4_years;
    rest -= leap_cycles * days_per_4_years;
    const int years = rest / days_per_year < 3 ? rest / days_per_year : 3;
    rest -= years * days_per_year;
    year += centuries * 100 + leap_cycles * 4 + years;

    int month = 12;
    while (days_before_month(year, month) > rest) --month;
    return {.year = year, .month = month, .day = rest - days_before_month(year, month) + 1};
}

civil_time civil_of(timestamp t) {
    if (!in_calendar(t)) bad_value("a timestamp is outside of the years 1 to 9999");
    std::int64_t days = t.micros_since_epoch / micros_per_day;
    std::int64_t rest = t.micros_since_epoch % micros_per_day;
    if (rest < 0) {
        rest += micros_per_day;
        --days;
    }
    civil_time fields = civil_of(date{static_cast<std::int32_t>(days)});
    fields.micros = static_cast<int>(rest % micros_per_second);
    const int seconds = static_cast<int>(rest / micros_per_second);
    fields.hour = seconds / 3600;
    fields.minute = seconds / 60 % 60;
    fields.second = seconds % 60;
    return fields;
}

timestamp instant_of(const civil_time& f) {
    if (f.hour < 0 || f.hour > 23 || f.minute < 0 || f.minute > 59 || f.second < 0 ||
        f.second > 59 || f.micros < 0 || f.micros >= micros_per_second)
        bad_value("there is no such time of day (00:00:00 to 23:59:59.999999)");
    const date day = date::from_ymd(f.year, f.month, f.day);
    const std::int64_t seconds = std::int64_t{f.hour} * 3600 + f.minute * 60 + f.second;
    return {day.days_since_epoch * micros_per_day + seconds * micros_per_second + f.micros};
}

}  // namespace shardwise::schema

namespace shardwise {

date date::from_ymd(int year, int month, int day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > schema::days_in_month(year, month))
        schema::bad_value("there is no such day in the years 1 to 9999");
    return {schema::first_date.days_since_epoch + schema::days_before_year(year) +
            schema::days_before_month(year, month) + day - 1};
}

}  // namespace shardwise
