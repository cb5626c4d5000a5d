// SPDX-License-Identifier: MIT
// What goes in comes back the same, or is refused.
#include <cmath>
#include <limits>

#include "dialect/mariadb/support.hpp"

namespace shardwise::engine::mariadb_test {
namespace {

using enum column_type;

class MariadbValues : public MariadbTest {
protected:
    /// Writes `v` into a column of the SQL type, reads it back by prepared and by text protocol.
    void round_trip(const std::string& sql_type, column_type type, const arg& v) {
        SCOPED_TRACE(sql_type + " " + to_display(v).substr(0, 60));
        table("round_trip", "v " + sql_type);
        run(*c_, make("INSERT INTO round_trip VALUES (?)", {}, {type}), {v});
        statement by_text = make("SELECT v FROM round_trip", {type});
        by_text.prepare = false;
        for (const statement& s : {make("SELECT v FROM round_trip", {type}), by_text}) {
            const rows got = run(*c_, s);
            ASSERT_EQ(got.size(), 1U);
            EXPECT_TRUE(same(got[0][0].view(), v)) << to_display(got[0][0].view()).substr(0, 60);
            EXPECT_EQ(got[0][0].kind(), v.kind());
        }
        // As a parameter it finds itself.
        if (type == json || v.is_null()) return;
        const rows found =
            run(*c_, make("SELECT count(*) FROM round_trip WHERE v = ?", {int64}, {type}), {v});
        EXPECT_EQ(found[0][0].view().integer(), 1);
    }
};

TEST_F(MariadbValues, ComeBackAsTheyWentIn) {
    std::string long_text;
    for (int i = 0; i < 200'000; ++i) long_text += "0123\xF0\x9F\x98\x80\xC3\xA9";
    std::string all_bytes;
    for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
    const auto bytes = [](const std::string& s) { return arg::of_bytes(s.data(), s.size()); };

    for (const bool b : {false, true}) round_trip("tinyint(1)", boolean, arg{b});
    for (const std::int64_t i : {-32768, -1, 0, 32767}) round_trip("smallint", int16, arg{i});
    for (const std::int64_t i : {-2147483648LL, 0LL, 2147483647LL}) {
        round_trip("int", int32, arg{i});
    }
    for (const std::int64_t i : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                 std::numeric_limits<std::int64_t>::max()}) {
        round_trip("bigint", int64, arg{i});
    }
    for (const double d : {0.1, -1e308, 5e-324, 1.0 / 3}) round_trip("double", float64, arg{d});
    for (const std::string_view t :
         {std::string_view(""), std::string_view("a'b\\c\"d%"), std::string_view("trailing  "),
          std::string_view("\xF0\x9F\x98\x80 \xC3\xA9"), std::string_view(long_text)}) {
        round_trip("longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin", text, arg{t});
    }
    round_trip("longblob", blob, bytes(""));
    round_trip("longblob", blob, bytes(all_bytes));
    round_trip("longblob", blob, bytes(long_text));
    round_trip("binary(16)", column_type::uuid,
               arg{shardwise::uuid::parse("00112233-4455-6677-8899-aabbccddee00")});
    for (const char* d : {"0001-01-01", "1969-12-31", "2024-02-29", "9999-12-31"}) {
        round_trip("date", column_type::date, arg{shardwise::date::parse(d)});
    }
    for (const char* t : {"0001-01-01 00:00:00", "1969-12-31 23:59:59.999999",
                          "2024-02-29 12:00:00", "9999-12-31 23:59:59.999999"}) {
        round_trip("datetime(6)", column_type::timestamp, arg{shardwise::timestamp::parse(t)});
    }
    round_trip("timestamp(6)", column_type::timestamp,
               arg{shardwise::timestamp::parse("2024-07-01 12:00:00.000001")});
    for (const char* d : {"0.00", "-12345678901234567890123456789012345.67", "0.01"}) {
        round_trip("decimal(38,2)", column_type::decimal, arg{shardwise::decimal::parse(d)});
    }
    round_trip("longtext", column_type::json, arg::of_json(R"({"a": [1, "\u00e9"]})"));
    for (const auto type : {boolean, int16, int32, int64, float64, text, blob}) {
        round_trip("longtext", type, arg{});
    }
}

// The server drops the sign; the two are equal in every comparison.
TEST_F(MariadbValues, NegativeZeroBecomesZero) {
    table("round_trip", "v double");
    run(*c_, make("INSERT INTO round_trip VALUES (?)", {}, {float64}), {arg{-0.0}});
    const rows got = run(*c_, make("SELECT v FROM round_trip", {float64}));
    EXPECT_EQ(got[0][0].view().real(), 0.0);
}

TEST_F(MariadbValues, ThatCannotBeKeptAreRefusedBeforeAnythingIsSent) {
    using namespace std::string_view_literals;
    const struct {
        column_type type;
        arg v;
        error_code code;
    } cases[] = {
        {float64, arg{std::nan("")}, error_code::value_not_storable},
        {float64, arg{-std::numeric_limits<double>::infinity()}, error_code::value_not_storable},
        {text, arg{"a\0b"sv}, error_code::value_not_storable},
        {text, arg{"\xFF"sv}, error_code::value_not_storable},
        {column_type::date, arg{shardwise::date{4'000'000}}, error_code::value_not_storable},
        {int16, arg{std::int64_t{32768}}, error_code::bad_value},
        {int32, arg{std::int64_t{1} << 31}, error_code::bad_value},
        {int64, arg{"1"sv}, error_code::bad_value},
    };
    for (const auto& refused : cases) {
        SCOPED_TRACE(to_display(refused.v));
        const statement s = make("SELECT ?", {text}, {refused.type});
        EXPECT_EQ(error_of([&] { c_->send(s, {{refused.v}}); }).code, refused.code);
        EXPECT_EQ(c_->pending(), 0U);
    }
    EXPECT_EQ(error_of([&] { mariadb_driver().check_storable(arg{std::nan("")}, float64); }).code,
              error_code::value_not_storable);
    EXPECT_NO_THROW(mariadb_driver().check_storable(arg{0.5}, float64));
}

TEST_F(MariadbValues, LargerThanAPacketAreRefusedAndTheConnectionStays) {
    const auto limit = run(*c_, "SELECT @@max_allowed_packet", {int64})[0][0].view().integer();
    const std::string huge(static_cast<std::size_t>(limit), 'x');
    const statement s = make("SELECT length(?)", {int64}, {text});
    EXPECT_EQ(error_of([&] { c_->send(s, {{arg{std::string_view(huge)}}}); }).code,
              error_code::value_not_storable);
    const std::string large(static_cast<std::size_t>(limit) - 4096, 'x');
    EXPECT_EQ(run(*c_, s, {arg{std::string_view(large)}})[0][0].view().integer(), limit - 4096);
}

TEST_F(MariadbValues, ThatDoNotFitTheDeclaredTypeAreRefusedByColumn) {
    const struct {
        const char* expression;
        column_type type;
    } cases[] = {
        {"CAST(18446744073709551615 AS UNSIGNED)", int64},
        {"CAST(9223372036854775808 AS UNSIGNED)", int64},
        {"70000", int16},
        {"3000000000", int32},
        {"2", boolean},
        {"1.5", int64},
        {"99999999999999999999.0", int64},
        {"9007199254740993", float64},
        {"CAST('0000-00-00' AS DATETIME)", column_type::timestamp},
        {"CAST('2024-01-01 01:00:00' AS DATETIME)", column_type::date},
        {"'abc'", int64},
        {"'abc'", column_type::uuid},
        {"0.5e0", column_type::decimal},
        {"5", text},
    };
    run(*c_, "SET STATEMENT sql_mode='' FOR DO 0");
    for (const auto& bad : cases) {
        SCOPED_TRACE(bad.expression);
        const statement s =
            make(std::string("SELECT 'first', ") + bad.expression, {text, bad.type});
        if (std::string(bad.expression).find("0000") != std::string::npos) {
            table("zero_date", "v datetime");
            run(*c_, "SET STATEMENT sql_mode='' FOR INSERT INTO zero_date VALUES ('0000-00-00')");
            const error_info e = error_of([&] {
                run(*c_, make("SELECT 'first', v FROM zero_date", {text, bad.type}));
            });
            EXPECT_EQ(e.code, error_code::bad_value);
            EXPECT_TRUE(c_->discard(soon()));
            continue;
        }
        const error_info e = error_of([&] { run(*c_, s); });
        EXPECT_EQ(e.code, error_code::bad_value);
        EXPECT_NE(e.message.find("column 2 "), std::string::npos) << e.message;
        EXPECT_TRUE(c_->discard(soon()));
    }
    EXPECT_EQ(run(*c_, "SELECT 7", {int64})[0][0].view().integer(), 7);
}

TEST_F(MariadbValues, ConvertWhereNothingIsLost) {
    const struct {
        const char* expression;
        column_type type;
        arg wanted;
    } cases[] = {
        {"SUM(x)", int64, arg{std::int64_t{6}}},
        {"CAST(SUM(x) AS SIGNED)", column_type::decimal, arg{shardwise::decimal{6}}},
        {"SUM(x)", float64, arg{6.0}},
        {"CAST(18446744073709551615 AS UNSIGNED)", column_type::decimal,
         arg{shardwise::decimal::parse("18446744073709551615")}},
        {"COUNT(*)", int32, arg{std::int64_t{3}}},
        {"CAST('2024-01-01' AS DATE)", column_type::timestamp,
         arg{shardwise::timestamp::parse("2024-01-01 00:00:00")}},
        {"MAX(x) > 2", boolean, arg{true}},
        {"b'101'", blob, arg::of_bytes("\x05", 1)},
        {"NULL", int64, arg{}},
    };
    for (const auto& good : cases) {
        SCOPED_TRACE(good.expression);
        const rows got = run(*c_, make(std::string("SELECT ") + good.expression +
                                           " FROM (SELECT 1 x UNION SELECT 2 UNION SELECT 3) t",
                                       {good.type}));
        EXPECT_TRUE(same(got[0][0].view(), good.wanted)) << to_display(got[0][0].view());
    }
}

TEST_F(MariadbValues, ArgumentsAreCopiedWhenSent) {
    const statement s = make("SELECT ?, ?", {text, blob}, {text, blob});
    std::string changing = "before";
    c_->send(s, {{arg{std::string_view(changing)}, arg::of_bytes(changing.data(), 6)}});
    changing = "after.";
    const rows got = collect(*c_, 2);
    EXPECT_EQ(got[0][0].view().text(), "before");
    EXPECT_EQ(got[0][1].view().text(), "before");
}

}  // namespace
}  // namespace shardwise::engine::mariadb_test
