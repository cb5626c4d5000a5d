// SPDX-License-Identifier: MIT
#include "sharding/uuid_v7.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

namespace shardwise::sharding {
namespace {

std::int64_t unix_ms(const uuid& u) {
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | u.octets[i];
    return ms;
}

TEST(UuidV7, HasTheVersionTheVariantAndTheTime) {
    const std::int64_t before = timestamp::now().micros_since_epoch / 1000;
    const uuid u = make_uuid_v7();
    const std::int64_t after = timestamp::now().micros_since_epoch / 1000;
    EXPECT_EQ(u.octets[6] >> 4, 7);
    EXPECT_EQ(u.octets[8] >> 6, 2);
    EXPECT_GE(unix_ms(u), before);
    // Others of this process may have borrowed milliseconds, 2048 UUIDs each.
    EXPECT_LE(unix_ms(u), after + 1000);
    EXPECT_EQ(u.to_string()[14], '7');
}

TEST(UuidV7, GrowsStrictlyEvenWhenAMillisecondsCounterIsUsedUp) {
    uuid last = make_uuid_v7();
    for (int i = 0; i < 50'000; ++i) {
        const uuid next = make_uuid_v7();
        ASSERT_LT(last, next);
        ASSERT_EQ(next.octets[6] >> 4, 7);
        ASSERT_EQ(next.octets[8] >> 6, 2);
        last = next;
    }
}

TEST(UuidV7, ThreadsGetDifferentOnesInOrder) {
    std::vector<std::vector<uuid>> made(4);
    std::vector<std::thread> threads;
    for (auto& mine : made)
        threads.emplace_back([&mine] {
            for (int i = 0; i < 5000; ++i) mine.push_back(make_uuid_v7());
        });
    for (std::thread& t : threads) t.join();
    std::set<uuid> all;
    for (const auto& mine : made) {
        EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
        all.insert(mine.begin(), mine.end());
    }
    EXPECT_EQ(all.size(), 20'000U);
}

TEST(UuidV7, HasRandomBitsBehindTheTime) {
    std::set<std::uint8_t> seen;
    for (int i = 0; i < 2000; ++i) seen.insert(make_uuid_v7().octets[15]);
    EXPECT_GT(seen.size(), 200U);
}

}  // namespace
}  // namespace shardwise::sharding
