// SPDX-License-Identifier: MIT
#include "base/backoff.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace shardwise {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToTheLongestWait) {
    constexpr backoff b{.first = milliseconds{10}, .longest = milliseconds{65}};
    constexpr std::int64_t expected[] = {10, 20, 40, 65, 65};
    unsigned attempt = 0;
    for (const std::int64_t max : expected) {
        EXPECT_EQ(b.wait_after(attempt).min, milliseconds{0});
        EXPECT_EQ(b.wait_after(attempt).max, milliseconds{max});
        ++attempt;
    }
}

TEST(Backoff, DoesNotOverflow) {
    constexpr backoff huge{.first = milliseconds{1}, .longest = milliseconds::max()};
    EXPECT_EQ(huge.wait_after(62).max, milliseconds{std::int64_t{1} << 62});
    EXPECT_EQ(huge.wait_after(63).max, milliseconds::max());
    EXPECT_EQ(huge.wait_after(std::numeric_limits<unsigned>::max()).max, milliseconds::max());
    EXPECT_GE(huge.pick(1000, std::numeric_limits<std::uint64_t>::max()), milliseconds{0});
    constexpr backoff none{.first = milliseconds{0}, .longest = milliseconds{100}};
    EXPECT_EQ(none.wait_after(std::numeric_limits<unsigned>::max()).max, milliseconds{0});
}

TEST(Backoff, PicksEveryPointOfTheRangeAndNoOther) {
    constexpr backoff b{.first = milliseconds{3}, .longest = milliseconds{100}};
    for (std::uint64_t random = 0; random < 8; ++random)
        EXPECT_EQ(b.pick(0, random).count(), static_cast<std::int64_t>(random % 4));
}

}  // namespace
}  // namespace shardwise
