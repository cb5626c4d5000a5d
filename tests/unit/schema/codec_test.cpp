// SPDX-License-Identifier: MIT
#include "shardwise/schema/codec.hpp"

#include <gtest/gtest.h>

#include "unit/schema/refusal.hpp"

namespace shardwise {
namespace {

using namespace std::literals;

template <class T>
void expect_round_trip(const T& before, column_type type, kind k) {
    const codec& c = codec_of<T>;
    EXPECT_EQ(c.type, type);
    EXPECT_EQ(c.get(&before).kind(), k);
    T after{};
    c.put(&after, c.get(&before));
    EXPECT_TRUE(c.equal(&before, &after));
    EXPECT_TRUE(before == after);
}

enum class colour : std::int16_t { red = -5, blue = 300 };
enum class tiny : std::uint8_t { one = 1, last = 255 };

TEST(Codec, BringsEveryTypeThereAndBack) {
    using limits8 = std::numeric_limits<std::int8_t>;
    using limits64 = std::numeric_limits<std::int64_t>;
    expect_round_trip(true, column_type::boolean, kind::boolean);
    expect_round_trip(limits8::min(), column_type::int16, kind::integer);
    expect_round_trip(std::uint8_t{255}, column_type::int16, kind::integer);
    expect_round_trip(std::int16_t{-32768}, column_type::int16, kind::integer);
    expect_round_trip(std::uint16_t{65535}, column_type::int32, kind::integer);
    expect_round_trip(std::int32_t{-2147483647 - 1}, column_type::int32, kind::integer);
    expect_round_trip(std::uint32_t{4294967295U}, column_type::int64, kind::integer);
    expect_round_trip(limits64::min(), column_type::int64, kind::integer);
    expect_round_trip(limits64::max(), column_type::int64, kind::integer);
    expect_round_trip(0.1, column_type::float64, kind::real);
    expect_round_trip("a\0\u00e9"s, column_type::text, kind::text);
    expect_round_trip(bytes{std::byte{0}, std::byte{255}}, column_type::blob, kind::blob);
    expect_round_trip(bytes{}, column_type::blob, kind::blob);
    expect_round_trip(uuid::parse("01234567-89ab-cdef-0123-456789abcdef"), column_type::uuid,
                      kind::uuid);
    expect_round_trip(date{-1}, column_type::date, kind::date);
    expect_round_trip(timestamp{-1}, column_type::timestamp, kind::timestamp);
    expect_round_trip(decimal::parse("-1.50"), column_type::decimal, kind::decimal);
    expect_round_trip(json{"[1]"}, column_type::json, kind::json);
    expect_round_trip(colour::red, column_type::int16, kind::integer);
    expect_round_trip(tiny::last, column_type::int16, kind::integer);
    expect_round_trip(std::optional<int>{7}, column_type::int32, kind::integer);
    expect_round_trip(std::optional<int>{}, column_type::int32, kind::null);
    expect_round_trip(std::optional<std::string>{"x"}, column_type::text, kind::text);
    EXPECT_TRUE(codec_of<std::optional<int>>.nullable);
    EXPECT_FALSE(codec_of<int>.nullable);
    EXPECT_FALSE(codec_of<colour>.nullable);
}

template <class T>
void expect_limits(std::int64_t low, std::int64_t high) {
    T to{};
    type_traits<T>::put(to, arg{low});
    EXPECT_EQ(static_cast<std::int64_t>(to), low);
    type_traits<T>::put(to, arg{high});
    EXPECT_EQ(static_cast<std::int64_t>(to), high);
    for (const std::int64_t bad : {low - 1, high + 1, std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max()}) {
        const refusal r = refusal_of([&] { type_traits<T>::put(to, arg{bad}); });
        EXPECT_TRUE(r.thrown && r.code == error_code::bad_value) << bad;
        EXPECT_EQ(r.detail, std::to_string(bad));
        EXPECT_EQ(r.message.find(std::to_string(bad)), std::string::npos);
        EXPECT_EQ(static_cast<std::int64_t>(to), high) << "changed by a refused value";
    }
}

TEST(Codec, RefusesIntegersThatDoNotFitTheMember) {
    expect_limits<std::int8_t>(-128, 127);
    expect_limits<std::uint8_t>(0, 255);
    expect_limits<std::int16_t>(-32768, 32767);
    expect_limits<std::uint16_t>(0, 65535);
    expect_limits<std::int32_t>(-2147483648LL, 2147483647LL);
    expect_limits<std::uint32_t>(0, 4294967295LL);
    expect_limits<tiny>(0, 255);
    expect_limits<colour>(-32768, 32767);
}

template <class T>
void expect_no_null() {
    T to{};
    EXPECT_TRUE(refuses([&] { type_traits<T>::put(to, arg{}); }, error_code::bad_value,
                        "NULL in a member that is not std::optional"));
}

TEST(Codec, RefusesNullInAMemberThatIsNotOptional) {
    expect_no_null<bool>();
    expect_no_null<std::int16_t>();
    expect_no_null<std::int64_t>();
    expect_no_null<double>();
    expect_no_null<std::string>();
    expect_no_null<bytes>();
    expect_no_null<uuid>();
    expect_no_null<date>();
    expect_no_null<timestamp>();
    expect_no_null<decimal>();
    expect_no_null<json>();
    expect_no_null<colour>();
}

TEST(Codec, ResetsAnOptionalThatBecomesNull) {
    std::optional<std::string> text = "x";
    codec_of<std::optional<std::string>>.put(&text, arg{});
    EXPECT_FALSE(text.has_value());
    codec_of<std::optional<std::string>>.put(&text, arg{"y"sv});
    EXPECT_EQ(text, "y");
}

TEST(Codec, DoesNotStoreTypesThatNoColumnKeeps) {
    static_assert(!storable_integer<std::uint64_t>);
    static_assert(!storable_integer<char>);
    static_assert(!storable_integer<bool>);
    static_assert(!storable<std::uint64_t>);
    static_assert(!storable<float>);
    static_assert(!storable<const char*>);
    static_assert(storable<colour>);
    static_assert(storable<std::optional<colour>>);
    struct anything {};
    static_assert(!storable<anything>);
}

}  // namespace
}  // namespace shardwise
