// SPDX-License-Identifier: MIT
// One shard's part of a batch: one transaction with the rows and the import's record. Rows that the
// database refuses are found by halving; the others are loaded. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cluster/core.hpp"
#include "ops/row_batch.hpp"

namespace shardwise::ops {

struct refused_row {
    std::uint32_t index;  ///< in the batch
    std::string reason;
};

class shard_loader {
public:
    shard_loader(cluster_layer::core& db, sharding::shard_index shard, const std::string& table,
                 std::span<const engine::connection::bulk_column> columns)
        : db_(db), shard_(shard), table_(table), columns_(columns) {}

    /// Begins the transaction and locks the job's record. Throws bad_state when another process is
    /// at the same file.
    void begin(const import_record& r, bool known);
    /// Loads the rows (positions in the batch, ascending) that the database takes.
    void load(row_batch& batch, std::span<const std::uint32_t> rows);
    void write(const import_record& r);
    /// Throws in_doubt when the answer never came.
    void commit();
    /// Never throws; without a transaction it does nothing.
    void rollback() noexcept;

    const std::vector<refused_row>& refused() const noexcept { return refused_; }
    const std::string& shard_name() const { return db_.shard_name(shard_); }

private:
    void load_some(row_batch& batch, std::span<const std::uint32_t> rows);
    bool try_bulk(row_batch& batch, std::span<const std::uint32_t> rows, std::string& reason);
    void run(const char* text);
    template <class F>
    void on_shard(F&& work);

    cluster_layer::core& db_;
    sharding::shard_index shard_;
    const std::string& table_;
    std::span<const engine::connection::bulk_column> columns_;
    cluster_layer::shard_connection link_;
    std::vector<refused_row> refused_;
};

}  // namespace shardwise::ops
