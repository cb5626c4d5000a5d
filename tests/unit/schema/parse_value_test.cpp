// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "shardwise/schema/value.hpp"
#include "unit/schema/refusal.hpp"

namespace shardwise {
namespace {

using namespace std::string_view_literals;
using enum column_type;

TEST(ParseValue, ReadsEveryType) {
    const struct {
        column_type type;
        std::string_view text, shown;
    } cases[] = {
        {boolean, "true", "true"},
        {boolean, "T", "true"},
        {boolean, "1", "true"},
        {boolean, "Yes", "true"},
        {boolean, "FALSE", "false"},
        {boolean, "f", "false"},
        {boolean, "0", "false"},
        {boolean, "no", "false"},
        {int16, "-32768", "-32768"},
        {int16, "+32767", "32767"},
        {int32, "-2147483648", "-2147483648"},
        {int32, "2147483647", "2147483647"},
        {int64, "-9223372036854775808", "-9223372036854775808"},
        {int64, "9223372036854775807", "9223372036854775807"},
        {int64, "007", "7"},
        {float64, "0.1", "0.1"},
        {float64, "-1e-3", "-0.001"},
        {float64, "+2", "2"},
        {float64, "inf", "inf"},
        {float64, "-Infinity", "-inf"},
        {float64, "NaN", "nan"},
        {float64, "-0", "-0"},
        {text, "", "''"},
        {text, " \u00e9\U0001F600 ", "' \u00e9\U0001F600 '"},
        {blob, "\\x", "x''"},
        {blob, "\\x00fF", "x'00ff'"},
        {uuid, "00000000-0000-0000-0000-00000000000A", "'00000000-0000-0000-0000-00000000000a'"},
        {date, "2024-02-29", "'2024-02-29'"},
        {timestamp, "2024-02-29T12:00+01", "'2024-02-29 11:00:00+00'"},
        {decimal, "1.50", "1.50"},
        {json, "{\"a\": [1, null]}", "'{\"a\": [1, null]}'"},
        {json, "null", "'null'"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const value v = parse_value(c.text, c.type);
        EXPECT_EQ(v.kind(), kind_of(c.type));
        EXPECT_EQ(to_display(v.view()), c.shown);
    }
}

TEST(ParseValue, RefusesEverythingElseNamingTheType) {
    const std::pair<column_type, std::vector<std::string_view>> cases[] = {
        {boolean, {"", "2", "on", "off", "y", "n", " true", "true ", "truee", "tru", "01"}},
        {int16,
         {"32768", "-32769", "", "1.0", "1e3", " 1", "1 ", "0x1", "--1", "+-1", "+", "-", "1,000",
          "1\0"sv, "99999999999999999999999"}},
        {int32, {"2147483648", "-2147483649", "1a"}},
        {int64, {"9223372036854775808", "-9223372036854775809", "1.", "a"}},
        {float64,
         {"", "1e400", "-1e400", "1e-400", "1,5", "1 ", " 1", "nan(1)", "0x1p3", "++1", "+-1", "1e",
          "e5", "infinit"}},
        {text, {"a\0b"sv, "\xff", "\xed\xa0\x80"}},
        {blob, {"", "00ff", "\\x0", "\\xg0", "\\x0g", "\\X00", "\\x 0", "\\x+1", "\\x00 "}},
        {json, {"", "{", "{a: 1}", "[1,]", "nul", "1 2", "'a'", "\"\xff\"", "NaN"}},
    };
    for (const auto& c : cases)
        for (const std::string_view text : c.second)
            EXPECT_TRUE(refuses([&] { parse_value(text, c.first); }, error_code::bad_value,
                                name_of(c.first)))
                << name_of(c.first) << " from '" << text << "'";
    for (const column_type type : {uuid, date, timestamp, decimal})
        for (const std::string_view bad : {"", "x", "1 ", "2024-02-30"})
            EXPECT_TRUE(refuses([&] { parse_value(bad, type); }, error_code::bad_value,
                                name_of(type) == "uuid" ? "UUID" : ""))
                << name_of(type) << bad;
}

TEST(ParseValue, GivesDecimalsTheScaleOfTheirColumn) {
    EXPECT_EQ(to_display(parse_value("1.5", decimal, 3).view()), "1.500");
    EXPECT_EQ(to_display(parse_value("1.500", decimal, 1).view()), "1.5");
    EXPECT_EQ(to_display(parse_value("1.500", decimal, 0 - 1).view()), "1.500");
    EXPECT_TRUE(refuses([] { parse_value("1.55", decimal, 1); }, error_code::bad_value));
}

TEST(ParseValue, KeepsTheTextOutOfTheMessage) {
    for (const column_type type :
         {boolean, int16, int32, int64, float64, blob, uuid, date, timestamp, decimal, json}) {
        const refusal r = refusal_of([&] { parse_value("hunter2 {", type); });
        ASSERT_TRUE(r.thrown) << name_of(type);
        EXPECT_EQ(r.message.find("hunter2"), std::string::npos) << r.message;
        EXPECT_EQ(r.detail, "hunter2 {");
    }
}

TEST(ParseValue, TakesDeepJsonWithoutRunningOutOfStack) {
    const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
    EXPECT_EQ(parse_value(deep, json).view().text(), deep);
    EXPECT_THROW(parse_value(std::string(200'000, '['), json), error);
}

}  // namespace
}  // namespace shardwise
