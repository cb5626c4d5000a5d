// SPDX-License-Identifier: MIT
// The decision rows of transactions over several shards, and what SQLite keeps of prepared ones.
// Names and values are persisted in users' databases: DO NOT CHANGE. Free functions; one
// connection, one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "schema/table.hpp"
#include "sql/dialect.hpp"
#include "txn/protocol.hpp"

namespace shardwise::txn {

inline constexpr std::string_view commit_log_name = "shardwise_commit_log";  // DO NOT CHANGE
inline constexpr std::string_view prepared_name = "shardwise_prepared";      // DO NOT CHANGE

/// One row for each decided transaction, on the shard that decides it. The primary key lets one
/// writer only say how it ended.
const schema::table& commit_log_table();
/// SQLite: the recorded changes of prepared branches.
const schema::table& prepared_table();

/// "COMMIT is decided", to be run inside the decider's transaction. Parameters: the id, the marks
/// of the participants, now_ms(). PostgreSQL: when `durable`, this transaction waits for its COMMIT
/// to be written, also where sessions or users have chosen otherwise for themselves: others act on
/// the decision, so it must survive a crash of its server.
engine::statement decision_statement(engine::engine_kind kind, bool durable);

/// The end of a transaction, decided now as aborted if nobody has decided it yet. `unknown`:
/// somebody is writing the row at this moment (or, on SQLite, anything else).
verdict decide(engine::connection& c, std::string_view id, const sql::dialect& d, deadline limit);
/// What is decided so far; nothing is written. `unknown`: nothing yet.
verdict look_up(engine::connection& c, std::string_view id, const sql::dialect& d, deadline limit);

/// Returns those of `ids`, which must be transaction ids, that are decided as committed.
engine::statement committed_among(const std::vector<std::string>& ids);

/// Rows that are older than `before_ms`, but for `keep`; at most some at a time. The number
/// removed.
std::size_t remove_old(engine::connection& c, std::int64_t before_ms,
                       const std::vector<std::string>& keep, const sql::dialect& d, deadline limit);

}  // namespace shardwise::txn
