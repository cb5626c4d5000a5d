// SPDX-License-Identifier: MIT
// Each expectation is what PostgreSQL 15 answers.
#include "schema/interval.hpp"

#include <gtest/gtest.h>

namespace shardwise::schema {
namespace {

constexpr std::int64_t second = 1'000'000, minute = 60 * second, hour = 60 * minute;

struct reading {
    const char* text;
    interval expected;
    const char* unit = "";
};

TEST(Interval, IsReadAsPostgresReadsIt) {
    const reading cases[] = {
        {"1 day", {0, 1, 0}},
        {"1 year 2 mons", {14, 0, 0}},
        {"1.5 years", {18, 0, 0}},
        {"1.5 days", {0, 1, 12 * hour}},
        {"1.5 weeks", {0, 10, 12 * hour}},
        {"90 minutes", {0, 0, 90 * minute}},
        {"5", {0, 0, 5 * second}},
        {".5 seconds", {0, 0, second / 2}},
        {"1 week ago", {0, -7, 0}},
        {"5 ago", {0, 0, -5 * second}},
        {"04:05", {0, 0, 4 * hour + 5 * minute}},
        {"+04:05", {0, 0, 4 * hour + 5 * minute}},
        {"04:05:06.5", {0, 0, 4 * hour + 5 * minute + 6 * second + second / 2}},
        {"04:05.5", {0, 0, 4 * minute + 5 * second + second / 2}},
        {"04:05.", {0, 0, 4 * minute + 5 * second}},
        {"-04:05.5", {0, 0, -(4 * minute + 5 * second + second / 2)}},
        {"04:59:60.5", {0, 0, 5 * hour + second / 2}},
        {"04:05 ago", {0, 0, -(4 * hour + 5 * minute)}},
        {"1 12:59:10", {0, 1, 12 * hour + 59 * minute + 10 * second}},
        {"1 04:05.5", {0, 1, 4 * minute + 5 * second + second / 2}},
        {"1 -04:05.5", {0, 1, -(4 * minute + 5 * second + second / 2)}},
        {"-1 12:59:10", {0, -1, 12 * hour + 59 * minute + 10 * second}},
        {"1.5 12:59:10", {0, 1, 24 * hour + 59 * minute + 10 * second}},
        {"1 year 2 12:00", {12, 2, 12 * hour}},
        {"1 04:05 ago", {0, -1, -(4 * hour + 5 * minute)}},
        {"1 day 12:59:10", {0, 1, 12 * hour + 59 * minute + 10 * second}},
    };
    for (const reading& r : cases) {
        const auto found = parse_interval(r.text);
        ASSERT_TRUE(found) << r.text;
        EXPECT_EQ(*found, r.expected) << r.text << ": " << found->months << " months "
                                      << found->days << " days " << found->micros;
    }
}

TEST(Interval, ItsUnitIsThatOfALastNumberAndCutsWhatIsSmaller) {
    const reading cases[] = {
        {"5", {0, 0, 5 * minute}, "minute"},
        {"1 day 5", {0, 1, 5 * minute}, "minute"},
        {"1.5", {0, 1, 0}, "day"},
        {"1.5", {0, 0, hour}, "hour"},
        {"1.5", {0, 0, minute}, "minute"},
        {"1.5", {0, 0, second + second / 2}, "second"},
        {"1 12:59", {0, 1, 12 * hour}, "hour"},
        {"1 12:59:10", {0, 1, 12 * hour + 59 * minute + 10 * second}, "second"},
        {"1 12:59:10", {}, "month"},
        {"1 day 12:30:45", {0, 1, 12 * hour + 30 * minute}, "minute"},
        {"1 year 3 days 2 hours", {12, 0, 0}, "month"},
        {"15 months", {12, 0, 0}, "year"},
        {"90 seconds", {0, 0, minute}, "minute"},
        {"-90 seconds", {0, 0, -minute}, "minute"},
        {"04:05.5", {0, 0, 4 * minute}, "minute"},
        {"04:05", {0, 0, 4 * hour + 5 * minute}, "second"},
        {"04:05", {}, "day"},
    };
    for (const reading& r : cases) {
        const auto found = parse_interval(r.text, r.unit);
        ASSERT_TRUE(found) << r.text << " " << r.unit;
        EXPECT_EQ(*found, r.expected) << r.text << " " << r.unit << ": " << found->months
                                      << " months " << found->days << " days " << found->micros;
    }
}

TEST(Interval, WhatPostgresRefusesIsNone) {
    for (const char* text : {"",
                             " ",
                             "day",
                             "1 2",
                             "2 1",
                             "5 1 day",
                             "5 12:00:00 1 day",
                             "12:59:10 1",
                             "12:59:10 1 2",
                             "3 hours 04:05",
                             "04:05 5 hours",
                             "10:00 10:00",
                             "1 day 1 day",
                             "04:05.5 1",
                             "59:60",
                             "60:59.5",
                             "100:59.5",
                             "04:65.5",
                             "4.5:05",
                             "4:5:6:7",
                             "4:-5",
                             "1day2hours",
                             "1e3 seconds",
                             "1 parsec",
                             "1 day ago 2 hours ago",
                             "--1 day",
                             "1 day -"})
        EXPECT_FALSE(parse_interval(text)) << text;
}

}  // namespace
}  // namespace shardwise::schema
