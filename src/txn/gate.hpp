// SPDX-License-Identifier: MIT
// The gate of a shard: whoever decides a transaction over several shards there passes it with the
// COMMIT that decides, and a reader who wants all shards at one moment closes it. Nobody holds one
// while waiting for anything else, so there is nothing to deadlock with.
//
//              passing                      closed by
//   PostgreSQL shared advisory lock         the same lock, exclusively, in a transaction
//   MariaDB    a row, LOCK IN SHARE MODE    the row, FOR UPDATE, in a transaction
//   SQLite     nothing                      nobody: the reader looks whether somebody has passed
//
// Free functions and values. Keys, names and statements meet those of other processes: DO NOT
// CHANGE.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "engine/statement.hpp"
#include "schema/table.hpp"

namespace shardwise::txn {

inline constexpr std::string_view gate_name = "shardwise_gate";  // DO NOT CHANGE

/// MariaDB: one row.
const schema::table& gate_table();
/// Makes the row if there is none.
void fill_gate_table(engine::connection& c, deadline limit);

/// PostgreSQL: of the advisory lock, which belongs to a database; several shards may share one.
std::int64_t gate_key(std::string_view cluster_mark, std::string_view shard_mark);

/// COMMIT of a decider, in one message.
std::vector<engine::statement_ptr> commit_through_gate(engine::engine_kind kind, std::int64_t key);

/// Begins a transaction that keeps the gate closed. The last statement returns one row when it is
/// closed. The server ends it, and so opens the gate, when nothing is heard for `idle`.
std::vector<engine::statement> close_gate(engine::engine_kind kind, std::int64_t key,
                                          std::chrono::milliseconds idle);
/// Succeeds only when the gate was closed all the time. `idle`: the connection's own setting.
std::vector<engine::statement> open_gate(engine::engine_kind kind, std::chrono::milliseconds idle);

/// A transaction that reads what is committed now, and nothing later.
std::vector<engine::statement> begin_snapshot(engine::engine_kind kind);

/// SQLite: the decision written last; it changes with every decision.
const engine::statement& last_decision();

}  // namespace shardwise::txn
