// SPDX-License-Identifier: MIT
#include "shardwise/schema/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "schema/calendar.hpp"
#include "unit/schema/refusal.hpp"

namespace shardwise {
namespace {

using namespace std::string_view_literals;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

arg integer(std::int64_t v) { return arg{v}; }
arg number(std::string_view text) { return arg{decimal::parse(text)}; }

struct sample {
    kind k;
    arg a;
};
const json document{"{}"};
const sample samples[] = {
    {kind::null, arg{}},
    {kind::boolean, arg{true}},
    {kind::integer, integer(7)},
    {kind::real, arg{0.5}},
    {kind::text, arg{"t"sv}},
    {kind::blob, arg::of_bytes("b", 1)},
    {kind::uuid, arg{uuid::parse("00000000-0000-0000-0000-000000000001")}},
    {kind::date, arg{date{1}}},
    {kind::timestamp, arg{timestamp{1}}},
    {kind::decimal, number("1.5")},
    {kind::json, arg{document}},
};

/// Every pair of kinds that has no conversion is refused, naming both.
template <class Read>
void expect_only(std::initializer_list<kind> readable, kind wanted, Read&& read) {
    for (const sample& s : samples) {
        SCOPED_TRACE(name_of(s.k));
        const auto call = [&] { read(s.a); };
        if (std::find(readable.begin(), readable.end(), s.k) != readable.end()) {
            EXPECT_NO_THROW(call());
        } else {
            EXPECT_TRUE(refuses(call, error_code::bad_value, name_of(wanted)));
            EXPECT_TRUE(
                refuses(call, error_code::bad_value, s.k == kind::null ? "NULL" : name_of(s.k)));
        }
    }
}

TEST(Arg, IsReadOnlyAsItsOwnKindOrWithoutLoss) {
    expect_only({kind::boolean}, kind::boolean, [](const arg& a) { a.to_boolean(); });
    expect_only({kind::boolean, kind::integer}, kind::integer,
                [](const arg& a) { a.to_integer(); });
    expect_only({kind::real, kind::integer}, kind::real, [](const arg& a) { a.to_real(); });
    expect_only({kind::text, kind::blob, kind::json}, kind::text,
                [](const arg& a) { a.to_text(); });
    expect_only({kind::uuid}, kind::uuid, [](const arg& a) { a.to_uuid(); });
    expect_only({kind::date}, kind::date, [](const arg& a) { a.to_date(); });
    expect_only({kind::timestamp}, kind::timestamp, [](const arg& a) { a.to_timestamp(); });
    expect_only({kind::decimal, kind::integer}, kind::decimal,
                [](const arg& a) { a.to_decimal(); });
}

TEST(Arg, GivesBackWhatItHolds) {
    EXPECT_TRUE(arg{true}.to_boolean());
    EXPECT_FALSE(arg{false}.to_boolean());
    EXPECT_EQ(integer(least).to_integer(), least);
    EXPECT_TRUE(std::signbit(arg{-0.0}.to_real()));
    EXPECT_TRUE(std::isnan(arg{std::nan("")}.to_real()));
    EXPECT_EQ(arg{"a\0b"sv}.to_text(), "a\0b"sv);
    EXPECT_EQ(arg{date{-5}}.to_date(), date{-5});
    EXPECT_EQ(arg{timestamp{least}}.to_timestamp(), timestamp{least});
    const decimal big = decimal::parse("-" + std::string(38, '9')).rescaled(0);
    EXPECT_EQ(arg{big}.to_decimal().to_string(), big.to_string());
    EXPECT_EQ(number("-0.05").to_decimal().scale(), 2);
    const uuid u = uuid::parse("01234567-89ab-cdef-0123-456789abcdef");
    EXPECT_EQ(arg{u}.to_uuid(), u);
}

TEST(Arg, ConvertsBooleansAndIntegersOfZeroAndOne) {
    EXPECT_TRUE(integer(1).to_boolean());
    EXPECT_FALSE(integer(0).to_boolean());
    for (const std::int64_t i : {std::int64_t{2}, std::int64_t{-1}, least, most})
        EXPECT_THROW(integer(i).to_boolean(), error);
    EXPECT_EQ(arg{true}.to_integer(), 1);
}

TEST(Arg, ConvertsWholeRealsAndDecimalsToIntegers) {
    EXPECT_EQ(arg{-3.0}.to_integer(), -3);
    EXPECT_EQ(arg{-0x1p63}.to_integer(), least);
    for (const double r : {0.5, 0x1p63, -0x1.0000000000001p63, 1e300, double{-INFINITY},
                           double{INFINITY}, std::nan("")})
        EXPECT_THROW(arg{r}.to_integer(), error) << r;
    EXPECT_EQ(number("9223372036854775807.00").to_integer(), most);
    EXPECT_EQ(number("-9223372036854775808").to_integer(), least);
    for (const auto text : {"9223372036854775808", "-9223372036854775809", "0.1", "1e37"})
        EXPECT_THROW(number(text).to_integer(), error) << text;
}

TEST(Arg, ConvertsIntegersToDoublesOnlyExactly) {
    EXPECT_EQ(integer(1LL << 53).to_real(), 0x1p53);
    EXPECT_EQ(integer(least).to_real(), -0x1p63);
    EXPECT_EQ(integer((1LL << 53) + 2).to_real(), 0x1p53 + 2);
    for (const std::int64_t i : {(std::int64_t{1} << 53) + 1, most, most - 1, least + 1})
        EXPECT_THROW(integer(i).to_real(), error) << i;
    EXPECT_EQ(integer(least).to_decimal().to_string(), "-9223372036854775808");
}

TEST(Value, OwnsWhatItsArgBorrowed) {
    std::string text = "some text that is longer than the small string buffer";
    const value v{arg{std::string_view{text}}};
    const value j{arg::of_json(text)};
    const value b{arg::of_bytes(text.data(), text.size())};
    const std::string before = text;
    text.assign(text.size(), 'x');
    EXPECT_EQ(v.view().text(), before);
    EXPECT_EQ(j.view().text(), before);
    EXPECT_EQ(b.view().text(), before);
    EXPECT_EQ(v.kind(), kind::text);
    EXPECT_EQ(j.view().kind(), kind::json);
    EXPECT_EQ(b.view().kind(), kind::blob);
    value moved = v;
    moved = value{integer(1)};
    EXPECT_EQ(moved.view().integer(), 1);
    EXPECT_TRUE(value{}.is_null());
    value copy = v;
    const value target = std::move(copy);
    EXPECT_EQ(target, v);
}

TEST(Types, HaveNamesAndKinds) {
    const std::pair<column_type, std::pair<std::string_view, kind>> types[] = {
        {column_type::boolean, {"boolean", kind::boolean}},
        {column_type::int16, {"int16", kind::integer}},
        {column_type::int32, {"int32", kind::integer}},
        {column_type::int64, {"int64", kind::integer}},
        {column_type::float64, {"float64", kind::real}},
        {column_type::text, {"text", kind::text}},
        {column_type::blob, {"blob", kind::blob}},
        {column_type::uuid, {"uuid", kind::uuid}},
        {column_type::date, {"date", kind::date}},
        {column_type::timestamp, {"timestamp", kind::timestamp}},
        {column_type::decimal, {"decimal", kind::decimal}},
        {column_type::json, {"json", kind::json}},
    };
    for (const auto& [type, expected] : types) {
        EXPECT_EQ(name_of(type), expected.first);
        EXPECT_EQ(kind_of(type), expected.second);
    }
    EXPECT_EQ(name_of(kind::null), "null");
    EXPECT_EQ(name_of(kind::real), "real");
    EXPECT_EQ(name_of(kind::integer), "integer");
}

TEST(ToDisplay, ShowsEveryKind) {
    const std::pair<arg, std::string_view> cases[] = {
        {arg{}, "NULL"},
        {arg{true}, "true"},
        {arg{false}, "false"},
        {integer(least), "-9223372036854775808"},
        {arg{0.1}, "0.1"},
        {arg{1e300}, "1e+300"},
        {arg{std::nan("")}, "nan"},
        {arg{-INFINITY}, "-inf"},
        {arg{"it's"sv}, "'it''s'"},
        {arg{""sv}, "''"},
        {arg::of_bytes("\0\xff", 2), "x'00ff'"},
        {samples[6].a, "'00000000-0000-0000-0000-000000000001'"},
        {arg{date{19782}}, "'2024-02-29'"},
        {arg{timestamp{1}}, "'1970-01-01 00:00:00.000001+00'"},
        {number("1.50"), "1.50"},
        {arg{document}, "'{}'"},
        {arg{date{std::numeric_limits<std::int32_t>::max()}}, "days(2147483647)"},
        {arg{timestamp{least}}, "microseconds(-9223372036854775808)"},
    };
    for (const auto& [a, expected] : cases) EXPECT_EQ(to_display(a), expected);
}

}  // namespace
}  // namespace shardwise
