// SPDX-License-Identifier: MIT
// The transactions of one session: a connection pinned to each shard that was written to. As a
// connection source it hands out the pinned connection where there is one and a pooled one
// elsewhere, so queries see what the session wrote. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/core.hpp"
#include "shardwise/orm/session.hpp"
#include "txn/branch.hpp"

namespace shardwise::orm {

using sharding::shard_index;

/// How long servers may take for ROLLBACK before their connections are closed.
constexpr std::chrono::milliseconds roll_back_time{200};

/// What is true since some number of savepoints was open: going back to an older one undoes it.
class true_since {
public:
    explicit operator bool() const noexcept { return savepoints_ != never; }
    bool after(std::size_t number) const noexcept { return *this && savepoints_ > number; }
    void set(std::size_t savepoints) noexcept { savepoints_ = std::min(savepoints_, savepoints); }
    void rolled_back(std::size_t number) noexcept {
        if (after(number)) savepoints_ = never;
    }
    void released(std::size_t number) noexcept {
        if (after(number)) savepoints_ = number;
    }

private:
    static constexpr auto never = static_cast<std::size_t>(-1);
    std::size_t savepoints_ = never;
};

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
    /// Pins a connection unless there is one already; BEGIN leaves with the statement that follows
    /// (a file begins at once). Throws when this session may not, or cannot, write to one shard
    /// more.
    enum class purpose : std::uint8_t { writes, reads };
    engine::connection& begin(shard_index shard, deadline limit, purpose why = purpose::writes);
    /// Begins on those of them that are files, in their order: a file has one writer at a time, and
    /// sessions that lock two files in two orders would wait for each other.
    void lock_files(std::vector<shard_index> shards, deadline limit);
    /// For those whose next step cannot take BEGIN along.
    void finish_begin(shard_index shard, deadline limit);
    engine::connection* pinned(shard_index shard) noexcept {
        return active(shard) ? &*pinned_[shard] : nullptr;
    }
    /// begin() was called for writing there.
    bool writes(shard_index shard) const noexcept {
        return active(shard) && static_cast<bool>(parts_[shard].writes);
    }
    /// Rows are changed there: the shard has a part in the decision. Without it, it only reads.
    void wrote(shard_index shard) { parts_[shard].wrote.set(savepoints_); }

    /// Ends all transactions as one: on one shard by COMMIT, on several by the protocol of
    /// txn/protocol.hpp (or by COMMIT to each, in best effort mode). Before anything is sent it
    /// throws what keeps a transaction from being committed (it failed, its connection is lost).
    /// Throws what a shard refused; nothing is stored then. Throws in_doubt, with the transaction's
    /// id where there is one, when the end cannot be known. All transactions are over afterwards.
    void commit(deadline limit);
    /// ROLLBACK on all shards at the same time; never throws, and silent servers cost 200 ms in
    /// all: a connection that cannot be rolled back is closed, which rolls back, too.
    void rollback() noexcept;

    // Savepoints are numbered from 0, the oldest. Each call is one round over all shards. After an
    // error in one of them the transaction can only be rolled back, or (not after roll_back_to)
    // rolled back to an older savepoint.
    void set_savepoint(deadline limit);
    /// Ends it, too, and all that were set later. Throws when a shard cannot: a lost connection, or
    /// a server that has rolled back the whole transaction.
    void roll_back_to(std::size_t number, deadline limit);
    void release_savepoint(std::size_t number, deadline limit);
    void forget_savepoints() noexcept { savepoints_ = 0; }
    /// After an error: nothing is under way any more.
    void settle() noexcept;

    /// The only transaction, on this shard, is over (it was committed inside a batch).
    void finished(shard_index shard) noexcept;

private:
    /// Throws when COMMIT on this shard would not commit.
    void check_can_commit(shard_index shard);
    void check_may_join(shard_index shard);
    bool holds_file_after(shard_index shard) const;
    bool begins_prepared(engine::engine_kind kind) const noexcept;
    void queue_begin(engine::connection& c, engine::engine_kind kind,
                     std::vector<std::string> texts);
    void queue(engine::connection& c, std::vector<std::string> texts);
    void queue_ahead(engine::connection& c, std::vector<std::string> texts);
    bool needs_protocol() const noexcept;
    void commit_atomically(deadline limit);
    void commit_each(deadline limit);
    void forget() noexcept;
    void forget_part(std::size_t shard) noexcept;
    void roll_back_parts(std::span<const std::size_t> shards);
    [[noreturn]] void raise_unread(shard_index shard) const;

    struct savepoint_words {
        engine::statement set, back, release;
    };
    const savepoint_words& words_of(std::size_t number);
    /// The open ones, on a shard that has just begun.
    void queue_savepoints(engine::connection& c, engine::engine_kind kind);
    void say(std::size_t number, std::span<const engine::statement* const> words, deadline limit);

    struct part {
        true_since joined;      ///< has those savepoints that were set since
        true_since writes;      ///< a statement that may change rows was allowed here
        true_since wrote;       ///< rows were changed
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
    std::size_t savepoints_ = 0;         ///< how many are open
    std::deque<savepoint_words> words_;  ///< by number
    bool active_ = false;
};

/// "BEGIN IMMEDIATE", "START TRANSACTION", "COMMIT", ... for an engine; static storage.
const engine::statement& begin_statement(engine::engine_kind kind);
const engine::statement& commit_statement(engine::engine_kind kind);
const engine::statement& rollback_statement();

}  // namespace shardwise::orm
