// SPDX-License-Identifier: MIT
// What a cluster consists of; shared by the files of this folder. Members that change have their
// lock beside them.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "base/task_pool.hpp"
#include "catalog/contents.hpp"
#include "catalog/worker_lease.hpp"
#include "cluster/core.hpp"
#include "cluster/recovery.hpp"
#include "engine/engine.hpp"
#include "schema/registry.hpp"

namespace shardwise::cluster_layer {

/// The tables and shard maps of one state of the catalog. Immutable once it is published.
struct snapshot {
    schema::registry tables;
    view_ptr view;
    std::set<std::string, std::less<>> building;  ///< lookup tables that do not know all rows
};
using snapshot_ptr = std::shared_ptr<const snapshot>;

/// Entities that require() has let pass; asked before each statement, so without a lock.
class known_entities {
public:
    bool contains(const model::entity* e) const noexcept;
    void add(const model::entity* e) noexcept;  ///< forgotten when there is no room: asked again
    void clear() noexcept;

private:
    static std::size_t place_of(const model::entity* e) noexcept;
    std::array<std::atomic<const model::entity*>, 1024> places_{};
};

struct core_state {
    struct shard {
        std::string name;
        std::unique_ptr<engine::engine> endpoint;
    };

    cluster_options options;
    std::vector<shard> shards;
    std::vector<std::string> names;
    std::vector<const sql::dialect*> dialects;

    /// Set once, before the constructor ends; until then new connections are not checked.
    std::string cluster_id;
    std::atomic<bool> identified{false};
    std::vector<std::string> warnings;  ///< of the opening; not changed later

    mutable std::mutex snapshot_mutex;
    snapshot_ptr current;
    std::vector<snapshot_ptr> older;  ///< their tables and views may still be pointed to
    /// Of `current`, for readers that must not wait.
    std::atomic<const plan::cluster_view*> published_view{nullptr};
    catalog::contents entries;  ///< guarded by changing_model
    known_entities known;

    /// One change of the model at a time.
    std::mutex changing_model;
    /// Of the cluster file; not changed after construction.
    std::vector<schema::table> described;

    /// Its statements belong to the endpoints, its keys to the snapshots.
    std::unique_ptr<plan::plan_cache> plans;

    /// Made when the cluster is identified; then new connections are shown to it.
    std::unique_ptr<recovery> commits;
    std::atomic<bool> commits_made{false};

    std::unique_ptr<task_pool> tasks;
    std::unique_ptr<catalog::worker_lease> ids;
    bool embedded_leases = false;  ///< one writer at a time: our own transactions block renewals
    std::atomic<std::size_t> id_shard{0};

    const engine::engine& endpoint(std::size_t i) const { return *shards[i].endpoint; }
    engine::engine& endpoint(std::size_t i) { return *shards[i].endpoint; }
    deadline statement_deadline() const;
    snapshot_ptr snapshot_now() const;

    /// A pooled connection of shard `i`; errors name it.
    engine::lease borrow(std::size_t i, deadline limit);
    /// The same for the cluster's own short work: callers may hold connections, so it does not wait
    /// until the pool has one.
    engine::lease borrow_or_open(std::size_t i, deadline limit);

    // opening.cpp
    void make_shards(std::vector<shard_url> urls);
    void make_plan_cache();
    void identify();
    void check_new_connection(std::size_t i, engine::connection& c, deadline limit);

    // model.cpp
    /// Reads the catalogs of all shards that can be reached; those that cannot are left out, unless
    /// it is all of them.
    catalog::contents read_catalogs();
    /// Makes `contents` what the cluster knows. Called with changing_model held (or alone).
    void install(catalog::contents contents);
    const placement* placement_for(std::string_view root_table) const;
};

/// `work` with a connection to shard i; a broken connection is not given back to the pool, and
/// errors name the shard.
void with_connection(core_state& s, std::size_t i, deadline limit,
                     const std::function<void(engine::connection&)>& work);

/// The same error with the shard's name.
[[noreturn]] void raise_for_shard(const error& e, std::string_view shard);

}  // namespace shardwise::cluster_layer
