// SPDX-License-Identifier: MIT
// Changed objects -> statements for each shard, in the order in which they must run: inserts with
// parents first, updates, deletes with children first. Everything is checked here, before anything
// is sent; nothing in this file talks to a server.
#pragma once

#include <span>
#include <unordered_set>
#include <vector>

#include "orm/record.hpp"
#include "orm/session_state.hpp"

namespace shardwise::orm {

/// One statement for one or (INSERT, UPDATE of the same columns) several objects.
struct write {
    enum class verb : std::uint8_t { insert, update, erase };
    verb what = verb::insert;
    std::vector<record*> records;
    std::vector<column_index> columns;  ///< update: the changed ones
};

struct shard_writes {
    shard_index shard = 0;
    std::vector<write> writes;
};

using record_set = std::unordered_set<const record*>;

/// Objects whose shard key was edited: row_mover writes them.
std::vector<record*> moved_objects(const session_core::state& s);

/// Empty when nothing has changed but `others`. Throws value_not_storable and bad_state (a changed
/// primary key that is not the shard key).
std::vector<shard_writes> plan_flush(session_core::state& s, deadline until,
                                     const record_set& others = {});

/// What a write does to one object.
struct object_change {
    write::verb what;
    record* object;
    std::vector<column_index> columns;  ///< update: what is written
};

/// The same for objects that are not the session's, all of one table (bulk_update, bulk_erase).
/// Throws value_not_storable.
std::vector<shard_writes> plan_writes(const session_core::state& s,
                                      std::vector<object_change> changes);

/// The columns whose values differ from what was read or flushed last. Throws as plan_flush does
/// for keys.
std::vector<column_index> changed_columns(const record& r);

/// What an UPDATE writes into the row_version. Throws value_not_storable at the end of its range.
std::int64_t next_version(const record& r);

}  // namespace shardwise::orm
