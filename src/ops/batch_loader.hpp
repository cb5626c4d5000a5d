// SPDX-License-Identifier: MIT
// Brings one batch onto all shards at the same time. Nothing is committed anywhere before every
// shard has taken its rows: a batch that must not be loaded leaves no trace. Each shard commits its
// part by itself; a batch with lookup rows is one transaction over all shards. One thread calls;
// start() works in the background until wait() has returned.
#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <vector>

#include "ops/batch_lookups.hpp"
#include "ops/row_maker.hpp"
#include "ops/shard_loader.hpp"
#include "shardwise/ops/import.hpp"

namespace shardwise::ops {

/// Whether rows that cannot be loaded are set aside, and how many.
struct reject_rule {
    bool kept = false;
    std::int64_t most = -1;
    std::string file;  ///< for messages
};

/// Which shards have the batch already, from a call that was interrupted.
struct batch_progress {
    /// By shard: the digest of the rows that it has (import_record::placed), or nothing.
    std::vector<std::optional<std::string>> placed;
    std::vector<bool> known;  ///< by shard: it has a record of the job
};

class batch_loader {
public:
    batch_loader(cluster_layer::core& db, const row_maker& rows, reject_rule rule);
    /// Waits, and drops what failed.
    ~batch_loader();

    /// `batch` must stay as it is until wait() has returned true.
    void start(row_batch& batch, batch_progress progress);
    bool busy() const noexcept { return running_.valid(); }
    /// False when it is not done in that time. Rethrows what went wrong; the batch is then on those
    /// shards that have committed it, as after a crash.
    bool wait_for(std::chrono::milliseconds time);

    const std::vector<std::int64_t>& loaded() const noexcept { return loaded_; }  ///< by shard
    std::int64_t rows_loaded() const noexcept { return rows_loaded_; }

private:
    void load(row_batch& batch, const batch_progress& progress);
    void load_alone(row_batch& batch, const batch_progress& progress);
    void load_together(row_batch& batch, const batch_progress& progress);
    void try_together(row_batch& batch, const batch_progress& progress);
    void assign(row_batch& batch, const batch_progress& progress);
    void check_placed(const row_batch& batch, const batch_progress& progress) const;
    void try_load(row_batch& batch, const batch_progress& progress);
    bool take_refused(row_batch& batch);
    void check_rejects(row_batch& batch) const;
    void begin(row_batch& batch, const batch_progress& progress);
    void write_records(row_batch& batch);
    void commit_alone();
    void commit_together();
    void count(const row_batch& batch);
    void rollback_all() noexcept;
    void for_open(std::size_t from, const std::function<void(shard_loader&, std::size_t)>& work);

    cluster_layer::core& db_;
    const row_maker& rows_;
    reject_rule rule_;
    std::optional<batch_lookups> lookups_;  ///< of tables that have some
    orm::shard_transactions transactions_;  ///< with lookups_
    std::vector<shard_loader> shards_;
    std::vector<std::size_t> open_;                  ///< shards that do not have the batch yet
    std::vector<std::vector<std::uint32_t>> parts_;  ///< by shard
    std::vector<std::int64_t> loaded_;
    std::int64_t rows_loaded_ = 0;
    std::future<void> running_;
};

/// Names the rows of a batch that a shard has, for import_record::placed.
std::string placed_digest(const row_batch& batch, std::span<const std::uint32_t> rows);

}  // namespace shardwise::ops
