// SPDX-License-Identifier: MIT
// One object per row: (table, primary key, shard) -> record. Open addressing with linear probing;
// holds no references, so objects nobody needs any more go away by themselves. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cluster/bound_table.hpp"
#include "sharding/shard_map.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise::orm {

using cluster_layer::bound_table;
struct record;

class identity_map {
public:
    identity_map() = default;
    identity_map(const identity_map&) = delete;
    identity_map& operator=(const identity_map&) = delete;

    /// `key` in primary key order.
    static std::uint64_t hash(const bound_table& t, sharding::shard_index shard,
                              std::span<const arg> key) noexcept;

    record* find(const bound_table& t, sharding::shard_index shard, std::span<const arg> key,
                 std::uint64_t hash) const;
    /// r.key_hash is set; there must be no record of this identity yet.
    void insert(record& r);
    /// Does nothing when it is not in the map.
    void remove(record& r) noexcept;
    void clear() noexcept {
        for (record*& r : slots_) r = nullptr;
        size_ = 0;
    }
    std::size_t size() const noexcept { return size_; }

    template <class F>
    void for_each(F&& f) {
        for (record* r : slots_)
            if (r != nullptr) f(*r);
    }

private:
    void grow();

    std::array<record*, 16> few_{};  // sessions of few objects need no more
    std::vector<record*> many_;
    std::span<record*> slots_{few_};  // one of the two; power of two; nullptr: free
    std::size_t size_ = 0;
};

}  // namespace shardwise::orm
