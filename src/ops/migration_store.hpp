// SPDX-License-Identifier: MIT
// The history of migrations, on every shard in the table shardwise_migrations. Names and meaning of
// the columns are persisted: DO NOT CHANGE. Stateless; one connection, one thread at a time.
#pragma once

#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "ops/migration.hpp"
#include "sql/dialect.hpp"

namespace shardwise::ops {

inline constexpr std::string_view migrations_table_name = "shardwise_migrations";  // DO NOT CHANGE

void create_history(engine::connection& c, const sql::dialect& d, deadline limit);
/// By version; empty when there is no such table.
std::vector<history_row> read_history(engine::connection& c, const sql::dialect& d, deadline limit);
void insert_row(engine::connection& c, const history_row& r, const sql::dialect& d, deadline limit);
void update_row(engine::connection& c, const history_row& r, const sql::dialect& d, deadline limit);
void delete_row(engine::connection& c, std::int64_t version, const sql::dialect& d, deadline limit);

}  // namespace shardwise::ops
