// SPDX-License-Identifier: MIT
// One moment of all shards: each transaction over several shards is visible everywhere or nowhere.
// docs/decisions/0052 has the reasons. Free function; any thread.
#pragma once

#include <vector>

#include "base/deadline.hpp"
#include "cluster/core.hpp"

namespace shardwise::cluster_layer {

/// A connection to each shard, in their order, inside a read-only transaction that sees this
/// moment. Throws what a shard refuses, and timeout when there was no such moment until `limit`.
std::vector<engine::lease> open_read_snapshot(core& db, deadline limit);

}  // namespace shardwise::cluster_layer
