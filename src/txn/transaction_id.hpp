// SPDX-License-Identifier: MIT
// The names of transactions over several shards. They are kept in the shards' databases and in
// logs: DO NOT CHANGE. Pure functions, any thread.
//
//   sw1/<cluster>/<unique>/<decider>   4 + 12 + 1 + 32 + 1 + 10 = 60 characters (XA takes 64)
//
// <cluster>: the last twelve digits of the cluster's id; <unique>: a UUID of version 7, whose first
// digits are the time; <decider>: the mark of the shard that has the decision row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shardwise::txn {

inline constexpr std::string_view id_prefix = "sw1/";  // DO NOT CHANGE

std::string mark_of_cluster(std::string_view cluster_id);
/// Ten hexadecimal digits of a digest: names of shards may be longer than an XA name.
std::string mark_of_shard(std::string_view name);

std::string make_transaction_id(std::string_view cluster_mark, std::string_view decider_mark);

struct id_parts {
    std::string cluster;
    std::string decider;
    std::int64_t started_ms = 0;  ///< since 1970, by the clock of the process that began it
};
/// Nothing when it is not such an id.
std::optional<id_parts> parse_transaction_id(std::string_view text);

/// Milliseconds since 1970.
std::int64_t now_ms();

}  // namespace shardwise::txn
