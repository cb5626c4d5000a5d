// SPDX-License-Identifier: MIT
// What goes in comes back the same, or is refused before anything is sent (docs/types.md).
#include <cmath>
#include <limits>

#include "support/engine_test.hpp"

namespace shardwise::test {
namespace {

class Values : public engine_test {
protected:
    /// Stores each value in a row of its own and reads all of them back.
    rows round_trip(typed t, const std::vector<arg>& stored, int precision = 18) {
        const std::string table = create_value_table(t.type, precision, t.scale);
        auto c = connect();
        std::int64_t id = 0;
        for (const arg& v : stored)
            execute(*c, "INSERT INTO " + table + " (id, v) VALUES (?, ?)", {column_type::int64, t},
                    {arg{id++}, v});
        return query(*c, "SELECT v FROM " + table + " ORDER BY id", {t});
    }
    void expect_round_trip(typed t, const std::vector<arg>& stored, int precision = 18) {
        const rows back = round_trip(t, stored, precision);
        ASSERT_EQ(back.size(), stored.size());
        for (std::size_t i = 0; i < stored.size(); ++i) {
            const arg got = back[i][0].view();
            EXPECT_EQ(got.kind(), stored[i].kind()) << name_of(t.type) << " value " << i;
            EXPECT_TRUE(same(got, stored[i]))
                << name_of(t.type) << " value " << i << ": " << to_display(got) << " instead of "
                << to_display(stored[i]).substr(0, 100);
        }
    }
    error_code refusal(typed t, const arg& v) {
        auto c = connect();
        const auto s = make(std::string("SELECT ") + (postgres() ? "1" : "1 WHERE ? IS NULL"),
                            postgres() ? types{} : types{t}, {column_type::int32});
        engine::statement typed_one = *s;
        typed_one.parameters = {{t.type, t.scale}};
        const error_code code = code_of([&] { c->send(typed_one, std::vector<arg>{v}); });
        EXPECT_EQ(c->pending(), 0U);
        expect_usable(*c);
        return code;
    }
};

TEST_P(Values, IntegersKeepTheirExtremes) {
    const auto extremes = [](auto low, auto high) {
        return std::vector<arg>{arg{},
                                arg{std::int64_t{low}},
                                arg{std::int64_t{-1}},
                                arg{std::int64_t{0}},
                                arg{std::int64_t{1}},
                                arg{std::int64_t{high}}};
    };
    expect_round_trip(column_type::int16, extremes(std::numeric_limits<std::int16_t>::min(),
                                                   std::numeric_limits<std::int16_t>::max()));
    expect_round_trip(column_type::int32, extremes(std::numeric_limits<std::int32_t>::min(),
                                                   std::numeric_limits<std::int32_t>::max()));
    expect_round_trip(column_type::int64, extremes(std::numeric_limits<std::int64_t>::min(),
                                                   std::numeric_limits<std::int64_t>::max()));
}

TEST_P(Values, BooleansAreKept) {
    expect_round_trip(column_type::boolean, {arg{}, arg{true}, arg{false}});
}

TEST_P(Values, DoublesKeepEveryBit) {
    using limits = std::numeric_limits<double>;
    expect_round_trip(column_type::float64,
                      {arg{}, arg{0.0}, arg{0.1}, arg{1.0 / 3.0}, arg{limits::max()},
                       arg{limits::lowest()}, arg{limits::min()}, arg{limits::denorm_min()},
                       arg{9007199254740993.0}, arg{-1e-300}, arg{5.0}});
}

TEST_P(Values, NegativeZeroEqualsZeroAndPostgresKeepsItsSign) {
    const rows back = round_trip(column_type::float64, {arg{-0.0}});
    ASSERT_EQ(back.at(0).at(0).kind(), kind::real);
    EXPECT_EQ(back[0][0].view().real(), 0.0);
    // SQLite writes whole numbers of a REAL column as integers, which have no negative zero, and
    // MariaDB stores zero.
    EXPECT_EQ(std::signbit(back[0][0].view().real()), postgres());
}

TEST_P(Values, NotANumberAndInfinityAreKeptOrRefused) {
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto& client = db().client();
    for (const double v : {nan, infinity, -infinity}) {
        const bool kept = std::isnan(v) ? postgres() : !mariadb();
        if (kept) {
            EXPECT_NO_THROW(client.check_storable(arg{v}, column_type::float64));
            expect_round_trip(column_type::float64, {arg{v}});
        } else {
            EXPECT_EQ(code_of([&] { client.check_storable(arg{v}, column_type::float64); }),
                      error_code::value_not_storable);
            EXPECT_EQ(refusal(column_type::float64, arg{v}), error_code::value_not_storable);
        }
    }
}

TEST_P(Values, TextIsKeptByteForByte) {
    std::string long_text;
    while (long_text.size() < 2'000'000) long_text += "Grüße, 世界 😀 0123456789\n";
    const std::vector<std::string> texts{
        "",           " ",         "trailing  ", "NULL",   "a\\b\n\r\t\x01\x7f",
        "😀",          "e\xcc\x81", "é",          "\\x41",  "' OR 1=1 --",
        "\"quoted\"", "{1,2}",     "$1 ? %s",    long_text};
    std::vector<arg> args{arg{}};
    for (const std::string& t : texts) args.emplace_back(std::string_view{t});
    expect_round_trip(column_type::text, args);
}

TEST_P(Values, EmptyTextAndEmptyBytesAreNotNull) {
    const rows text = round_trip(column_type::text, {arg{std::string_view{}}, arg{}});
    EXPECT_FALSE(text.at(0).at(0).is_null());
    EXPECT_TRUE(text.at(1).at(0).is_null());
    const rows blob = round_trip(column_type::blob, {arg::of_bytes(nullptr, 0), arg{}});
    EXPECT_EQ(blob.at(0).at(0).kind(), kind::blob);
    EXPECT_TRUE(blob.at(1).at(0).is_null());
}

TEST_P(Values, BytesKeepEveryByteIncludingZero) {
    std::string all;
    for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
    std::string large;
    while (large.size() < 2'000'000) large += all;
    expect_round_trip(column_type::blob,
                      {arg{}, arg::of_bytes(all.data(), all.size()), arg::of_bytes("\0", 1),
                       arg::of_bytes(large.data(), large.size())});
}

TEST_P(Values, UuidsAreKept) {
    uuid zero{};
    uuid ones;
    ones.octets.fill(0xff);
    expect_round_trip(
        column_type::uuid,
        {arg{}, arg{zero}, arg{ones}, arg{uuid::parse("00112233-4455-6677-8899-aabbccddeeff")}});
}

TEST_P(Values, DatesKeepYearOneToYear9999) {
    expect_round_trip(column_type::date,
                      {arg{}, arg{date::from_ymd(1, 1, 1)}, arg{date::from_ymd(1582, 10, 10)},
                       arg{date::from_ymd(1969, 12, 31)}, arg{date::from_ymd(1970, 1, 1)},
                       arg{date::from_ymd(2000, 2, 29)}, arg{date::from_ymd(9999, 12, 31)}});
}

TEST_P(Values, TimestampsKeepMicrosecondsFromYearOneToYear9999) {
    expect_round_trip(column_type::timestamp,
                      {arg{}, arg{timestamp{0}}, arg{timestamp{-1}}, arg{timestamp{999'999}},
                       arg{timestamp::parse("0001-01-01 00:00:00")},
                       arg{timestamp::parse("2024-02-29 12:34:56.789012")},
                       arg{timestamp::parse("2024-03-31 02:30:00")},  // does not exist in Berlin
                       arg{timestamp::parse("9999-12-31 23:59:59.999999")}});
}

TEST_P(Values, DecimalsAreExact) {
    std::vector<arg> args{arg{}};
    for (const char* text : {"0", "0.0001", "-0.0001", "1.5", "99999999999999.9999",
                             "-99999999999999.9999", "1234.5000", "10000", "100000000"})
        args.emplace_back(decimal::parse(text));
    expect_round_trip({column_type::decimal, 4}, args);
    expect_round_trip({column_type::decimal, 0},
                      {arg{decimal::parse("999999999999999999")}, arg{decimal::parse("-1")}});
    if (sqlite()) return;
    std::vector<arg> wide;
    for (const char* text :
         {"9999999999999999999999999999.9999999999", "-9999999999999999999999999999.9999999999",
          "0.0000000001", "12345678901234567890", "0"})
        wide.emplace_back(decimal::parse(text));
    expect_round_trip({column_type::decimal, 10}, wide, 38);
}

TEST_P(Values, JsonComesBackAsItWasWritten) {
    const std::string document = "{\"b\" : 1,  \"a\": [1.50, \"ü😀\", null], \"b\": 2}";
    expect_round_trip(column_type::json,
                      {arg{}, arg::of_json(document), arg::of_json("null"), arg::of_json("\"\"")});
}

TEST_P(Values, TextThatCannotBeKeptEverywhereIsRefusedBeforeSending) {
    for (const std::string& bad :
         {std::string("a\0b", 3), std::string("\xff"), std::string("\xc3"),
          std::string("\xed\xa0\x80"), std::string("\xc0\x80"), std::string("\xf4\x90\x80\x80")}) {
        EXPECT_EQ(refusal(column_type::text, arg{std::string_view{bad}}),
                  error_code::value_not_storable);
        EXPECT_EQ(code_of([&] {
                      db().client().check_storable(arg{std::string_view{bad}}, column_type::text);
                  }),
                  error_code::value_not_storable);
    }
}

TEST_P(Values, DaysAndInstantsOutsideTheCalendarAreRefused) {
    EXPECT_EQ(refusal(column_type::date, arg{date{2'932'897}}), error_code::value_not_storable);
    EXPECT_EQ(refusal(column_type::date, arg{date{-719'163}}), error_code::value_not_storable);
    const std::int64_t end = 2'932'897 * std::int64_t{86'400'000'000};
    EXPECT_EQ(refusal(column_type::timestamp, arg{timestamp{end}}), error_code::value_not_storable);
}

TEST_P(Values, ArgumentsOfTheWrongKindOrRangeAreRefused) {
    EXPECT_EQ(refusal(column_type::int64, arg{std::string_view{"7"}}), error_code::bad_value);
    EXPECT_EQ(refusal(column_type::int16, arg{std::int64_t{40'000}}), error_code::bad_value);
    EXPECT_EQ(refusal(column_type::int32, arg{std::int64_t{1} << 40}), error_code::bad_value);
    EXPECT_EQ(refusal(column_type::uuid, arg{std::string_view{"x"}}), error_code::bad_value);
}

TEST_P(Values, IntegersFitDoubleAndDecimalParameters) {
    const rows real = round_trip(column_type::float64, {arg{std::int64_t{3}}});
    EXPECT_EQ(real.at(0).at(0), value{arg{3.0}});
    const rows exact = round_trip({column_type::decimal, 4}, {arg{std::int64_t{3}}});
    EXPECT_TRUE(same(exact.at(0).at(0).view(), arg{decimal{3}}));
}

TEST_P(Values, HostileTextIsOnlyData) {
    const std::string table = create_value_table(column_type::text);
    const std::vector<std::string> hostile{"Robert'); DROP TABLE " + table + ";--",
                                           "\\'; DROP TABLE " + table + "; --",
                                           "'' OR ''=''",
                                           "%s%n",
                                           "${x}",
                                           "\xef\xbc\x87"};
    auto c = connect();
    std::int64_t id = 0;
    for (const std::string& text : hostile)
        execute(*c, "INSERT INTO " + table + " (id, v) VALUES (?, ?)",
                {column_type::int64, column_type::text}, {arg{++id}, arg{std::string_view{text}}});
    for (const std::string& text : hostile)
        EXPECT_EQ(query(*c, "SELECT id FROM " + table + " WHERE v = ?", {column_type::int64},
                        {column_type::text}, {arg{std::string_view{text}}})
                      .size(),
                  1U);
    EXPECT_EQ(count(*c, table), static_cast<std::int64_t>(hostile.size()));
}

TEST_P(Values, TextComparesByItsBytes) {
    const std::string table = create_value_table(column_type::text);
    auto c = connect();
    std::int64_t id = 0;
    for (const char* text : {"a", "A", "a ", "ä", "Z", "z", ""})
        execute(*c, "INSERT INTO " + table + " (id, v) VALUES (?, ?)",
                {column_type::int64, column_type::text}, {arg{++id}, arg{std::string_view{text}}});
    std::vector<std::string> sorted;
    for (const row& r : query(*c, "SELECT v FROM " + table + " ORDER BY v", {column_type::text}))
        sorted.emplace_back(r[0].view().text());
    EXPECT_THAT(sorted, testing::ElementsAre("", "A", "Z", "a", "a ", "z", "ä"));
    EXPECT_EQ(query(*c, "SELECT id FROM " + table + " WHERE v = ?", {column_type::int64},
                    {column_type::text}, {arg{std::string_view{"a"}}})
                  .size(),
              1U);
}

INSTANTIATE_TEST_SUITE_P(Engine, Values, testing::ValuesIn(all_labels()), label_of);

}  // namespace
}  // namespace shardwise::test
