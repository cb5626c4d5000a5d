// SPDX-License-Identifier: MIT
// Work on all shards at the same time, one thread for each: shards that are down must not delay the
// others. For opening, DDL and status; queries have their own way (exec).
#pragma once

#include <cstddef>
#include <functional>

namespace shardwise::cluster_layer {

/// Calls work(0) .. work(count-1) at the same time and waits for all. Rethrows the exception of the
/// lowest number.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace shardwise::cluster_layer
