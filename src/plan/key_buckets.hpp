// SPDX-License-Identifier: MIT
// Keys -> buckets for one group, with what directories said so far. Keeps the keys that must still
// be looked up. One statement's planning, one thread.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "plan/routing.hpp"

namespace shardwise::plan {

class key_buckets {
public:
    enum class answer : std::uint8_t {
        bucket,   ///< `bucket` is where it lives
        nowhere,  ///< no bucket is declared for this key: no row can have it
        pending,  ///< a directory must be asked first; remembered in pending()
        unknown,  ///< the strategy cannot tell: any bucket
    };
    struct found {
        answer what;
        bucket_id bucket = 0;
    };

    key_buckets(const sharding::shard_map& map, const directory_entries& entries)
        : map_(map), entries_(entries) {}

    /// `key`: not NULL, in the kinds of the key columns.
    found find(std::span<const arg> key);

    const sharding::shard_map& map() const noexcept { return map_; }
    std::vector<pending_key>& pending() noexcept { return pending_; }

private:
    const sharding::shard_map& map_;
    const directory_entries& entries_;
    std::vector<pending_key> pending_;
    std::set<std::string> remembered_;
};

}  // namespace shardwise::plan
