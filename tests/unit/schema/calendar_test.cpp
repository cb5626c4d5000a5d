// SPDX-License-Identifier: MIT
#include "schema/calendar.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "unit/schema/refusal.hpp"

namespace shardwise {
namespace {

using schema::civil_time;

TEST(Date, CountsEveryDayOfTheCalendarInOrder) {
    constexpr int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    std::int32_t days = schema::first_date.days_since_epoch;
    for (int year = 1; year <= 9999; ++year) {
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; ++month) {
            const int length = lengths[month - 1] + (month == 2 && leap ? 1 : 0);
            for (int day = 1; day <= length; ++day, ++days) {
                ASSERT_EQ(date::from_ymd(year, month, day).days_since_epoch, days);
                const civil_time expected{.year = year, .month = month, .day = day};
                ASSERT_EQ(schema::civil_of(date{days}), expected) << days;
            }
            ASSERT_THROW(date::from_ymd(year, month, length + 1), error);
        }
    }
    EXPECT_EQ(days - 1, schema::last_date.days_since_epoch);
}

TEST(Date, IsReadAndWritten) {
    const std::pair<const char*, std::int32_t> cases[] = {
        {"1970-01-01", 0},       {"1969-12-31", -1},      {"2000-02-29", 11016},
        {"0001-01-01", -719162}, {"9999-12-31", 2932896}, {"2024-02-29", 19782}};
    for (const auto& [text, days] : cases) {
        EXPECT_EQ(date::parse(text).days_since_epoch, days) << text;
        EXPECT_EQ(date{days}.to_string(), text);
    }
}

TEST(Date, RefusesDaysAndTextsThatAreNone) {
    for (const std::string_view text : {"",
                                        "2024",
                                        "2024-1-1",
                                        "2024-01",
                                        "2024-01-1",
                                        "2024-13-01",
                                        "2024-00-01",
                                        "2024-01-00",
                                        "2024-01-32",
                                        "2023-02-29",
                                        "1900-02-29",
                                        "2100-02-29",
                                        "2024-04-31",
                                        "0000-01-01",
                                        "10000-01-01",
                                        "-001-01-01",
                                        "+2024-01-01",
                                        "2024-01-01 ",
                                        " 2024-01-01",
                                        "2024/01/01",
                                        "2024-01-01T00:00",
                                        "20240101",
                                        "2024-01-0a",
                                        "2024-+1-01"})
        EXPECT_TRUE(refuses([&] { date::parse(text); }, error_code::bad_value)) << text;
    constexpr int most = std::numeric_limits<int>::max();
    constexpr int least = std::numeric_limits<int>::min();
    for (const int n : {0, -1, most, least}) {
        EXPECT_THROW(date::from_ymd(n, 1, 1), error);
        EXPECT_THROW(date::from_ymd(2024, n, 1), error);
        EXPECT_THROW(date::from_ymd(2024, 1, n), error);
    }
    for (const std::int32_t days : {-719163, 2932897, most, least})
        EXPECT_THROW(date{days}.to_string(), error);
}

TEST(Timestamp, IsReadInEveryForm) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"2024-02-29 12:34", "2024-02-29 12:34:00+00"},
        {"2024-02-29T12:34:56", "2024-02-29 12:34:56+00"},
        {"2024-02-29t12:34:56z", "2024-02-29 12:34:56+00"},
        {"2024-02-29 12:34:56.5", "2024-02-29 12:34:56.500000+00"},
        {"2024-02-29 12:34:56.000001Z", "2024-02-29 12:34:56.000001+00"},
        {"2024-02-29 12:34:56.123456000", "2024-02-29 12:34:56.123456+00"},
        {"2024-02-29 12:34:56.000", "2024-02-29 12:34:56+00"},
        {"2024-02-29 00:34+01", "2024-02-28 23:34:00+00"},
        {"2024-02-29 23:30-00:30", "2024-03-01 00:00:00+00"},
        {"2024-02-29 12:34:56.25+05:30", "2024-02-29 07:04:56.250000+00"},
        {"2024-02-29 12:34-15:59", "2024-03-01 04:33:00+00"},
        {"1969-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999+00"},
        {"0001-01-01 00:00", "0001-01-01 00:00:00+00"},
        {"9999-12-31 23:59:59.999999", "9999-12-31 23:59:59.999999+00"},
        {"0001-01-01 01:00+01", "0001-01-01 00:00:00+00"},
    };
    for (const auto& [text, written] : cases)
        EXPECT_EQ(timestamp::parse(text).to_string(), written) << text;
    EXPECT_EQ(timestamp::parse("1970-01-01 00:00").micros_since_epoch, 0);
    EXPECT_EQ(timestamp::parse("1969-12-31 23:59:59.999999").micros_since_epoch, -1);
    EXPECT_EQ(timestamp::parse("0001-01-01 00:00"), schema::first_timestamp);
    EXPECT_EQ(timestamp::parse("9999-12-31 23:59:59.999999"), schema::last_timestamp);
}

TEST(Timestamp, RefusesInstantsAndTextsThatAreNone) {
    for (const std::string_view text : {"",
                                        "2024-02-29",
                                        "2024-02-29 ",
                                        "2024-02-29 12",
                                        "2024-02-29 12:",
                                        "2024-02-29 1:02",
                                        "2024-02-29 24:00",
                                        "2024-02-29 24:00:00",
                                        "2024-02-29 12:60",
                                        "2024-02-29 12:34:60",
                                        "2016-12-31 23:59:60Z",
                                        "2024-02-29 12:34:56.",
                                        "2024-02-29 12:34:56.1234567",
                                        "2024-02-29 12:34:56.0000001",
                                        "2024-02-29 12:34:56,5",
                                        "2024-02-29 12:34.5",
                                        "2024-02-29  12:34",
                                        "2024-02-29_12:34",
                                        "2024-02-29 12:34 Z",
                                        "2024-02-29 12:34ZZ",
                                        "2024-02-29 12:34+",
                                        "2024-02-29 12:34+1",
                                        "2024-02-29 12:34+0100",
                                        "2024-02-29 12:34+01:",
                                        "2024-02-29 12:34+01:0",
                                        "2024-02-29 12:34+16",
                                        "2024-02-29 12:34+01:60",
                                        "2024-02-29 12:34+01:00:00",
                                        "2024-02-29 12:34 ",
                                        "2023-02-29 12:34",
                                        "0000-12-31 23:59",
                                        "0001-01-01 00:00+00:01",
                                        "9999-12-31 23:59:59-00:01",
                                        "2024-02-29 -1:00",
                                        "2024-02-29 12:34 UTC",
                                        "now"})
        EXPECT_TRUE(refuses([&] { timestamp::parse(text); }, error_code::bad_value)) << text;
    for (const std::int64_t micros :
         {schema::first_timestamp.micros_since_epoch - 1,
          schema::last_timestamp.micros_since_epoch + 1, std::numeric_limits<std::int64_t>::min(),
          std::numeric_limits<std::int64_t>::max()})
        EXPECT_THROW(timestamp{micros}.to_string(), error);
}

TEST(Timestamp, ComesBackFromItsTextAndItsFields) {
    std::mt19937_64 random{2};
    std::uniform_int_distribution<std::int64_t> any{schema::first_timestamp.micros_since_epoch,
                                                    schema::last_timestamp.micros_since_epoch};
    for (int i = 0; i < 20'000; ++i) {
        const timestamp t{any(random)};
        ASSERT_EQ(timestamp::parse(t.to_string()), t);
        ASSERT_EQ(schema::instant_of(schema::civil_of(t)), t);
    }
}

TEST(Timestamp, RefusesFieldsThatAreNoTime) {
    const civil_time good{.year = 2024, .month = 2, .day = 29};
    for (int civil_time::*const field :
         {&civil_time::hour, &civil_time::minute, &civil_time::second, &civil_time::micros})
        for (const int n : {-1, 1'000'000}) {
            civil_time bad = good;
            bad.*field = n;
            EXPECT_THROW(schema::instant_of(bad), error);
        }
    civil_time leap_second = good;
    leap_second.second = 60;
    EXPECT_THROW(schema::instant_of(leap_second), error);
}

TEST(Timestamp, NowIsInOurTime) {
    const timestamp now = timestamp::now();
    EXPECT_GT(now, timestamp::parse("2024-01-01 00:00"));
    EXPECT_LE(now, timestamp::now());
}

TEST(Calendar, PutsTheTextIntoTheDetailNotIntoTheMessage) {
    const refusal r = refusal_of([] { date::parse("my secret"); });
    EXPECT_EQ(r.message.find("secret"), std::string::npos);
    EXPECT_EQ(r.detail, "my secret");
}

}  // namespace
}  // namespace shardwise
