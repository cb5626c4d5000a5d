// SPDX-License-Identifier: MIT
// Table metadata at run time: what DDL, the router, the planner and the CLI read. A table is built
// once (from a C++ mapping, or from CREATE TABLE text and the cluster file), checked by validate(),
// and immutable from then on: share it between threads freely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shardwise/schema/value.hpp"

namespace shardwise::schema {

using column_index = std::uint16_t;

/// How a column gets its value when the program gives none.
enum class generation : std::uint8_t {
    none,
    cluster_id,  ///< int64: 64-bit time-ordered cluster id; uuid: UUIDv7
    bucket,      ///< written by the library: the bucket of the row's shard key (sw_bucket)
};

struct column {
    std::string name;
    column_type type = column_type::int64;
    bool nullable = false;
    generation generated = generation::none;
    std::uint32_t length = 0;    ///< text, bytes: longest value in characters (bytes); 0 = no limit
    std::uint8_t precision = 0;  ///< decimal: all digits, 1..38
    std::uint8_t scale = 0;      ///< decimal: digits behind the point
    std::string default_sql;  ///< literal default in the portable form of docs/types.md, or empty
    friend bool operator==(const column&, const column&) = default;
};

/// Uniqueness over shards. Inside one shard the database enforces it.
enum class unique_scope : std::uint8_t {
    cluster,    ///< no two rows in the whole cluster
    per_shard,  ///< said so explicitly: no two rows on one shard
    implied,    ///< the columns contain the shard key (or the table is a reference table):
                ///< unique per shard is unique in the cluster
};

struct unique_constraint {
    std::string name;
    std::vector<column_index> columns;
    unique_scope scope = unique_scope::implied;
    friend bool operator==(const unique_constraint&, const unique_constraint&) = default;
};

struct index {
    std::string name;
    std::vector<column_index> columns;
    friend bool operator==(const index&, const index&) = default;
};

struct check_constraint {
    std::string name;
    std::string sql;  ///< portable SQL over this table's columns
    friend bool operator==(const check_constraint&, const check_constraint&) = default;
};

enum class delete_rule : std::uint8_t { restrict, cascade, set_null };

struct foreign_key {
    std::string name;
    std::vector<column_index> columns;
    std::string parent_table;
    std::vector<std::string> parent_columns;
    delete_rule on_delete = delete_rule::restrict;
    friend bool operator==(const foreign_key&, const foreign_key&) = default;
};

enum class distribution_kind : std::uint8_t {
    sharded,    ///< this table's own shard key and strategy
    colocated,  ///< lives with the parent row: same shard map as `root_table`
    reference,  ///< full copy on each shard
};

enum class strategy_kind : std::uint8_t { hash, modulo, range, list, directory, custom };

std::string_view name_of(strategy_kind kind) noexcept;
std::string_view name_of(distribution_kind kind) noexcept;

/// Where rows of a table live. The strategy's parameters (modulus, bounds, lists) and the owners of
/// the buckets are data of the cluster (sharding/shard_map.hpp), not of the model.
struct distribution {
    distribution_kind kind = distribution_kind::sharded;
    strategy_kind strategy = strategy_kind::hash;
    std::vector<column_index> shard_key;  ///< in the order in which the key is hashed
    std::string parent_table;             ///< colocated: the table whose rows these live with
    std::string root_table;      ///< the sharded table at the end of the colocation chain (own name
                                 ///< when sharded); names the shard map. Set by registry::add
    bool stored_bucket = false;  ///< the table has an sw_bucket column (hash strategy, own tables)
    /// What happens to a row whose shard key is NULL: placed in this bucket, or refused when empty.
    std::optional<std::uint32_t> null_bucket;
    friend bool operator==(const distribution&, const distribution&) = default;
};

/// The name of the library's own column. Persisted in users' databases: DO NOT CHANGE.
inline constexpr std::string_view bucket_column_name = "sw_bucket";

struct table {
    std::string name;
    std::vector<column>
        columns;  ///< the struct's columns in mapping order; sw_bucket, if any, last
    std::vector<column_index> primary_key;
    std::vector<unique_constraint> uniques;
    std::vector<index> indexes;
    std::vector<check_constraint> checks;
    std::vector<foreign_key> foreign_keys;
    distribution placed;
    bool view = false;  ///< of the databases: read like a table, never written, made or dropped

    bool is_reference() const noexcept { return placed.kind == distribution_kind::reference; }
    /// The position of sw_bucket, or nothing.
    std::optional<column_index> bucket_column() const noexcept;
    std::optional<column_index> find_column(std::string_view column_name) const noexcept;
    /// Throws unknown_column, with a "did you mean".
    column_index column_at(std::string_view column_name) const;
    /// Every column of the shard key is part of the primary key: get() asks one shard.
    bool primary_key_pins_shard() const noexcept;
    friend bool operator==(const table&, const table&) = default;
};

/// Checks one table by itself: names (empty, NUL, UTF-8, longer than 63 bytes, doubled in either
/// case, reserved), a primary key with columns that are not nullable, types of generated columns,
/// lengths, decimal precision, shard key present exactly when sharded or colocated, per-shard
/// uniqueness said explicitly. Throws bad_model or bad_identifier naming table and column, and
/// not_supported for uniqueness that would have to span shards.
void validate(const table& t);

}  // namespace shardwise::schema
