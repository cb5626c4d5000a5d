// SPDX-License-Identifier: MIT
// Reads and writes the directory table of one group on one shard. Stateless; one connection, one
// thread at a time.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "schema/table.hpp"
#include "shardwise/sharding/strategy.hpp"
#include "sql/dialect.hpp"

namespace shardwise::catalog {

/// The bucket of each key, in their order, or nothing for a key without an entry. Keys are of the
/// types of the root table's shard key.
std::vector<std::optional<bucket_id>> find_buckets(engine::connection& c, const schema::table& root,
                                                   const std::vector<std::vector<value>>& keys,
                                                   const sql::dialect& d, deadline limit);

/// Writes the entry unless the key has one; returns the bucket that it has afterwards.
bucket_id add_entry(engine::connection& c, const schema::table& root, std::span<const value> key,
                    bucket_id bucket, const sql::dialect& d, deadline limit);

}  // namespace shardwise::catalog
