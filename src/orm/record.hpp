// SPDX-License-Identifier: MIT
// One object of a session: a header followed, in the same allocation, by the struct itself. Counted
// without atomics: a session and all it returns belong to one thread at a time.
//
//   pending ----flush----> persistent --erase()--> erased --flush, commit--> detached
//      |                       ^  |                   |
//      +--rollback--> detached |  +--detach()--> detached
//                              +------rollback--------+
//
// Rollback to a savepoint does the same with what came after it (savepoints.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/bound_table.hpp"
#include "shardwise/orm/record.hpp"
#include "shardwise/orm/session.hpp"

namespace shardwise::orm {

using cluster_layer::bound_table;
using schema::column_index;
using sharding::shard_index;

struct record {
    std::uint32_t references = 0;
    object_state state = object_state::pending;
    bool edited = false;     ///< edit() was called since the last commit
    bool listed = false;     ///< in the session's list of changed records
    bool inserted = false;   ///< its INSERT was flushed in this transaction
    bool deleted = false;    ///< its DELETE was flushed in this transaction
    bool fresh_key = false;  ///< add() has made its key
    shard_index shard = 0;
    bucket_id bucket = 0;
    shard_index first_shard = 0;  ///< as of the last commit, once edited
    bucket_id first_bucket = 0;
    std::uint64_t key_hash = 0;
    std::uint64_t read_at = 0;  ///< the session's epoch when the values were read
    bound_table* table = nullptr;
    session_core::state* owner = nullptr;  ///< null: detached, or the session is gone
    void* original = nullptr;              ///< the values as of the last commit, once edited
    void* flushed = nullptr;  ///< the values as of the last flush of an edit, until the commit
    /// The session's newest savepoint when it was listed, and when its values were saved for one.
    std::uint32_t listed_since = 0;
    std::uint32_t saved_since = 0;
    /// How many moves of its session (moved_places.hpp) had happened when it was read, or the
    /// values that it was set back to were current; and when its original was.
    std::uint64_t moves_seen = 0;
    std::uint64_t first_moves_seen = 0;

    void* object() noexcept;
    const void* object() const noexcept { return const_cast<record*>(this)->object(); }
    /// The values that its row has: what was read, or flushed last.
    const void* stored() const noexcept {
        if (flushed != nullptr) return flushed;
        return original != nullptr ? original : object();
    }
    /// The values that identify the row in the database.
    const void* identity() const noexcept { return stored(); }

    void remember_original();
    /// What the row holds now is not a change any more; rollback still knows the original.
    void remember_flushed();
    /// Forgets what was remembered.
    void forget_values() noexcept;
    /// Puts the original values and the place that goes with them back. False: the assignment
    /// failed, the values are undefined.
    bool restore() noexcept;
};

/// Its values differ from what was read or flushed last.
bool has_unsaved_changes(const record& r);

/// A copy of an object, to be given to forget_copy().
void* copy_of(const model::entity& e, const void* object);
/// Does nothing for nullptr; sets it to that.
void forget_copy(const model::entity& e, void*& copy) noexcept;

/// A record with a default-constructed object (from == nullptr) or a copy.
record_ptr make_record(bound_table& table, const void* from);

}  // namespace shardwise::orm
