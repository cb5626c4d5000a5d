// SPDX-License-Identifier: MIT
// The transactions of one session: a connection pinned to each shard that was written to. As a
// connection source it hands out the pinned connection where there is one and a pooled one
// elsewhere, so queries see what the session wrote. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/core.hpp"

namespace shardwise::orm {

using sharding::shard_index;

class shard_transactions final : public cluster_layer::connection_source {
public:
    explicit shard_transactions(cluster_layer::core& db) : db_(db) {}

    cluster_layer::shard_connection connect(shard_index shard, deadline limit) override;
    const std::string& shard_name(shard_index shard) const override {
        return db_.shard_name(shard);
    }

    bool active() const noexcept { return active_; }
    /// How often a connection of the transaction was given to a reader.
    std::size_t lent() const noexcept { return lent_; }
    bool active(shard_index shard) const noexcept {
        return shard < pinned_.size() && static_cast<bool>(pinned_[shard]);
    }
    /// A database has given its part up, or a connection is lost: COMMIT would not commit.
    bool any_failed() noexcept;
    /// The only open transaction is on this shard.
    bool only(shard_index shard) const noexcept;
    /// Pins a connection and queues BEGIN on it (nothing waits) unless there is one already.
    /// `queued` tells whether BEGIN was queued: its end must be taken by the caller.
    engine::connection& begin(shard_index shard, deadline limit, bool& queued);
    engine::connection* pinned(shard_index shard) noexcept {
        return active(shard) ? &*pinned_[shard] : nullptr;
    }

    /// COMMIT on all shards at the same time. Before anything is sent it throws what keeps a
    /// transaction from being committed (it failed, its connection is lost). Throws in_doubt naming
    /// the shards whose answer is missing, or what the first shard refused; all transactions are
    /// over afterwards.
    void commit(deadline limit);
    /// ROLLBACK on all shards at the same time; never throws, and silent servers cost 200 ms in
    /// all: a connection that cannot be rolled back is closed, which rolls back, too.
    void rollback() noexcept;
    /// The transaction on this shard is over (it was committed inside a batch).
    void finished(shard_index shard) noexcept;

private:
    /// Throws when COMMIT on this shard would not commit.
    void check_can_commit(shard_index shard);
    void roll_back_all();
    [[noreturn]] void raise_unread(shard_index shard) const;

    cluster_layer::core& db_;
    std::vector<engine::lease> pinned_;  // by shard; empty before the first begin()
    std::size_t lent_ = 0;
    bool active_ = false;
};

/// "BEGIN IMMEDIATE", "START TRANSACTION", "COMMIT", ... for an engine; static storage.
const engine::statement& begin_statement(engine::engine_kind kind);
const engine::statement& commit_statement();
const engine::statement& rollback_statement();

}  // namespace shardwise::orm
