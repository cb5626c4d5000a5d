// SPDX-License-Identifier: MIT
// The binary protocol's rows, without a server.
#include "engine/driver/mariadb/decode.hpp"

#include <gtest/gtest.h>

#include <string>

#include "shardwise/base/error.hpp"

namespace shardwise::engine::mariadb {
namespace {

using namespace std::string_literals;

/// One column on the wire, with its length prefix where the type has one.
arg decode(std::string wire, enum_field_types type, column_type wanted, unsigned flags = 0) {
    MYSQL_FIELD field{};
    field.type = type;
    field.flags = flags;
    auto* at = reinterpret_cast<unsigned char*>(wire.data());
    const auto* end = at + wire.size();
    const cell c = take_cell(type, at);
    EXPECT_EQ(at, end);
    const arg a = decode_binary(c, field, wanted, 3);
    static std::string kept;  // the view's bytes outlive `wire`
    if (a.kind() == kind::text) return kept = a.text(), arg{std::string_view(kept)};
    return a;
}

error_info refused(std::string wire, enum_field_types type, column_type wanted,
                   unsigned flags = 0) {
    try {
        decode(std::move(wire), type, wanted, flags);
    } catch (const error& e) {
        return e.info();
    }
    return {};
}

TEST(MariadbDecode, ReadsLengthsOfAllSizes) {
    EXPECT_EQ(decode("\x03"s + "abc", MYSQL_TYPE_STRING, column_type::text).text(), "abc");
    const std::string middle(300, 'm');
    EXPECT_EQ(decode("\xfc\x2c\x01"s + middle, MYSQL_TYPE_BLOB, column_type::text).text(), middle);
    const std::string large(70'000, 'l');
    EXPECT_EQ(decode("\xfd\x70\x11\x01"s + large, MYSQL_TYPE_BLOB, column_type::text).text(),
              large);
    EXPECT_EQ(
        decode("\xfe\x02\0\0\0\0\0\0\0"s + "ab", MYSQL_TYPE_LONG_BLOB, column_type::text).text(),
        "ab");
}

TEST(MariadbDecode, ReadsIntegersWithTheirSign) {
    EXPECT_EQ(decode("\xff"s, MYSQL_TYPE_TINY, column_type::int16).integer(), -1);
    EXPECT_EQ(decode("\xff"s, MYSQL_TYPE_TINY, column_type::int16, UNSIGNED_FLAG).integer(), 255);
    EXPECT_EQ(decode("\xfe\xff"s, MYSQL_TYPE_SHORT, column_type::int16).integer(), -2);
    EXPECT_EQ(decode("\0\0\0\x80"s, MYSQL_TYPE_LONG, column_type::int64, UNSIGNED_FLAG).integer(),
              2147483648);
    EXPECT_EQ(decode("\xff\xff\xff\xff\xff\xff\xff\xff"s, MYSQL_TYPE_LONGLONG, column_type::int64)
                  .integer(),
              -1);
}

TEST(MariadbDecode, RefusesWhatDoesNotFitAndNamesTheColumn) {
    const error_info cases[] = {
        refused("\xff\xff\xff\xff\xff\xff\xff\xff"s, MYSQL_TYPE_LONGLONG, column_type::int64,
                UNSIGNED_FLAG),
        refused("\0\0\0\x80"s, MYSQL_TYPE_LONG, column_type::int32, UNSIGNED_FLAG),
        refused("\x02"s, MYSQL_TYPE_TINY, column_type::boolean),
        refused("\0"s, MYSQL_TYPE_DATETIME, column_type::timestamp),
        refused("\x04\0\0\x01\x01"s, MYSQL_TYPE_DATE, column_type::date),
        refused("\x04\xe8\x07\x02\x1e"s, MYSQL_TYPE_DATE, column_type::date),
        refused("\x03"s + "1.5", MYSQL_TYPE_NEWDECIMAL, column_type::int64),
        refused("\x03"s + "abc", MYSQL_TYPE_STRING, column_type::int64),
        refused("\x03"s + "abc", MYSQL_TYPE_STRING, column_type::uuid),
        refused("\0"s, MYSQL_TYPE_TIME, column_type::timestamp),
    };
    for (const error_info& e : cases) {
        EXPECT_EQ(e.code, error_code::bad_value);
        EXPECT_NE(e.message.find("column 3 "), std::string::npos) << e.message;
    }
}

TEST(MariadbDecode, ReadsTextByTheDeclaredType) {
    EXPECT_EQ(decode_text("-5", column_type::int16, 1).integer(), -5);
    EXPECT_EQ(decode_text("1", column_type::boolean, 1).boolean(), true);
    EXPECT_EQ(decode_text("0.5", column_type::float64, 1).real(), 0.5);
    EXPECT_EQ(decode_text("1.50", column_type::decimal, 1).as_decimal().to_string(), "1.50");
    EXPECT_EQ(decode_text("1970-01-02", column_type::date, 1).integer(), 1);
    EXPECT_EQ(decode_text("1970-01-01 00:00:00.000002", column_type::timestamp, 1).integer(), 2);
    for (const char* bad : {"", "x", "1x", "0000-00-00", "70000"}) {
        for (const auto type : {column_type::int16, column_type::date}) {
            EXPECT_THROW(decode_text(bad, type, 1), error) << bad;
        }
    }
}

}  // namespace
}  // namespace shardwise::engine::mariadb
