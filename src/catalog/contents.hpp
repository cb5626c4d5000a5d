// SPDX-License-Identifier: MIT
// What the catalog holds, as data: entries by key, each with a version and a JSON body. Every shard
// has a copy; merge() makes one picture of the copies that could be read. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sharding/shard_map.hpp"

namespace shardwise::catalog {

struct entry {
    std::int64_t version = 0;
    std::string body;  ///< JSON; empty: dropped (kept, so that an older copy cannot come back)
    friend bool operator==(const entry&, const entry&) = default;
};

using contents = std::map<std::string, entry, std::less<>>;

// Keys are persisted: DO NOT CHANGE.
std::string table_key(std::string_view table);
std::string group_key(std::string_view root_table);
/// Present for tables that the user made: they are compared leniently.
std::string adopted_key(std::string_view table);
/// Present while a lookup table does not know all rows yet.
std::string building_key(std::string_view lookup_table);
inline constexpr std::string_view building_key_prefix = "building/";
inline constexpr std::string_view table_key_prefix = "table/";
inline constexpr std::string_view group_key_prefix = "group/";

struct copy {
    std::string shard;
    contents entries;
};
/// The highest version of each key. Throws schema_mismatch, naming both shards, when two copies of
/// one version differ.
contents merge(const std::vector<copy>& copies);

/// The placement of one group as it is kept: the owners by name, in runs.
struct group_body {
    sharding::strategy_spec spec;
    std::vector<std::string> owners;  ///< by bucket
    std::uint64_t epoch = 1;
    friend bool operator==(const group_body&, const group_body&) = default;
};
std::string group_to_json(const group_body& g);
/// Throws bad_config.
group_body group_from_json(std::string_view text);

}  // namespace shardwise::catalog
