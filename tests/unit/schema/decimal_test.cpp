// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <random>

#include "schema/decimal_parts.hpp"
#include "schema/wide.hpp"
#include "unit/schema/refusal.hpp"

namespace shardwise {
namespace {

using namespace schema;

const std::string nines(38, '9');

decimal d(std::string_view text) { return decimal::parse(text); }
std::string digits(std::size_t zeros, std::string_view first = "1") {
    return std::string(first) + std::string(zeros, '0');
}

/// Every length and scale, not only the middle of the range.
decimal any_decimal(std::mt19937_64& random) {
    uint128 magnitude = (static_cast<uint128>(random()) << 64 | random()) % decimal_limit;
    magnitude /= power_of_ten(static_cast<int>(random() % 39));
    const auto unscaled = static_cast<int128>(magnitude);
    return make_decimal(random() % 2 == 0 ? unscaled : -unscaled, static_cast<int>(random() % 39));
}

TEST(Wide, MultipliesAndDividesExactly) {
    std::mt19937_64 random{3};
    for (int i = 0; i < 5000; ++i) {
        const uint128 a = (static_cast<uint128>(random()) << 64 | random()) >> (random() % 127);
        uint128 b = (static_cast<uint128>(random()) << 64 | random()) >> (random() % 127);
        if (b == 0) b = 1;
        const uint128 rest = (static_cast<uint128>(random()) << 64 | random()) % b;
        const auto result = divide(add(multiply(a, b), {0, rest}), {0, b});
        ASSERT_TRUE((result.quotient == uint256{0, a}));
        ASSERT_TRUE((result.remainder == uint256{0, rest}));
    }
    constexpr uint128 most = ~uint128{0};
    EXPECT_TRUE((multiply(most, most) == uint256{most - 1, 1}));
    EXPECT_TRUE((subtract({1, 0}, {0, 1}) == uint256{0, most}));
    EXPECT_TRUE((shift_left({0, most}, 4) == uint256{15, most << 4}));
    EXPECT_TRUE((shift_left({0, 3}, 128) == uint256{3, 0}));
}

TEST(Decimal, IsReadWithTheScaleThatIsWritten) {
    struct {
        std::string_view text, written;
        int scale;
    } const cases[] = {
        {"0", "0", 0},
        {"-0", "0", 0},
        {"-0.00", "0.00", 2},
        {"+1", "1", 0},
        {"-123.4500", "-123.4500", 4},
        {".5", "0.5", 1},
        {"5.", "5", 0},
        {"-.05", "-0.05", 2},
        {"007.50", "7.50", 2},
        {"1e-3", "0.001", 3},
        {"1E3", "1000", 0},
        {"1.5e+1", "15", 0},
        {"1.50e1", "15.0", 1},
        {"1.5e2", "150", 0},
        {"12345e-2", "123.45", 2},
        {"0e999999999999999999", "0", 0},
        {"0e-999999999999999999", "0.00000000000000000000000000000000000000", 38},
        {"1e37", "10000000000000000000000000000000000000", 0},
        {"1e-38", "0.00000000000000000000000000000000000001", 38},
        {"1000e-40", "0.00000000000000000000000000000000000010", 38},
        {"0.1e38", "10000000000000000000000000000000000000", 0},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(d(c.text).to_string(), c.written);
        EXPECT_EQ(d(c.text).scale(), c.scale);
    }
}

TEST(Decimal, GivesUpZerosAtTheEndOnlyWhereItMust) {
    EXPECT_EQ(d("1." + std::string(60, '0')).to_string(), "1." + std::string(37, '0'));
    EXPECT_EQ(d(nines + ".000").to_string(), nines);
    EXPECT_EQ(d("0." + nines + "00").to_string(), "0." + nines);
    EXPECT_EQ(d(std::string(100, '0') + "1." + "5").to_string(), "1.5");
}

TEST(Decimal, KeepsThirtyEightDigits) {
    EXPECT_EQ(d(nines).to_string(), nines);
    EXPECT_EQ(d("-" + nines).to_string(), "-" + nines);
    EXPECT_EQ(d("0." + nines).to_string(), "0." + nines);
    EXPECT_EQ(d("-1" + std::string(36, '2') + ".3").to_string(),
              "-1" + std::string(36, '2') + ".3");
}

TEST(Decimal, RefusesTextsThatAreNoNumber) {
    for (const std::string_view text :
         {"",    "+",     "-",    ".",    "-.",       "e",     "e5",    ".e5", "1e",    "1e+",
          "1e-", "1e1.5", "1e5 ", "1..2", "1.2.3",    "--1",   "+-1",   "1,5", "1 000", " 1",
          "1 ",  "0x10",  "nan",  "inf",  "Infinity", "1_000", "1e5e5", "１"})
        EXPECT_TRUE(refuses([&] { d(text); }, error_code::bad_value, "no")) << text;
    EXPECT_THROW(d(std::string_view("1\0", 2)), error);
}

TEST(Decimal, RefusesMoreThanThirtyEightDigits) {
    for (const std::string& text :
         {digits(38), "-" + digits(38), nines + "1", nines + ".1", nines + "e1", "0." + nines + "1",
          std::string("1e38"), std::string("1e-39"), std::string("1e999999999999999999999"),
          std::string("1e-999999999999999999999"), digits(40) + "1",
          "1." + std::string(38, '0') + "1"})
        EXPECT_TRUE(refuses([&] { d(text); }, error_code::bad_value, "38 digits")) << text;
}

TEST(Decimal, ComesBackFromItsTextAndItsParts) {
    std::mt19937_64 random{4};
    for (int i = 0; i < 20'000; ++i) {
        const decimal a = any_decimal(random);
        const decimal b = d(a.to_string());
        ASSERT_EQ(a, b);
        ASSERT_EQ(a.scale(), b.scale());
        const decimal c = decimal::from_parts(a.high(), a.low(), a.scale());
        ASSERT_EQ(c.to_string(), a.to_string());
    }
}

TEST(Decimal, RefusesPartsOutOfRange) {
    EXPECT_THROW(decimal::from_parts(0, 1, -1), error);
    EXPECT_THROW(decimal::from_parts(0, 1, 39), error);
    EXPECT_THROW(decimal::from_parts(std::numeric_limits<std::int64_t>::min(), 0, 0), error);
    EXPECT_THROW(decimal::from_parts(std::numeric_limits<std::int64_t>::max(), 0, 0), error);
    EXPECT_THROW(make_decimal(static_cast<int128>(decimal_limit), 0), error);
    EXPECT_THROW(make_decimal(-static_cast<int128>(decimal_limit), 0), error);
    EXPECT_EQ(make_decimal(-static_cast<int128>(decimal_limit - 1), 0).to_string(), "-" + nines);
    EXPECT_THROW(decimal::from_unscaled(1, 39), error);
    EXPECT_EQ(decimal::from_unscaled(std::numeric_limits<std::int64_t>::min(), 18).to_string(),
              "-9.223372036854775808");
    EXPECT_EQ(decimal{std::numeric_limits<std::int64_t>::min()}.to_string(),
              "-9223372036854775808");
}

TEST(Decimal, ComparesByValueAtEveryScale) {
    // Strictly ascending; each against each.
    const std::vector<decimal> ascending{
        d("-" + nines), d("-1e37"), d("-1.5"),  d("-1"),     d("-1e-37"), d("-1e-38"),
        d("0"),         d("1e-38"), d("2e-38"), d("0.9999"), d("1"),      d("1.00000000000000001"),
        d("1.5"),       d("2"),     d("9e36"),  d("1e37"),   d(nines)};
    for (std::size_t i = 0; i < ascending.size(); ++i)
        for (std::size_t k = 0; k < ascending.size(); ++k)
            EXPECT_EQ(ascending[i] <=> ascending[k], i <=> k)
                << ascending[i].to_string() << ' ' << ascending[k].to_string();
    EXPECT_EQ(d("1.5"), d("1.50"));
    EXPECT_EQ(d("0"), d("0.0000"));
    EXPECT_EQ(d("-2"), d("-2." + std::string(37, '0')));
    EXPECT_EQ(d("1e37"), decimal::from_parts(d("1e37").high(), d("1e37").low(), 0));
}

TEST(Decimal, AddsAndSubtractsExactly) {
    EXPECT_EQ((d("1.5") + d("2.25")).to_string(), "3.75");
    EXPECT_EQ((d("1.50") - d("1.5")).to_string(), "0.00");
    EXPECT_EQ((d("-1") + d("0.001")).to_string(), "-0.999");
    EXPECT_EQ((d("1") - d("0.001")).to_string(), "0.999");
    EXPECT_EQ((d(nines) - d(nines)).to_string(), "0");
    EXPECT_EQ((d("1e37") + d("0.00")).to_string(), digits(37));
    EXPECT_EQ((d("0." + nines) + d("1e-38")).to_string(), "1." + std::string(37, '0'));
    EXPECT_THROW(d(nines) + d("1"), error);
    EXPECT_THROW(d("-" + nines) - d("1"), error);
    EXPECT_THROW(d("1e37") + d("1e-38"), error);
    EXPECT_EQ((d(nines) - d("1")).to_string(), std::string(37, '9') + "8");
}

TEST(Decimal, MultipliesExactly) {
    EXPECT_EQ((d("1.5") * d("-2.25")).to_string(), "-3.375");
    EXPECT_EQ((d("1e19") * d("1e18")).to_string(), digits(37));
    EXPECT_THROW(d("1e19") * d("1e19"), error);
    EXPECT_THROW(d(nines) * d(nines), error);
    EXPECT_THROW(d("1e-20") * d("1e-20"), error);
    EXPECT_EQ((d("1e-19") * d("1e-19")).to_string(), d("1e-38").to_string());
    EXPECT_EQ((d("0") * d(nines)).to_string(), "0");
    EXPECT_EQ(d("0.50000000000000000000") * d("2.0000000000000000000"), d("1"));
    EXPECT_EQ((d("99999999999999999999") * d("999999999999999999")).to_string(),
              "99999999999999999899000000000000000001");
}

TEST(Decimal, DividesRoundingHalfAwayFromZero) {
    struct {
        std::string_view a, b;
        int scale;
        std::string_view quotient;
    } const cases[] = {
        {"1", "3", 4, "0.3333"},
        {"2", "3", 4, "0.6667"},
        {"1", "8", 2, "0.13"},
        {"-1", "8", 2, "-0.13"},
        {"1", "-8", 2, "-0.13"},
        {"-1", "-8", 2, "0.13"},
        {"0", "7", 3, "0.000"},
        {"10", "4", 0, "3"},
        {"-10", "4", 0, "-3"},
        {"1", "4", 0, "0"},
        {"-1", "4", 0, "0"},
        {"1", "2", 0, "1"},
        {"1.00", "0.1", 0, "10"},
        {"1e-38", "1e37", 5, "0.00000"},
        {"1", "1e37", 37, "0.0000000000000000000000000000000000001"},
        {"1e-38", "1e-38", 37, "1.0000000000000000000000000000000000000"},
        {"1e-1", "1e-38", 0, "10000000000000000000000000000000000000"},
        {"7", "7", 0, "1"},
        {"0.5", "1", 0, "1"},
        {"0.4999", "1", 0, "0"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(decimal::divide(d(c.a), d(c.b), c.scale).to_string(), c.quotient)
            << c.a << " / " << c.b;
    EXPECT_EQ(decimal::divide(d(nines), d(nines), 37).to_string(), "1." + std::string(37, '0'));
    EXPECT_EQ(decimal::divide(d("0." + nines), d("0." + nines), 0).to_string(), "1");
    EXPECT_TRUE(
        refuses([] { decimal::divide(d("1"), d("0.00"), 2); }, error_code::bad_value, "zero"));
    EXPECT_THROW(decimal::divide(d("1"), d("1e-38"), 0), error);
    EXPECT_THROW(decimal::divide(d("1"), d("1"), 38), error);
    EXPECT_THROW(decimal::divide(d(nines), d("1e-38"), 38), error);
    EXPECT_THROW(decimal::divide(d("1"), d("1"), 39), error);
    EXPECT_THROW(decimal::divide(d("1"), d("1"), -1), error);
}

template <class Call>
std::optional<decimal> result_of(Call&& call) {
    try {
        return call();
    } catch (const error&) {
        return std::nullopt;
    }
}

TEST(Decimal, ObeysTheLawsOfArithmetic) {
    std::mt19937_64 random{5};
    int sums = 0;
    int products = 0;
    for (int i = 0; i < 50'000; ++i) {
        const decimal a = any_decimal(random);
        const decimal b = any_decimal(random);
        if (const auto sum = result_of([&] { return a + b; })) {
            ASSERT_EQ(*sum, b + a);
            ASSERT_EQ(*sum - b, a);
            ASSERT_EQ(a < *sum, decimal{0} < b);
            ++sums;
        }
        if (const auto product = result_of([&] { return a * b; })) {
            ASSERT_EQ(*product, b * a);
            if (b != decimal{0}) {
                ASSERT_EQ(decimal::divide(*product, b, a.scale()), a)
                    << a.to_string() << " * " << b.to_string();
            }
            ++products;
        }
        ASSERT_EQ(a<b, b> a);
        ASSERT_EQ(a == b, b == a);
    }
    EXPECT_GT(sums, 1000);
    EXPECT_GT(products, 1000);
}

TEST(Decimal, IsRescaledOnlyWithoutLoss) {
    EXPECT_EQ(d("1.50").rescaled(1).to_string(), "1.5");
    EXPECT_EQ(d("-1.5").rescaled(4).to_string(), "-1.5000");
    EXPECT_EQ(d("0").rescaled(38).scale(), 38);
    EXPECT_TRUE(refuses([] { d("1.55").rescaled(1); }, error_code::bad_value, "scale"));
    EXPECT_TRUE(refuses([] { d(nines).rescaled(1); }, error_code::bad_value, "38 digits"));
    EXPECT_THROW(d("1").rescaled(38), error);
    EXPECT_THROW(d("1").rescaled(-1), error);
    EXPECT_THROW(d("1").rescaled(39), error);
}

TEST(Decimal, IsRoundedHalfAwayFromZero) {
    struct {
        std::string_view value;
        int scale;
        std::string_view rounded;
    } const cases[] = {
        {"1.25", 1, "1.3"},  {"-1.25", 1, "-1.3"}, {"1.24", 1, "1.2"}, {"1.249999", 1, "1.2"},
        {"0.5", 0, "1"},     {"-0.5", 0, "-1"},    {"0.49", 0, "0"},   {"-0.49", 0, "0"},
        {"9.99", 1, "10.0"}, {"1.5", 3, "1.500"},  {"1e-38", 0, "0"},  {"0.05", 1, "0.1"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(d(c.value).rounded(c.scale).to_string(), c.rounded) << c.value;
    EXPECT_EQ(d("0." + nines).rounded(0).to_string(), "1");
    EXPECT_EQ(d("0." + nines).rounded(37).to_string(), "1." + std::string(37, '0'));
    EXPECT_THROW(d("1.5").rounded(-1), error);
    EXPECT_THROW(d("1.5").rounded(39), error);
}

TEST(Decimal, BecomesTheNearestDouble) {
    EXPECT_EQ(d("0.1").to_double(), 0.1);
    EXPECT_EQ(d("-1.50").to_double(), -1.5);
    EXPECT_EQ(d("1e-38").to_double(), 1e-38);
    EXPECT_EQ(d("1e37").to_double(), 1e37);
    EXPECT_EQ(d(nines).to_double(), 1e38);
    EXPECT_EQ(d("9007199254740993").to_double(), 9007199254740992.0);
    EXPECT_EQ(d("9007199254740993.0001").to_double(), 9007199254740994.0);
    EXPECT_EQ(d("0.00").to_double(), 0.0);
}

}  // namespace
}  // namespace shardwise
