// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/binary_codec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/driver/postgres/byte_order.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

using namespace std::string_literals;

/// Encodes for a column and reads back as `declared`.
std::optional<value> there_and_back(const arg& v, oid server, column_type type) {
    std::string wire_bytes;
    if (!encode(wire_bytes, v, wire_for(server, type))) return std::nullopt;
    arg out;
    const decoder d = decoder_for(server, type);
    if (d == nullptr || !d(wire_bytes.data(), wire_bytes.size(), out)) return std::nullopt;
    return value{out};
}

std::string numeric_bytes(std::initializer_list<int> words) {
    std::string out;
    for (const int w : words) append(out, static_cast<std::uint16_t>(w));
    return out;
}

std::optional<std::string> read_numeric(const std::string& bytes, column_type as) {
    arg out;
    if (!decoder_for(oids::numeric, as)(bytes.data(), bytes.size(), out)) return std::nullopt;
    return out.kind() == kind::decimal ? out.to_decimal().to_string()
                                       : std::to_string(out.to_integer());
}

TEST(BinaryCodec, ReturnsTheExtremesOfEveryType) {
    uuid u;
    for (std::size_t i = 0; i < 16; ++i) u.octets[i] = static_cast<std::uint8_t>(i * 17);
    struct sample {
        arg v;
        column_type type;
    };
    const std::string zero_bytes = "\0a\0"s;
    const sample samples[] = {
        {arg{true}, column_type::boolean},
        {arg{false}, column_type::boolean},
        {arg{std::int64_t{-32768}}, column_type::int16},
        {arg{std::int64_t{2147483647}}, column_type::int32},
        {arg{std::numeric_limits<std::int64_t>::min()}, column_type::int64},
        {arg{std::numeric_limits<std::int64_t>::max()}, column_type::int64},
        {arg{-0.0}, column_type::float64},
        {arg{std::numeric_limits<double>::denorm_min()}, column_type::float64},
        {arg{std::numeric_limits<double>::infinity()}, column_type::float64},
        {arg{std::string_view{}}, column_type::text},
        {arg{std::string_view{"grin \xF0\x9F\x98\x80"}}, column_type::text},
        {arg::of_bytes(zero_bytes.data(), zero_bytes.size()), column_type::blob},
        {arg{u}, column_type::uuid},
        {arg{date{-719162}}, column_type::date},
        {arg{date{2932896}}, column_type::date},
        {arg{timestamp{-62135596800000000}}, column_type::timestamp},
        {arg{timestamp{253402300799999999}}, column_type::timestamp},
        {arg::of_json("{\"a\": 1}"), column_type::json},
    };
    for (const sample& s : samples) {
        const auto back = there_and_back(s.v, oid_of(s.type), s.type);
        ASSERT_TRUE(back) << name_of(s.type);
        EXPECT_EQ(back->kind(), s.v.kind());
        EXPECT_TRUE(same(back->view(), s.v)) << name_of(s.type);
    }
}

TEST(BinaryCodec, KeepsTheSignOfZeroAndNotANumber) {
    const auto zero = there_and_back(arg{-0.0}, oids::float8, column_type::float64);
    EXPECT_TRUE(std::signbit(zero->view().real()));
    const auto nan = there_and_back(arg{std::nan("")}, oids::float8, column_type::float64);
    EXPECT_TRUE(std::isnan(nan->view().real()));
}

TEST(BinaryCodec, ReturnsDecimalsWithTheirScale) {
    for (const char* text :
         {"0", "0.00", "1", "-1", "10000", "9999.9999", "0.0001", "-0.00010", "1.5", "123456789.10",
          "99999999999999999999999999999999999999", "-0.99999999999999999999999999999999999999",
          "0.00000000000000000000000000000000000001", "12345678901234567890.123456789012345678",
          "1000000000000.000", "5000.0005"}) {
        const auto back =
            there_and_back(arg{decimal::parse(text)}, oids::numeric, column_type::decimal);
        ASSERT_TRUE(back) << text;
        EXPECT_EQ(back->view().to_decimal().to_string(), decimal::parse(text).to_string()) << text;
    }
}

TEST(BinaryCodec, RefusesNumericsThatAreNoDecimals) {
    EXPECT_FALSE(read_numeric(numeric_bytes({0, 0, 0xC000, 0}), column_type::decimal)) << "NaN";
    EXPECT_FALSE(read_numeric(numeric_bytes({0, 0, 0xD000, 0}), column_type::decimal)) << "inf";
    EXPECT_FALSE(read_numeric(numeric_bytes({0, 0, 0xF000, 0}), column_type::decimal)) << "-inf";
    EXPECT_FALSE(read_numeric(numeric_bytes({1, 9, 0, 0, 100}), column_type::decimal)) << "10^38";
    EXPECT_FALSE(read_numeric(numeric_bytes({1, 0, 0}), column_type::decimal)) << "cut off";
    EXPECT_FALSE(read_numeric(numeric_bytes({1, 0, 0, 0, 10000}), column_type::decimal));
    EXPECT_FALSE(read_numeric(numeric_bytes({1, -10, 0, 40, 1}), column_type::decimal)) << "10^-40";
    EXPECT_FALSE(read_numeric("", column_type::int64));
}

TEST(BinaryCodec, DropsFractionZerosRatherThanTheNumber) {
    // 1 with 50 fraction digits; 12345678901234567890 with 20
    EXPECT_EQ(read_numeric(numeric_bytes({1, 0, 0, 50, 1}), column_type::decimal),
              "1." + std::string(37, '0'));
    EXPECT_EQ(read_numeric(numeric_bytes({5, 4, 0, 20, 1234, 5678, 9012, 3456, 7890}),
                           column_type::decimal),
              "12345678901234567890." + std::string(18, '0'));
}

TEST(BinaryCodec, ReadsWholeNumericsAsIntegersAndRefusesFractions) {
    EXPECT_EQ(read_numeric(numeric_bytes({1, 1, 0x4000, 0, 5}), column_type::int64), "-50000");
    EXPECT_EQ(read_numeric(numeric_bytes({5, 4, 0x4000, 0, 922, 3372, 368, 5477, 5808}),
                           column_type::int64),
              "-9223372036854775808");
    EXPECT_FALSE(
        read_numeric(numeric_bytes({5, 4, 0, 0, 922, 3372, 368, 5477, 5808}), column_type::int64));
    EXPECT_FALSE(read_numeric(numeric_bytes({2, 0, 0, 1, 1, 5000}), column_type::int64)) << "1.5";
    EXPECT_EQ(read_numeric(numeric_bytes({1, 0, 0, 2, 1}), column_type::int64), "1") << "1.00";
}

TEST(BinaryCodec, RefusesIntegersOutsideOfTheColumn) {
    std::string out = "x";
    EXPECT_FALSE(encode(out, arg{std::int64_t{32768}}, wire::int2));
    EXPECT_FALSE(encode(out, arg{std::int64_t{-2147483649}}, wire::int4));
    EXPECT_EQ(out, "x");
}

TEST(BinaryCodec, NeverSendsAValueToAColumnThatWouldMisreadIt) {
    EXPECT_EQ(wire_for(oids::timestamptz, column_type::int64), wire::none);
    EXPECT_EQ(wire_for(oids::int8, column_type::decimal), wire::none);
    EXPECT_EQ(wire_for(oids::int8, column_type::float64), wire::none);
    EXPECT_EQ(wire_for(oids::float4, column_type::float64), wire::none);
    EXPECT_EQ(wire_for(oids::int4, column_type::date), wire::none);
    EXPECT_EQ(wire_for(790 /* money */, column_type::text), wire::none);
    EXPECT_EQ(wire_for(oids::int4, column_type::int64), wire::int4);
    EXPECT_EQ(wire_for(oids::jsonb, column_type::json), wire::jsonb);
    EXPECT_EQ(wire_for(20000 /* an enum */, column_type::text), wire::raw);
}

TEST(BinaryCodec, RefusesInfiniteDaysAndInstants) {
    arg out;
    std::string day, instant;
    append(day, std::numeric_limits<std::int32_t>::max());
    append(instant, std::numeric_limits<std::int64_t>::max());
    EXPECT_FALSE(decoder_for(oids::date, column_type::date)(day.data(), day.size(), out));
    EXPECT_FALSE(decoder_for(oids::timestamptz, column_type::timestamp)(instant.data(),
                                                                        instant.size(), out));
}

TEST(BinaryCodec, ReadsIntegersAsRealsOnlyWhileTheyAreExact) {
    arg out;
    std::string exact, inexact;
    append(exact, std::int64_t{1} << 53);
    append(inexact, (std::int64_t{1} << 53) + 1);
    const decoder d = decoder_for(oids::int8, column_type::float64);
    ASSERT_TRUE(d(exact.data(), exact.size(), out));
    EXPECT_EQ(out.real(), 9007199254740992.0);
    EXPECT_FALSE(d(inexact.data(), inexact.size(), out));
}

TEST(BinaryCodec, ReadsTypesOfUsersAsTextUnlessTheyAreNot) {
    arg out;
    const decoder d = decoder_for(16500, column_type::text);
    ASSERT_TRUE(d("happy", 5, out));
    EXPECT_EQ(out.text(), "happy");
    EXPECT_FALSE(d("\0\0\0\1", 4, out));
}

TEST(BinaryCodec, HasNoDecoderForTypesThatDoNotFit) {
    EXPECT_EQ(decoder_for(oids::text, column_type::int64), nullptr);
    EXPECT_EQ(decoder_for(oids::float8, column_type::decimal), nullptr);
    EXPECT_EQ(decoder_for(oids::numeric, column_type::float64), nullptr);
    EXPECT_EQ(decoder_for(oids::date, column_type::timestamp), nullptr);
    EXPECT_EQ(decoder_for(oids::bytea, column_type::text), nullptr);
    EXPECT_EQ(decoder_for(600 /* point */, column_type::text), nullptr);
}

}  // namespace
}  // namespace shardwise::engine::postgres
