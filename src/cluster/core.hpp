// SPDX-License-Identifier: MIT
// The cluster as the layers above see it: shards, their engines, the current view (shard maps) and
// the tables that are known. Thread-safe; the view is an immutable snapshot that is replaced.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/cost_table.hpp"
#include "base/deadline.hpp"
#include "base/task_pool.hpp"
#include "cluster/bound_table.hpp"
#include "cluster/connection_source.hpp"
#include "engine/engine.hpp"
#include "model/entity.hpp"
#include "plan/plan_cache.hpp"
#include "plan/routing.hpp"
#include "schema/registry.hpp"
#include "shardwise/cluster/cluster.hpp"

namespace shardwise::cluster_layer {

using sharding::shard_index;
using view_ptr = std::shared_ptr<const plan::cluster_view>;

class recovery;          // cluster/recovery.hpp
struct core_state;       // cluster/state.hpp
struct described_model;  // cluster/described.hpp

class core final : public cluster_layer::connection_source {
public:
    core(std::vector<shard_url> shards, cluster_options options);
    /// With the tables that the cluster file describes.
    explicit core(const cluster_config& config);
    ~core() override;

    // ---- shards
    std::size_t shard_count() const noexcept;
    engine::engine& endpoint(shard_index shard) const;
    /// A pooled connection; errors carry the shard's name. Fails with shard_unavailable when the
    /// shard's identity could not be checked yet because it is down.
    cluster_layer::shard_connection connect(shard_index shard, deadline limit) override;
    /// For short work of callers who hold connections already: opens one beside the pool when that
    /// has none.
    engine::lease connect_beside(shard_index shard, deadline limit);
    const std::string& shard_name(shard_index shard) const override;
    std::span<const sql::dialect* const> dialects() const noexcept;  ///< by shard
    deadline default_deadline() const;                               ///< now + statement_timeout

    // ---- distribution
    view_ptr view() const;
    /// The same without counting references: views live as long as the cluster, because statements
    /// point to their tables.
    const plan::cluster_view& current_view() const noexcept;
    /// The bucket of directory keys, read from the group's directory table.
    plan::directory_entries look_up(const std::vector<plan::pending_key>& keys, deadline limit);

    // ---- tables
    /// The registered form of a table, by name. Throws unknown_table.
    const schema::table& table(std::string_view name) const;
    std::vector<const schema::table*> tables() const;
    /// Makes a struct usable on this cluster: registers its table when the catalog knows it with
    /// the same distribution (created or adopted earlier, by whatever process); otherwise
    /// unknown_table: call create_all or adopt. Cheap when known already.
    void require(const model::entity& e);
    /// A lookup table that does not know all rows of its owner yet.
    bool is_building(std::string_view lookup_table) const;
    core_state& state() noexcept { return *state_; }
    /// The struct with its prepared statements on this cluster; calls require() on first use.
    bound_table& bind(const model::entity& e);

    // ---- transactions over several shards
    recovery& commits() noexcept;

    // ---- ids, threads
    std::int64_t next_id();
    /// To be called before a transaction begins to write: on an embedded database it would block
    /// the lease of next_id() inside it. Cheap when there is nothing to do.
    void prepare_ids(deadline limit) noexcept;
    task_pool& tasks() noexcept;
    /// What statements took on embedded shards: is a thread worth it?
    cost_table& costs() noexcept { return costs_; }
    cost_table& row_counts() noexcept { return row_counts_; }
    /// Plans of statements that were run before.
    plan::plan_cache& plans() noexcept;
    const cluster_options& options() const noexcept;

private:
    friend class shardwise::cluster;
    core(std::vector<shard_url> shards, described_model model);
    std::unique_ptr<core_state> state_;
    bound_tables bound_{*this};
    cost_table costs_;
    cost_table row_counts_;
};

}  // namespace shardwise::cluster_layer
