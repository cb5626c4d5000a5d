// SPDX-License-Identifier: MIT
// What routing needs to know of the cluster, as an immutable view, and what it answers. Pure: no
// connection in sight.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/rewrites.hpp"
#include "schema/table.hpp"
#include "sharding/shard_map.hpp"

namespace shardwise::plan {

using sharding::shard_index;
using sharding::shard_set;

/// Where a statement goes.
enum class route_kind : std::uint8_t {
    none,  ///< no row can match: nobody is asked
    one,   ///< exactly one shard
    some,  ///< more than one, fewer than all
    all,   ///< every shard that holds the table
    any,   ///< reference tables only: one copy answers, whichever
};

std::string_view name_of(route_kind kind) noexcept;

struct route {
    route_kind kind = route_kind::all;
    shard_set shards;
    /// For EXPLAIN: "users.id = 7 -> modulo(2) bucket 1", "no condition on the shard key"
    std::string reason;
};

/// What a directory's table said about keys, fetched before planning by whoever plans.
/// Keys are encoded by encode_key().
class directory_entries {
public:
    /// nullptr: not looked up yet. An empty optional: looked up, and the directory has no entry.
    const std::optional<bucket_id>* find(std::string_view group, std::string_view key) const;
    void add(std::string group, std::string key, std::optional<bucket_id> bucket);

private:
    std::map<std::string, std::map<std::string, std::optional<bucket_id>, std::less<>>, std::less<>>
        groups_;
};

/// Canonical bytes of a key: equal keys (same()) have equal bytes, others different ones.
std::string encode_key(const arg* key, std::size_t count);

/// An immutable picture of the cluster, shared by all threads.
struct cluster_view {
    std::size_t shard_count = 0;
    std::vector<std::string> shard_names;
    /// By root table (colocation group).
    std::map<std::string, sharding::shard_map_ptr, std::less<>> maps;

    rewrites rules;

    /// Throws internal when the table's group has no map (the cluster makes one for each).
    const sharding::shard_map& map_of(const schema::table& t) const;
};

/// A directory key that must be looked up before the statement can be routed.
struct pending_key {
    std::string group;
    std::vector<value> key;
};

}  // namespace shardwise::plan
