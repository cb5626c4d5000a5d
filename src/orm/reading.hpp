// SPDX-License-Identifier: MIT
// What all reading calls of a session share: how a statement is executed, how many shards it may
// ask, and rows into a row set. One thread, that of the session.
#pragma once

#include <functional>

#include "exec/executor.hpp"
#include "exec/held_memory.hpp"
#include "orm/row_set.hpp"
#include "orm/session_state.hpp"

namespace shardwise::orm {

/// `held` may be nullptr for what keeps nothing.
exec::execution how_to_run(session_core::state& s, deadline until, exec::held_memory* held);

/// Throws too_many_shards, or tells the caller's function, by what the call, the session and the
/// cluster say. Nothing has been sent.
void check_reach(session_core::state& s, const plan::plan& p, const sql::select_ptr& q,
                 reach how_far, deadline until);
void check_reach(session_core::state& s, const plan::change_plan& p, const sql::change_ptr& c,
                 reach how_far, deadline until);

/// Throws not_supported for a statement with for_update(): `call` keeps no objects.
void check_locks_nothing(const sql::select& q, const char* call);
/// Opens the transaction on the plan's shards, so that what the statement locks stays locked.
void begin_locking(session_core::state& s, const plan::plan& p, sql::row_lock lock, deadline until);

struct read_target {
    row_set& rows;
    bound_table* objects = nullptr;  ///< rows become its objects; nullptr: they stay values
    /// Called with each row before it is kept; false: enough. May be empty.
    std::function<bool(std::span<const arg>)> accept = {};
};
/// Reads the plan's rows to their end. `how.held` is charged with them.
void read_rows(session_core::state& s, const plan::plan& p, const exec::execution& how,
               const read_target& to);

/// The public form of rows that are complete.
row_set_ptr published(shared<row_set> rows);

}  // namespace shardwise::orm
