// SPDX-License-Identifier: MIT
// Reads and writes the identity row of one shard. Stateless; one connection, one thread at a time.
#pragma once

#include <optional>
#include <string_view>

#include "base/deadline.hpp"
#include "catalog/identity.hpp"
#include "engine/engine.hpp"
#include "sql/dialect.hpp"

namespace shardwise::catalog {

/// Nothing when the database has no identity table, or an empty one.
std::optional<stamp> read_stamp(engine::connection& c, const sql::dialect& d, deadline limit);

/// The same in one round trip, for new connections to a shard that should have one.
std::optional<stamp> read_expected_stamp(engine::connection& c, const sql::dialect& d,
                                         deadline limit);

/// Writes the stamp unless there is one already: whatever stands there afterwards has to be read.
void write_stamp(engine::connection& c, const stamp& s, const sql::dialect& d, deadline limit);

/// False when the stamp is not there any more.
bool mark_complete(engine::connection& c, std::string_view stamp_id, const sql::dialect& d,
                   deadline limit);

/// Takes back a stamp whose cluster was refused before it was complete.
void remove_stamp(engine::connection& c, std::string_view stamp_id, const sql::dialect& d,
                  deadline limit);

}  // namespace shardwise::catalog
