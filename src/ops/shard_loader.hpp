// SPDX-License-Identifier: MIT
// One shard's part of a batch: one transaction with the rows and the import's record, of its own or
// a part of a transaction over all shards. Rows that the database refuses are found by halving; the
// others are loaded. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/core.hpp"
#include "ops/row_batch.hpp"
#include "orm/shard_transactions.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::ops {

struct refused_row {
    std::uint32_t index;  ///< in the batch
    std::string reason;
    error_code code;
};

/// Rows of one table, by their positions.
struct bulk_rows {
    std::string_view table;
    std::span<const engine::connection::bulk_column> columns;
    std::function<std::span<const arg>(std::uint32_t)> cells;
};

class shard_loader {
public:
    shard_loader(cluster_layer::core& db, sharding::shard_index shard, const std::string& table,
                 std::span<const engine::connection::bulk_column> columns)
        : db_(db), shard_(shard), table_(table), columns_(columns) {}

    /// The transaction will be this one's part on the shard; who has it commits it and rolls it
    /// back, and calls rollback() afterwards.
    void join(orm::shard_transactions& all);
    /// Begins the transaction, unless one was joined, and locks the job's record. Throws bad_state
    /// when another process is at the same file.
    void begin(const import_record& r, bool known);
    /// Loads the rows (positions in the batch, ascending) that the database takes.
    void load(row_batch& batch, std::span<const std::uint32_t> rows);
    /// The same for rows of any table; returns those that the database refused.
    std::vector<refused_row> insert(const bulk_rows& what, std::span<const std::uint32_t> rows);
    void write(const import_record& r);
    /// Of a transaction of its own. Throws in_doubt when the answer never came.
    void commit();
    /// Never throws; without a transaction it does nothing.
    void rollback() noexcept;

    const std::vector<refused_row>& refused() const noexcept { return refused_; }
    const std::string& shard_name() const { return db_.shard_name(shard_); }

private:
    void insert_some(const bulk_rows& what, std::span<const std::uint32_t> rows,
                     std::vector<refused_row>& refused);
    std::optional<error> try_bulk(const bulk_rows& what, std::span<const std::uint32_t> rows);
    engine::connection& connection() {
        return joined_ != nullptr ? *joined_->pinned(shard_) : *link_.link;
    }
    const sql::dialect& dialect() const { return db_.endpoint(shard_).dialect(); }
    void run(const char* text);
    template <class F>
    void on_shard(F&& work);

    cluster_layer::core& db_;
    sharding::shard_index shard_;
    const std::string& table_;
    std::span<const engine::connection::bulk_column> columns_;
    cluster_layer::shard_connection link_;  ///< without joined_
    orm::shard_transactions* joined_ = nullptr;
    std::vector<refused_row> refused_;
};

}  // namespace shardwise::ops
