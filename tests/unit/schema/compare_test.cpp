// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <set>

#include "schema/decimal_parts.hpp"
#include "shardwise/schema/value.hpp"
#include "unit/schema/refusal.hpp"

namespace shardwise {
namespace {

using namespace std::string_view_literals;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

arg i(std::int64_t v) { return arg{v}; }
arg r(double v) { return arg{v}; }
arg d(std::string_view text) { return arg{decimal::parse(text)}; }

int sign(int n) { return n < 0 ? -1 : n > 0 ? 1 : 0; }

/// Each row holds equal values; rows ascend.
void expect_order(const std::vector<std::vector<arg>>& rows) {
    for (std::size_t a = 0; a < rows.size(); ++a)
        for (std::size_t b = 0; b < rows.size(); ++b)
            for (const arg& x : rows[a])
                for (const arg& y : rows[b]) {
                    const int expected = a < b ? -1 : a > b ? 1 : 0;
                    ASSERT_EQ(sign(compare(x, y)), expected)
                        << name_of(x.kind()) << ' ' << to_display(x) << " against "
                        << name_of(y.kind()) << ' ' << to_display(y);
                    ASSERT_EQ(same(x, y), expected == 0);
                    if (expected == 0) {
                        ASSERT_EQ(hash_of(x), hash_of(y)) << to_display(x);
                    }
                }
}

TEST(Compare, OrdersNumbersOfAllKindsExactly) {
    expect_order({
        {r(-infinity)},
        {r(-1e300)},
        {d("-" + std::string(38, '9'))},
        {r(-0x1.0000000000001p63)},
        {i(least), r(-0x1p63), d("-9223372036854775808")},
        {d("-9223372036854775807.5")},
        {i(least + 1), d("-9223372036854775807")},
        {i(-2), r(-2.0), d("-2.00")},
        {r(-1.5), d("-1.5")},
        {i(-1), r(-1.0), d("-1")},
        {r(-1e-300)},
        {i(0), r(0.0), r(-0.0), d("0"), d("0.000")},
        {r(5e-324)},
        {d("1e-38")},
        {d("0.1")},
        {r(0.1)},  // the double is a little more than a tenth
        {r(0.5), d("0.5"), d("0.50")},
        {i(1), r(1.0), d("1.0")},
        {i((1LL << 53) - 1), r(0x1p53 - 1), d("9007199254740991")},
        {i(1LL << 53), r(0x1p53), d("9007199254740992")},
        {i((1LL << 53) + 1), d("9007199254740993.000")},
        {d("9007199254740993.0001")},
        {i((1LL << 53) + 2), r(0x1p53 + 2), d("9007199254740994")},
        {i(most - 1)},
        {i(most), d("9223372036854775807")},
        {d("9223372036854775807.9")},
        {r(0x1p63), d("9223372036854775808")},
        {d("9223372036854775808.1")},
        {r(1e38), d("99999999999999997748809823456034029568")},  // what the double really is
        {d(std::string(38, '9'))},
        {r(std::nextafter(1e38, infinity))},
        {r(std::numeric_limits<double>::max())},
        {r(infinity)},
        {r(nan), r(-nan)},
    });
}

TEST(Compare, KnowsADecimalFromItsNearestDouble) {
    std::mt19937_64 random{6};
    for (int round = 0; round < 20'000; ++round) {
        // m / 2^e with few digits is exactly a decimal; its neighbours are not equal to it.
        const auto m = static_cast<std::int64_t>(random() % 2'000'001) - 1'000'000;
        const int e = static_cast<int>(random() % 20);
        const double exact = std::ldexp(static_cast<double>(m), -e);
        const arg same_decimal{decimal::divide(decimal{m}, decimal{std::int64_t{1} << e}, 20)};
        ASSERT_EQ(compare(same_decimal, r(exact)), 0) << m << ' ' << e;
        ASSERT_EQ(hash_of(same_decimal), hash_of(r(exact)));
        ASSERT_LT(compare(same_decimal, r(std::nextafter(exact, infinity))), 0);
        ASSERT_GT(compare(same_decimal, r(std::nextafter(exact, -infinity))), 0);
        const decimal step = decimal::parse("1e-20");
        ASSERT_GT(compare(arg{same_decimal.as_decimal() + step}, r(exact)), 0);
        ASSERT_LT(compare(arg{same_decimal.as_decimal() - step}, r(exact)), 0);
    }
}

TEST(Compare, IsAntisymmetricAndTransitiveForRandomNumbers) {
    std::mt19937_64 random{7};
    std::vector<arg> numbers;
    for (int n = 0; n < 120; ++n) {
        const auto whole = static_cast<std::int64_t>(random() >> (random() % 64));
        numbers.push_back(i(whole));
        numbers.push_back(r(static_cast<double>(whole) / 8));
        numbers.push_back(d(std::to_string(whole) + (n % 2 == 0 ? ".5" : ".125")));
    }
    std::sort(numbers.begin(), numbers.end(),
              [](const arg& a, const arg& b) { return compare(a, b) < 0; });
    for (std::size_t a = 0; a < numbers.size(); ++a)
        for (std::size_t b = a; b < numbers.size(); ++b) {
            ASSERT_LE(compare(numbers[a], numbers[b]), 0);
            ASSERT_EQ(compare(numbers[a], numbers[b]), -compare(numbers[b], numbers[a]));
        }
}

TEST(Compare, OrdersTheOtherKindsByTheirBytesOrTime) {
    expect_order({{arg{false}}, {arg{true}}});
    expect_order({{arg{""sv}},
                  {arg{"\0"sv}},
                  {arg{"A"sv}},
                  {arg{"a"sv}},
                  {arg{"a\0"sv}},
                  {arg{"a "sv}},
                  {arg{"aa"sv}},
                  {arg{"b"sv}},
                  {arg{"\u00e9"sv}},
                  {arg{"\uFFFD"sv}},
                  {arg{"\U0001F600"sv}}});
    expect_order({{arg::of_bytes("", 0)},
                  {arg::of_bytes("\x7f", 1)},
                  {arg::of_bytes("\x80", 1)},
                  {arg::of_bytes("\xff", 1)}});
    expect_order({{arg{uuid::parse("00000000-0000-0000-0000-0000000000ff")}},
                  {arg{uuid::parse("7f000000-0000-0000-0000-000000000000")}},
                  {arg{uuid::parse("80000000-0000-0000-0000-000000000000")}}});
    expect_order({{arg{date{-1}}}, {arg{date{0}}}, {arg{date{1}}}});
    expect_order({{arg{timestamp{least}}}, {arg{timestamp{-1}}}, {arg{timestamp{most}}}});
    expect_order({{arg::of_json("1")}, {arg::of_json("2")}});
}

std::vector<arg> one_of_each_kind() {
    return {arg{true},         i(1),
            arg{"1"sv},        arg::of_bytes("1", 1),
            arg{date{1}},      arg{timestamp{1}},
            arg::of_json("1"), arg{uuid{}}};
}

TEST(Compare, RefusesKindsThatCannotBeCompared) {
    const std::vector<arg> all = one_of_each_kind();
    for (std::size_t a = 0; a < all.size(); ++a)
        for (std::size_t b = 0; b < all.size(); ++b) {
            if (a == b) continue;
            EXPECT_TRUE(refuses([&] { compare(all[a], all[b]); }, error_code::internal,
                                "cannot be compared"));
            EXPECT_FALSE(same(all[a], all[b]));
        }
    EXPECT_THROW(compare(arg{}, arg{}), error);
    EXPECT_THROW(compare(arg{}, i(1)), error);
    EXPECT_THROW(compare(i(1), arg{}), error);
}

TEST(Same, TakesNullForEqualToNullOnly) {
    EXPECT_TRUE(same(arg{}, arg{}));
    for (const arg& a : one_of_each_kind()) {
        EXPECT_FALSE(same(a, arg{}));
        EXPECT_FALSE(same(arg{}, a));
    }
    EXPECT_EQ(value{}, value{});
    EXPECT_EQ(value{i(5)}, value{d("5.0")});
    EXPECT_FALSE(value{i(5)} == value{arg{"5"sv}});
}

TEST(Hash, TellsNeighboursApart) {
    std::set<std::uint64_t> seen;
    std::size_t count = 0;
    const auto take = [&](const arg& a) {
        seen.insert(hash_of(a));
        ++count;
    };
    for (std::int64_t n = 0; n < 20'000; ++n) {
        take(i(n));
        take(i(most - n));  // a double cannot tell these apart
        take(r(static_cast<double>(n) + 0.5));
        take(arg{date{static_cast<std::int32_t>(n)}});
        take(arg{timestamp{n}});
        const std::string text = std::to_string(n);
        take(arg{std::string_view{text}});
    }
    std::string zeros;
    for (int n = 0; n < 100; ++n, zeros += '\0') take(arg{std::string_view{zeros}});
    EXPECT_EQ(seen.size(), count);
}

}  // namespace
}  // namespace shardwise
