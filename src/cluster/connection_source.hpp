// SPDX-License-Identifier: MIT
// How execution gets its connections, without knowing whether a transaction stands behind them: the
// cluster lends pooled connections for one statement, a session's transaction always hands out the
// connection it has pinned to the shard. That is what keeps exec and orm apart.
#pragma once

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "sharding/shard_map.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

/// A connection to one shard for the time of one statement. Movable, one thread at a time.
struct shard_connection {
    engine::engine* endpoint = nullptr;
    engine::connection* link = nullptr;
    engine::lease borrowed;  ///< empty when the connection is pinned to a transaction

    /// Call after an error that poisons the connection.
    void poison() noexcept {
        if (borrowed) borrowed.poison();
    }
    void poison_if(const error& failure) noexcept {
        if (failure.poisons_connection()) poison();
    }
};

class connection_source {
public:
    virtual ~connection_source() = default;
    /// Errors name the shard.
    virtual shard_connection connect(sharding::shard_index shard, deadline limit) = 0;
    virtual const std::string& shard_name(sharding::shard_index shard) const = 0;
};

}  // namespace shardwise::cluster_layer
