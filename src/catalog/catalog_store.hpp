// SPDX-License-Identifier: MIT
// Reads and writes the catalog table of one shard. Stateless; one connection, one thread at a time.
#pragma once

#include <string_view>

#include "base/deadline.hpp"
#include "catalog/contents.hpp"
#include "engine/engine.hpp"
#include "sql/dialect.hpp"

namespace shardwise::catalog {

/// Empty when the shard has no catalog yet.
contents read_contents(engine::connection& c, const sql::dialect& d, deadline limit);

/// Brings the entry to this version. Does nothing when it is there already; throws schema_mismatch
/// when the shard has another body of this version or a newer one: somebody else was faster.
void write_entry(engine::connection& c, std::string_view key, const entry& e, const sql::dialect& d,
                 deadline limit);

/// Makes the table if need be; call it once before write_entry.
void create_catalog(engine::connection& c, const sql::dialect& d, deadline limit);

}  // namespace shardwise::catalog
