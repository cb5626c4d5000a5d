// SPDX-License-Identifier: MIT
// A mapped struct as it is used on one cluster: which columns place and identify a row, and the
// prepared statements of the unit of work for each shard. Built once per cluster and struct, shared
// by all sessions; statements are made on first use.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/statement.hpp"
#include "model/entity.hpp"
#include "sharding/shard_map.hpp"
#include "sql/dialect.hpp"

namespace shardwise::cluster_layer {

class core;
using engine::statement_ptr;
using schema::column_index;
using sharding::shard_index;

/// Rows of one multi-row INSERT. A few sizes only, so that prepared statements are found again.
inline constexpr std::size_t insert_chunk_sizes[] = {256, 64, 16, 4, 1};
/// The same of an UPDATE of several rows. SQLite, to which a statement is a call, has none; MariaDB
/// looks for each row's values from the first one on.
std::span<const std::size_t> update_chunk_sizes(sql::dialect_kind kind) noexcept;

class bound_table {
public:
    bound_table(core& db, const model::entity& e, std::size_t order);

    const model::entity& entity() const noexcept { return entity_; }
    const schema::table& table() const noexcept { return entity_.table; }
    /// Parents before children: the order of inserts.
    std::size_t order() const noexcept { return order_; }
    std::span<const column_index> key() const noexcept { return table().primary_key; }
    std::span<const column_index> shard_key() const noexcept { return table().placed.shard_key; }
    /// For each shard key column its position in the primary key; empty when the primary key does
    /// not contain the shard key.
    std::span<const std::size_t> shard_key_in_key() const noexcept { return shard_key_in_key_; }
    /// int64 or uuid column that add() fills.
    std::optional<column_index> generated() const noexcept { return generated_; }
    /// Columns of INSERT: all, sw_bucket included.
    std::size_t column_count() const noexcept { return table().columns.size(); }

    const engine::statement& find(shard_index s) const { return *shards_[s].find; }
    const engine::statement& erase(shard_index s) const { return *shards_[s].erase; }
    /// `rows`: one of insert_chunk_sizes.
    statement_ptr insert(shard_index s, std::size_t rows);
    /// `rows`: one of update_chunk_sizes().
    statement_ptr update(shard_index s, std::span<const column_index> columns, std::size_t rows);
    /// Rows may get new values in these columns in any order: none of them is part of a key or of a
    /// unique constraint.
    bool may_change_together(std::span<const column_index> columns) const;

private:
    struct on_shard {
        statement_ptr find;
        statement_ptr erase;
        std::map<std::size_t, statement_ptr> inserts;
        std::map<std::pair<std::vector<column_index>, std::size_t>, statement_ptr> updates;
    };

    core& db_;
    const model::entity& entity_;
    std::size_t order_;
    std::vector<std::size_t> shard_key_in_key_;
    std::optional<column_index> generated_;
    std::vector<on_shard> shards_;
    std::mutex mutex_;  // inserts and updates of shards_
};

/// All bound tables of one cluster. Thread-safe.
class bound_tables {
public:
    explicit bound_tables(core& db) : db_(db) {}
    /// Registers the struct with the cluster on first use; throws unknown_table when the cluster
    /// does not have it.
    bound_table& at(const model::entity& e);

private:
    core& db_;
    std::shared_mutex mutex_;
    std::unordered_map<const model::entity*, std::unique_ptr<bound_table>> tables_;
};

}  // namespace shardwise::cluster_layer
