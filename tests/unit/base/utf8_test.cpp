// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace shardwise {
namespace {

using namespace std::string_view_literals;

/// Straight from RFC 3629: decode, then look at the number.
bool is_valid_by_decoding(std::string_view s) {
    for (std::size_t i = 0; i < s.size();) {
        const auto at = [&](std::size_t k) { return static_cast<unsigned char>(s[k]); };
        const unsigned lead = at(i);
        const std::size_t size = lead < 0x80           ? 1
                                 : (lead >> 5) == 0x6  ? 2
                                 : (lead >> 4) == 0xE  ? 3
                                 : (lead >> 3) == 0x1E ? 4
                                                       : 0;
        if (size == 0 || i + size > s.size()) return false;
        unsigned point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
        for (std::size_t k = 1; k < size; ++k) {
            if ((at(i + k) & 0xC0) != 0x80) return false;
            point = point << 6 | (at(i + k) & 0x3F);
        }
        constexpr unsigned smallest[] = {0, 0, 0x80, 0x800, 0x10000};
        if (point < smallest[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
            return false;
        i += size;
    }
    return true;
}

TEST(Utf8, AcceptsEveryLengthOfSequence) {
    for (const auto text :
         {""sv, "a"sv, "\0"sv, "12345678"sv, "123456789abcdefg"sv, "\u00e9"sv, "\u20ac"sv,
          "\U0001F600"sv, "\U0010FFFF"sv, "\uD7FF"sv, "\uE000"sv, "1234567\u00e9"sv})
        EXPECT_TRUE(is_valid_utf8(text)) << text;
}

TEST(Utf8, RefusesWhatIsNoCodePoint) {
    for (const auto text :
         {"\x80"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xE0\x80\x80"sv, "\xE0\x9F\xBF"sv,
          "\xF0\x80\x80\x80"sv, "\xF0\x8F\xBF\xBF"sv, "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv,
          "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xFF"sv, "\xFE"sv, "\xC3"sv, "\xE2\x82"sv,
          "\xF0\x9F\x98"sv, "\xC3("sv, "12345678\x80"sv, "1234567\xC3"sv}) {
        EXPECT_FALSE(is_valid_utf8(text));
        for (const std::size_t before : {1U, 7U, 8U, 9U, 64U})
            EXPECT_FALSE(is_valid_utf8(std::string(before, 'x') + std::string(text)));
    }
}

TEST(Utf8, AgreesWithDecodingForAllShortSequences) {
    std::string text(2, '\0');
    for (int a = 0; a < 256; ++a)
        for (int b = 0; b < 256; ++b) {
            text[0] = static_cast<char>(a);
            text[1] = static_cast<char>(b);
            ASSERT_EQ(is_valid_utf8(text), is_valid_by_decoding(text)) << a << ' ' << b;
        }
}

TEST(Utf8, AgreesWithDecodingForRandomBytes) {
    std::mt19937 random{7};
    constexpr unsigned char interesting[] = {'a',  0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2,
                                             0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5};
    int valid = 0;
    for (int round = 0; round < 300'000; ++round) {
        std::string text(random() % 20, 'a');
        const std::size_t start = text.empty() ? 0 : random() % text.size();
        for (std::size_t i = start; i < text.size() && i < start + 5; ++i)
            text[i] = static_cast<char>(interesting[random() % std::size(interesting)]);
        const bool expected = is_valid_by_decoding(text);
        valid += expected ? 1 : 0;
        ASSERT_EQ(is_valid_utf8(text), expected) << ::testing::PrintToString(text);
    }
    EXPECT_GT(valid, 1000);
}

TEST(Utf8, CountsCodePoints) {
    EXPECT_EQ(count_code_points(""), 0U);
    EXPECT_EQ(count_code_points("abc"), 3U);
    EXPECT_EQ(count_code_points("\u00e9\u20ac\U0001F600x"), 4U);
    EXPECT_EQ(count_code_points("\0\0"sv), 2U);
}

}  // namespace
}  // namespace shardwise
