// SPDX-License-Identifier: MIT
#include "sharding/shard_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

namespace {

[[noreturn]] void refuse_map(std::string message) {
    raise(error_info{.code = error_code::bad_config, .message = std::move(message)});
}

shard_set sorted_set(shard_set shards) {
    std::sort(shards.begin(), shards.end());
    shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
    return shards;
}

}  // namespace

shard_map::shard_map(std::string group, strategy_spec spec, strategy_ptr strategy,
                     std::vector<shard_index> owners, std::size_t shard_count, std::uint64_t epoch)
    : group_(std::move(group)),
      spec_(std::move(spec)),
      strategy_(std::move(strategy)),
      owners_(std::move(owners)),
      epoch_(epoch) {
    if (strategy_ == nullptr)
        refuse_map(fmt::format("the shard map of '{}' has no strategy", group_));
    if (owners_.size() != strategy_->bucket_count())
        refuse_map(fmt::format("the shard map of '{}' names owners for {} buckets, but {} has {}",
                               group_, owners_.size(), strategy_->describe(),
                               strategy_->bucket_count()));
    const auto bad = std::find_if(owners_.begin(), owners_.end(),
                                  [&](shard_index s) { return s >= shard_count; });
    if (bad != owners_.end())
        refuse_map(
            fmt::format("bucket {} of '{}' belongs to shard number {}, but the cluster has "
                        "{} shards, counted from 0",
                        bad - owners_.begin(), group_, *bad, shard_count));
    all_ = sorted_set(owners_);
}

shard_set shard_map::shards_of(const bucket_set& buckets) const {
    if (buckets.bucket_count() != bucket_count())
        raise(error_info{
            .code = error_code::internal,
            .message = fmt::format("a set of {} buckets was used with the {} buckets of '{}'",
                                   buckets.bucket_count(), bucket_count(), group_)});
    if (const auto only = buckets.single()) return {owners_[*only]};
    if (buckets.is_all()) return all_;
    shard_set shards;
    for (const bucket_id b : buckets.to_vector()) shards.push_back(owners_[b]);
    return sorted_set(std::move(shards));
}

std::vector<shard_index> initial_owners(schema::strategy_kind kind, std::uint32_t bucket_count,
                                        std::size_t shard_count) {
    constexpr std::size_t max_shards = std::size_t{std::numeric_limits<shard_index>::max()} + 1;
    if (bucket_count == 0) refuse_map("a shard map needs at least one bucket");
    if (shard_count == 0 || shard_count > max_shards)
        refuse_map(fmt::format("a cluster has 1 to {} shards, not {}", max_shards, shard_count));
    const bool dealt_out = kind == schema::strategy_kind::modulo ||
                           kind == schema::strategy_kind::list ||
                           kind == schema::strategy_kind::range;
    std::vector<shard_index> owners(bucket_count);
    for (std::size_t b = 0; b < bucket_count; ++b)
        owners[b] =
            static_cast<shard_index>(dealt_out ? b % shard_count : b * shard_count / bucket_count);
    return owners;
}

}  // namespace shardwise::sharding
