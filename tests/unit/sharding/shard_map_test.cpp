// SPDX-License-Identifier: MIT
#include "sharding/shard_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "unit/sharding/keys.hpp"

namespace shardwise::sharding {
namespace {

using namespace testing;
using owners = std::vector<shard_index>;

TEST(InitialOwners, GiveHashAndDirectoryBucketsInContiguousRuns) {
    using schema::strategy_kind;
    EXPECT_EQ(initial_owners(strategy_kind::hash, 8, 3), (owners{0, 0, 0, 1, 1, 1, 2, 2}));
    for (const std::uint32_t buckets : {1U, 2U, 7U, 1024U})
        for (std::size_t shards = 1; shards <= 20; ++shards) {
            const owners o = initial_owners(strategy_kind::hash, buckets, shards);
            ASSERT_EQ(o.size(), buckets);
            EXPECT_TRUE(std::is_sorted(o.begin(), o.end()));
            std::vector<std::size_t> sizes(shards);
            for (const shard_index s : o) ++sizes.at(s);
            const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
            EXPECT_LE(*most - *least, 1U) << buckets << " over " << shards;
        }
}

TEST(InitialOwners, DealOutModuloListAndRangeBuckets) {
    using schema::strategy_kind;
    for (const auto kind : {strategy_kind::modulo, strategy_kind::list, strategy_kind::range})
        EXPECT_EQ(initial_owners(kind, 5, 2), (owners{0, 1, 0, 1, 0}));
}

TEST(InitialOwners, NeedBucketsAndShards) {
    using schema::strategy_kind;
    const auto verdict = [](std::uint32_t buckets, std::size_t shards) {
        return code_of([&] { initial_owners(strategy_kind::hash, buckets, shards); });
    };
    EXPECT_EQ(verdict(0, 1), error_code::bad_config);
    EXPECT_EQ(verdict(1, 0), error_code::bad_config);
    EXPECT_EQ(verdict(1, 65537), error_code::bad_config);
    EXPECT_EQ(verdict(1, 65536), std::nullopt);
}

shard_map map_of(owners o, std::size_t shards) {
    const strategy_spec spec = modulo_spec(4);
    return {"users", spec, make_strategy(spec), std::move(o), shards, 7};
}

TEST(ShardMap, TellsOwnersAndTheShardsOfBuckets) {
    const shard_map m = map_of({3, 1, 3, 0}, 4);
    EXPECT_EQ(m.group(), "users");
    EXPECT_EQ(m.epoch(), 7U);
    EXPECT_EQ(m.bucket_count(), 4U);
    EXPECT_EQ(m.spec(), modulo_spec(4));
    EXPECT_EQ(m.strategy().describe(), "modulo(4)");
    EXPECT_EQ(m.owner_of(0), 3);
    EXPECT_EQ(m.all_shards(), (shard_set{0, 1, 3}));
    EXPECT_EQ(m.shards_of(bucket_set::all(4)), (shard_set{0, 1, 3}));
    EXPECT_EQ(m.shards_of(bucket_set::none(4)), (shard_set{}));
    bucket_set b = bucket_set::none(4);
    b.add(2);
    EXPECT_EQ(m.shards_of(b), (shard_set{3}));
    b.add(0);
    EXPECT_EQ(m.shards_of(b), (shard_set{3}));
    b.add(1);
    EXPECT_EQ(m.shards_of(b), (shard_set{1, 3}));
}

TEST(ShardMap, RefusesOwnersThatDoNotFit) {
    EXPECT_EQ(code_of([] { map_of({0, 1, 2}, 4); }), error_code::bad_config);
    EXPECT_EQ(code_of([] { map_of({0, 1, 2, 3, 0}, 4); }), error_code::bad_config);
    EXPECT_EQ(code_of([] { map_of({0, 1, 2, 4}, 4); }), error_code::bad_config);
    EXPECT_EQ(code_of([] { shard_map("g", modulo_spec(1), nullptr, {0}, 1, 1); }),
              error_code::bad_config);
    EXPECT_EQ(code_of([] {
                  map_of({0, 0, 0, 0}, 1).shards_of(bucket_set::all(5));
              }),
              error_code::internal);
}

}  // namespace
}  // namespace shardwise::sharding
