// SPDX-License-Identifier: MIT
// Whether the configured shards are one cluster: a pure decision over what each of them answered.
// The I/O around it is in cluster/opening.cpp, the rows are read and written by identity_store.
//
// The protocol: shards are stamped in the order of their names, all as `initializing`; when every
// shard carries its stamp they are marked `complete`, in the same order. The primary key of the
// stamp's row lets only one of two processes write it; the loser reads again and goes on with the
// winner's cluster id, so that two first openings at once end with one identity. After a crash
// anybody goes on where it stopped: as long as a stamp is missing no stamp is complete.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shardwise/base/error.hpp"

namespace shardwise::catalog {

inline constexpr int identity_format = 1;  // DO NOT CHANGE without a way to read the older one

struct stamp {
    enum class progress { initializing, complete };
    int format = identity_format;
    std::string cluster_id;
    std::string cluster_name;
    std::string shard_name;
    std::vector<std::string> members;  ///< names of all shards, sorted
    progress state = progress::initializing;
    std::string stamp_id;  ///< of this stamping: equal ones are the same row, reached twice
    friend bool operator==(const stamp&, const stamp&) = default;
};

/// What one configured shard answered.
struct shard_answer {
    std::string name;  ///< as configured
    bool reachable = true;
    std::string why;     ///< not reachable: the reason
    std::string server;  ///< for messages
    std::optional<stamp> found;
};

/// What has to be done next. `proceed` without stamps and marks: the cluster is open.
struct identity_decision {
    std::optional<error_info> refusal;
    /// Shards (positions in the answers) to be stamped, in this order; then decide again.
    std::vector<std::size_t> to_stamp;
    /// Shards to be marked complete, in this order; only when to_stamp is empty.
    std::vector<std::size_t> to_mark;
    /// The cluster's id; empty: make a new one.
    std::string cluster_id;
};

identity_decision decide_identity(const std::vector<shard_answer>& answers,
                                  std::string_view cluster_name);

/// Refuses empty and doubled names and too many shards. Throws bad_config.
void check_shard_names(const std::vector<std::string>& names);

/// Why a connection to `shard` may not be used, or nothing. `found` is what it reaches.
std::optional<error_info> check_stamp(const std::optional<stamp>& found, std::string_view shard,
                                      std::string_view cluster_id);

}  // namespace shardwise::catalog
