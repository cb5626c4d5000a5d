// SPDX-License-Identifier: MIT
// The state of every shard, for operators. Thread-safe.
#pragma once

#include <vector>

#include "cluster/state.hpp"
#include "shardwise/cluster/cluster.hpp"

namespace shardwise::cluster_layer {

/// See cluster::status.
std::vector<shard_status> status_of(core_state& s, bool count_rows);

}  // namespace shardwise::cluster_layer
