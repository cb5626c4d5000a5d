// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "unit/sharding/keys.hpp"

namespace shardwise {
namespace {

TEST(BucketSet, AllAndNoneAreWhatTheySayForEverySizeAroundAWord) {
    for (const std::uint32_t n : {1U, 2U, 63U, 64U, 65U, 127U, 128U, 1024U, 65536U}) {
        EXPECT_TRUE(bucket_set::none(n).empty());
        EXPECT_FALSE(bucket_set::none(n).is_all());
        EXPECT_EQ(bucket_set::none(n).size(), 0U);
        EXPECT_TRUE(bucket_set::all(n).is_all());
        EXPECT_EQ(bucket_set::all(n).size(), n);
        EXPECT_EQ(bucket_set::all(n).to_vector().size(), n);
        EXPECT_FALSE(bucket_set::all(n).contains(n));
        bucket_set filled = bucket_set::none(n);
        for (bucket_id b = 0; b < n; ++b) filled.add(b);
        EXPECT_EQ(filled, bucket_set::all(n));
    }
}

TEST(BucketSet, NamesTheOnlyMember) {
    bucket_set s = bucket_set::none(200);
    EXPECT_EQ(s.single(), std::nullopt);
    s.add(130);
    EXPECT_EQ(s.single(), 130U);
    s.add(130);
    EXPECT_EQ(s.single(), 130U);
    s.add(131);
    EXPECT_EQ(s.single(), std::nullopt);
    bucket_set apart = bucket_set::none(200);
    apart.add(0);
    apart.add(199);
    EXPECT_EQ(apart.single(), std::nullopt);
    EXPECT_EQ(apart.to_vector(), (std::vector<bucket_id>{0, 199}));
    EXPECT_EQ(bucket_set::all(1).single(), 0U);
}

TEST(BucketSet, IntersectsAndUnites) {
    bucket_set a = bucket_set::none(100);
    bucket_set b = bucket_set::none(100);
    a.add(1);
    a.add(70);
    b.add(70);
    b.add(99);
    bucket_set both = a;
    both &= b;
    EXPECT_EQ(both.to_vector(), (std::vector<bucket_id>{70}));
    bucket_set either = a;
    either |= b;
    EXPECT_EQ(either.to_vector(), (std::vector<bucket_id>{1, 70, 99}));
}

TEST(BucketSet, RefusesBucketsThatDoNotExistAndSetsOfOtherStrategies) {
    using sharding::testing::code_of;
    bucket_set s = bucket_set::none(8);
    EXPECT_EQ(code_of([&] { s.add(8); }), error_code::internal);
    EXPECT_EQ(code_of([&] { s &= bucket_set::all(9); }), error_code::internal);
    EXPECT_EQ(code_of([&] { s |= bucket_set::all(9); }), error_code::internal);
    EXPECT_FALSE(s.contains(1'000'000));
}

}  // namespace
}  // namespace shardwise
