// SPDX-License-Identifier: MIT
// Which shard owns which bucket of one group of co-located tables; versioned by an epoch. An
// immutable snapshot: a change makes a new map with a higher epoch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sharding/strategies.hpp"

namespace shardwise::sharding {

/// Position of a shard in the cluster's list of shards (ordered by the configuration).
using shard_index = std::uint16_t;

/// A sorted set of shards, at most a few hundred.
using shard_set = std::vector<shard_index>;

class shard_map {
public:
    /// `owners[b]` is the shard of bucket b. Throws bad_config when the number of owners differs
    /// from the strategy's buckets or an owner is not < shard_count.
    shard_map(std::string group, strategy_spec spec, strategy_ptr strategy,
              std::vector<shard_index> owners, std::size_t shard_count, std::uint64_t epoch);

    const std::string& group() const noexcept { return group_; }
    const sharding_strategy& strategy() const noexcept { return *strategy_; }
    const strategy_spec& spec() const noexcept { return spec_; }
    std::uint64_t epoch() const noexcept { return epoch_; }
    std::uint32_t bucket_count() const noexcept {
        return static_cast<std::uint32_t>(owners_.size());
    }
    shard_index owner_of(bucket_id b) const { return owners_.at(b); }
    const std::vector<shard_index>& owners() const noexcept { return owners_; }
    shard_set shards_of(const bucket_set& buckets) const;
    /// Every shard that owns at least one bucket.
    const shard_set& all_shards() const noexcept { return all_; }

private:
    std::string group_;
    strategy_spec spec_;
    strategy_ptr strategy_;
    std::vector<shard_index> owners_;
    shard_set all_;
    std::uint64_t epoch_;
};

using shard_map_ptr = std::shared_ptr<const shard_map>;

/// The first map of a group: buckets in contiguous runs over the shards (modulo, list, range:
/// bucket b on shard b % shard_count). The shards' numbers of buckets differ by at most one. Throws
/// bad_config when there are no buckets, no shards or more shards than shard_index can number.
std::vector<shard_index> initial_owners(schema::strategy_kind kind, std::uint32_t bucket_count,
                                        std::size_t shard_count);

}  // namespace shardwise::sharding
