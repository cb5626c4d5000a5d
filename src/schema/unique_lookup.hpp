// SPDX-License-Identifier: MIT
// Cluster-wide unique constraints: no shard can see the rows of the others, so each constraint has
// a table of its own, the lookup table, whose rows are placed by the unique values. It has one row
// for each row of its owner that has no NULL among them: the values (its primary key), the owner's
// primary key and what else its shard key has (distributed.md section 9; the lookup vindex of
// Vitess). Pure functions of the model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace shardwise::schema {

/// Lookup tables are named so, and nothing else is. Persisted in users' databases: DO NOT CHANGE.
inline constexpr std::string_view lookup_prefix = "sw_unique_";

bool is_lookup_table(std::string_view table_name) noexcept;
/// The constraint is of the whole cluster, and no shard can check it alone.
bool needs_lookup(const table& owner, const unique_constraint& u) noexcept;
bool has_lookups(const table& owner) noexcept;
/// The constraint of exactly these columns, in any order, if it needs a lookup table; or nullptr.
const unique_constraint* lookup_named(const table& owner, std::vector<column_index> columns);
/// A lookup row of `owner` has this column.
bool is_looked_up(const table& owner, column_index c) noexcept;

/// The indexes of its table on each shard: the declared ones, and one for each constraint that
/// needs a lookup table, under its name. The shards do not check these: within a transaction a
/// value may stand in two rows until one of them is gone, wherever they live.
std::vector<index> indexes_of(const table& owner);

std::string lookup_name(const table& owner, const unique_constraint& u);
/// The columns of the owner that a lookup row has: the unique ones, the primary key, the rest of
/// the shard key. A column may be there twice.
std::vector<column_index> looked_up_columns(const table& owner, const unique_constraint& u);
/// Its columns are those of looked_up_columns(), then sw_bucket.
table lookup_table(const table& owner, const unique_constraint& u);
/// The tables as declared, and behind each one its lookup tables. Throws bad_model when a declared
/// name is that of a lookup table.
std::vector<table> with_lookups(std::vector<table> declared);

}  // namespace shardwise::schema
