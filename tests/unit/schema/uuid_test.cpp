// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <random>

#include "shardwise/schema/types.hpp"
#include "unit/schema/refusal.hpp"

namespace shardwise {
namespace {

TEST(Uuid, IsReadInEitherCaseAndWrittenInLowerCase) {
    const uuid u = uuid::parse("0123ABCD-ef45-6789-AbCd-ef0123456789");
    EXPECT_EQ(u.octets[0], 0x01);
    EXPECT_EQ(u.octets[3], 0xCD);
    EXPECT_EQ(u.octets[15], 0x89);
    EXPECT_EQ(u.to_string(), "0123abcd-ef45-6789-abcd-ef0123456789");
}

TEST(Uuid, ComesBackFromItsText) {
    std::mt19937_64 random{1};
    for (int i = 0; i < 1000; ++i) {
        uuid u;
        for (auto& octet : u.octets) octet = static_cast<std::uint8_t>(random());
        EXPECT_EQ(uuid::parse(u.to_string()), u);
    }
}

TEST(Uuid, OrdersByItsBytes) {
    EXPECT_LT(uuid::parse("00000000-0000-0000-0000-0000000000ff"),
              uuid::parse("00000000-0000-0000-0000-000000000100"));
    EXPECT_LT(uuid::parse("7f000000-0000-0000-0000-000000000000"),
              uuid::parse("80000000-0000-0000-0000-000000000000"));
}

TEST(Uuid, RefusesEverythingElse) {
    for (const std::string_view text :
         {"", "0123abcd", "0123abcdef456789abcdef0123456789",
          "{0123abcd-ef45-6789-abcd-ef0123456789}", "0123abcd-ef45-6789-abcd-ef012345678",
          "0123abcd-ef45-6789-abcd-ef01234567890", "0123abcd-ef45-6789-abcd-ef012345678g",
          "0123abcd_ef45-6789-abcd-ef0123456789", "0123abcd-ef456789--abcd-ef0123456789",
          " 123abcd-ef45-6789-abcd-ef0123456789", "-123abcd-ef45-6789-abcd-ef0123456789"})
        EXPECT_TRUE(refuses([&] { uuid::parse(text); }, error_code::bad_value, "UUID")) << text;
}

}  // namespace
}  // namespace shardwise
