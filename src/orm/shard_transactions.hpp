// SPDX-License-Identifier: MIT
// The transactions of one session: a connection pinned to each shard that was written to. As a
// connection source it hands out the pinned connection where there is one and a pooled one
// elsewhere, so queries see what the session wrote. One thread.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "cluster/core.hpp"
#include "shardwise/orm/session.hpp"
#include "txn/branch.hpp"

namespace shardwise::orm {

using sharding::shard_index;

class shard_transactions final : public cluster_layer::connection_source {
public:
    shard_transactions(cluster_layer::core& db, const session_options& options)
        : db_(db),
          mode_(options.mode),
          traceable_(options.traceable),
          snapshot_(options.snapshot),
          level_(static_cast<txn::level>(options.isolation)) {}

    cluster_layer::shard_connection connect(shard_index shard, deadline limit) override;
    const std::string& shard_name(shard_index shard) const override {
        return db_.shard_name(shard);
    }

    /// Every read from now on sees this moment of all shards; nothing may be written.
    void open_snapshot(deadline limit);

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
    /// Commits on one shard are to be traceable, too.
    bool traceable() const noexcept { return traceable_; }
    /// Pins a connection and queues BEGIN on it (nothing waits) unless there is one already.
    /// `queued` tells how many statements that are: their ends must be taken by the caller. Throws
    /// when this session may not, or cannot, write to one shard more.
    enum class purpose : std::uint8_t { writes, reads };
    engine::connection& begin(shard_index shard, deadline limit, std::size_t& queued,
                              purpose why = purpose::writes);
    engine::connection* pinned(shard_index shard) noexcept {
        return active(shard) ? &*pinned_[shard] : nullptr;
    }
    /// Rows are changed there: the shard has a part in the decision. Without it, it only reads.
    void wrote(shard_index shard) { parts_[shard].wrote = true; }

    /// Ends all transactions as one: on one shard by COMMIT, on several by the protocol of
    /// txn/protocol.hpp (or by COMMIT to each, in best effort mode). Before anything is sent it
    /// throws what keeps a transaction from being committed (it failed, its connection is lost).
    /// Throws what a shard refused; nothing is stored then. Throws in_doubt, with the transaction's
    /// id where there is one, when the end cannot be known. All transactions are over afterwards.
    void commit(deadline limit);
    /// ROLLBACK on all shards at the same time; never throws, and silent servers cost 200 ms in
    /// all: a connection that cannot be rolled back is closed, which rolls back, too.
    void rollback() noexcept;
    /// The only transaction, on this shard, is over (it was committed inside a batch).
    void finished(shard_index shard) noexcept;

private:
    /// Throws when COMMIT on this shard would not commit.
    void check_can_commit(shard_index shard);
    void check_may_join(shard_index shard);
    /// A shard that this transaction only reads until now.
    engine::connection& begin_reading(shard_index shard, deadline limit);
    bool begins_prepared(engine::engine_kind kind) const noexcept;
    std::size_t queue_begin(engine::connection& c, engine::engine_kind kind,
                            std::vector<std::string> texts);
    void queue(engine::connection& c, std::vector<std::string> texts);
    bool needs_protocol() const noexcept;
    void commit_atomically(deadline limit);
    void commit_each(deadline limit);
    void forget() noexcept;
    void roll_back_all();
    [[noreturn]] void raise_unread(shard_index shard) const;

    struct part {
        bool writes = false;    ///< a statement that may change rows was allowed here
        bool wrote = false;     ///< rows were changed
        bool prepared = false;  ///< began as txn::begin_texts() says
        txn::branch branch;     ///< when `prepared`
    };

    cluster_layer::core& db_;
    commit_mode mode_;
    bool traceable_;
    bool snapshot_;
    txn::level level_;
    std::vector<engine::lease> pinned_;  // by shard; empty before the first begin()
    std::vector<part> parts_;            // of pinned_
    /// The one shard whose transaction began as an ordinary one that cannot be prepared any more:
    /// it will decide.
    std::optional<shard_index> plain_;
    std::string id_;                        ///< of this transaction, once it has one
    std::deque<engine::statement> queued_;  ///< what connections still refer to
    std::size_t lent_ = 0;
    bool active_ = false;
};

/// "BEGIN IMMEDIATE", "START TRANSACTION", "COMMIT", ... for an engine; static storage.
const engine::statement& begin_statement(engine::engine_kind kind);
const engine::statement& commit_statement();
const engine::statement& rollback_statement();

}  // namespace shardwise::orm
