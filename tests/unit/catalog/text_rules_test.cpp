// SPDX-License-Identifier: MIT
#include "catalog/text_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shardwise::catalog {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(TextRules, EqualVersionsAndEnginesWithoutOneAreNoDifference) {
    EXPECT_THAT(differing_text_rules({}), IsEmpty());
    EXPECT_THAT(differing_text_rules({{"s1", "ICU 153.14"}}), IsEmpty());
    EXPECT_THAT(differing_text_rules({{"s1", "ICU 153.14"}, {"s2", ""}, {"s3", "ICU 153.14"}}),
                IsEmpty());
}

TEST(TextRules, NamesTheShardsOfEachVersion) {
    EXPECT_THAT(
        differing_text_rules({{"s1", "ICU 153.14"}, {"s2", "ICU 153.120"}, {"s3", "ICU 153.14"}}),
        HasSubstr("(ICU 153.120 on s2; ICU 153.14 on s1, s3)"));
}

}  // namespace
}  // namespace shardwise::catalog
