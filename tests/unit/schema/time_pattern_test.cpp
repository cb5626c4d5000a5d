// SPDX-License-Identifier: MIT
// Each expectation is what PostgreSQL 15 answers.
#include "schema/time_pattern.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "schema/calendar.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::schema {
namespace {

const timestamp early = instant_of(
    {.year = 97, .month = 3, .day = 5, .hour = 1, .minute = 2, .second = 3, .micros = 4005});

TEST(TimePattern, WritesWhatPostgresWrites) {
    const std::pair<const char*, const char*> cases[] = {
        {"YYYY-MM-DD HH24:MI:SS.US", "0097-03-05 01:02:03.004005"},
        {"HH24MISSMS", "010203004"},
        {"FMYYYY FMYY FMMM FMDD FMDDD FMHH24 FMMI FMSS", "97 97 3 5 64 1 2 3"},
        {"FMMS", "004"},
        {"FMUS", "004005"},
        {"fmMM", "3"},
        {"yyyy-mm-dd hh24:mi:ss.ms am", "0097-03-05 01:02:03.004 am"},
        {"DAY", "TUESDAY  "},
        {"Day,day,FMDAY,FMDay", "Tuesday  ,tuesday  ,TUESDAY,Tuesday"},
        {"MONTH|Mon|mon|FMmonth", "MARCH    |Mar|mar|march"},
        {"QQ IW ID IYYY D", "11 10 2 0097 3"},
        {R"("a\"b" \"Q\" \ "x\\y")", R"(a"b "1" \ x\y)"},
        {"FM\"x\"MM", "x03"},
        {"FM", ""},
    };
    for (const auto& [pattern, expected] : cases)
        EXPECT_EQ(format_time(early, pattern), expected) << pattern;
}

TEST(TimePattern, RefusesWhatPostgresReadsAsSomethingElse) {
    for (const char* pattern :
         {"SSSS", "SSSSS", "ssss", "IDDD", "iddd",  "YYY", "YYYYY", "Y,YYY",  "Y",    "IYY",
          "J",    "WW",    "CC",   "FF3",  "TZ",    "RM",  "BC",    "DDth",   "DDTH", "TMMonth",
          "mM",   "Hh24",  "Yyyy", "Am",   "MOnth", "dAY", "FmMM",  "FMFMMM", "A.M.", "DDSP"})
        EXPECT_THROW(format_time(early, pattern), error) << pattern;
}

}  // namespace
}  // namespace shardwise::schema
