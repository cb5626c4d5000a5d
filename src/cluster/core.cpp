// SPDX-License-Identifier: MIT
#include "cluster/core.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cluster/described.hpp"
#include "cluster/recovery.hpp"
#include "cluster/require.hpp"
#include "cluster/state.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

namespace {

std::size_t thread_limit(std::size_t shard_count) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    return std::max<std::size_t>(2, std::min<std::size_t>(4 * cores, shard_count + cores));
}

constexpr std::chrono::milliseconds embedded_horizon{3'600'000};

/// Nobody else can open such a cluster.
template <class State>
bool has_memory_shard(const State& s) {
    return std::any_of(s.shards.begin(), s.shards.end(),
                       [](const auto& one) { return one.endpoint->where().is_memory(); });
}

/// The leases are on the first shard in the order of the names, which never changes.
std::size_t first_by_name(const std::vector<std::string>& names) {
    return static_cast<std::size_t>(std::min_element(names.begin(), names.end()) - names.begin());
}

}  // namespace

deadline core_state::statement_deadline() const {
    if (options.statement_timeout_ms == 0) return deadline::never();
    return deadline::after(std::chrono::milliseconds(options.statement_timeout_ms));
}

snapshot_ptr core_state::snapshot_now() const {
    const std::lock_guard guard(snapshot_mutex);
    return current;
}

engine::lease core_state::borrow(std::size_t i, deadline limit) {
    try {
        return shards[i].endpoint->acquire(limit);
    } catch (const error& e) {
        raise_for_shard(e, names[i]);
    }
}

engine::lease core_state::borrow_or_open(std::size_t i, deadline limit) {
    constexpr std::chrono::milliseconds patience{50};
    try {
        return shards[i].endpoint->acquire_or_open(patience, limit);
    } catch (const error& e) {
        raise_for_shard(e, names[i]);
    }
}

void raise_for_shard(const error& e, std::string_view shard) {
    error_info info = e.info();
    info.shard = shard;
    if (info.code == error_code::connect_failed) {
        info.code = error_code::shard_unavailable;
        info.message = fmt::format("shard {} cannot be reached: {}", shard, e.message());
    }
    raise(std::move(info));
}

void with_connection(core_state& s, std::size_t i, deadline limit,
                     const std::function<void(engine::connection&)>& work) {
    engine::lease c = s.borrow_or_open(i, limit);
    try {
        work(*c);
    } catch (const error& e) {
        if (e.poisons_connection()) c.poison();
        raise_for_shard(e, s.names[i]);
    }
}

core::core(std::vector<shard_url> shards, cluster_options options)
    : state_(std::make_unique<core_state>()) {
    core_state& s = *state_;
    s.options = std::move(options);
    s.make_shards(std::move(shards));
    s.make_plan_cache();
    s.identify();
    s.commits = std::make_unique<recovery>(s);
    s.commits_made.store(true, std::memory_order_release);
    s.commits->prepare_shards();
    s.install(s.read_catalogs());
    s.tasks = std::make_unique<task_pool>(thread_limit(s.shards.size()));
    const std::size_t home = first_by_name(s.names);
    catalog::lease_settings lease;
    s.embedded_leases = s.endpoint(home).embedded();
    if (s.embedded_leases) lease.horizon = embedded_horizon;
    std::function<engine::lease(deadline)> borrow;
    if (!has_memory_shard(s))
        borrow = [&s, home](deadline limit) { return s.borrow_or_open(home, limit); };
    s.ids = std::make_unique<catalog::worker_lease>(std::move(borrow), *s.dialects[home],
                                                    std::move(lease));
    s.commits->start();
}

core::core(const cluster_config& config) : core(config.shards, cluster_layer::described(config)) {}

core::core(std::vector<shard_url> shards, described_model model)
    : core(std::move(shards), std::move(model.options)) {
    state_->described = std::move(model.tables);
    if (model.migrating) return;
    const snapshot_ptr now = state_->snapshot_now();
    for (const schema::table& t : state_->described)
        if (now->tables.find(t.name) != nullptr) check_usable(t, *now);
}

core::~core() {
    // Its thread opens connections, which are shown to it: it ends before it is destroyed.
    state_->commits->stop();
    // Background renewals end before the lease is given back, and that before the engines go.
    state_->tasks.reset();
    state_->ids.reset();
}

std::size_t core::shard_count() const noexcept { return state_->shards.size(); }

engine::engine& core::endpoint(shard_index shard) const {
    return *state_->shards.at(shard).endpoint;
}

shard_connection core::connect(shard_index shard, deadline limit) {
    engine::engine& endpoint = *state_->shards.at(shard).endpoint;
    shard_connection c;
    c.borrowed = state_->borrow(shard, limit);
    c.endpoint = &endpoint;
    c.link = &*c.borrowed;
    return c;
}

engine::lease core::connect_beside(shard_index shard, deadline limit) {
    return state_->borrow_or_open(shard, limit);
}

const std::string& core::shard_name(shard_index shard) const { return state_->names.at(shard); }

std::span<const sql::dialect* const> core::dialects() const noexcept { return state_->dialects; }

deadline core::default_deadline() const { return state_->statement_deadline(); }

view_ptr core::view() const { return state_->snapshot_now()->view; }

const plan::cluster_view& core::current_view() const noexcept {
    return *state_->published_view.load(std::memory_order_acquire);
}

const schema::table& core::table(std::string_view name) const {
    const snapshot_ptr now = state_->snapshot_now();
    return now->tables.at(name);  // outlives the snapshot: state keeps the older ones
}

std::vector<const schema::table*> core::tables() const {
    return state_->snapshot_now()->tables.all();
}

bool core::is_building(std::string_view lookup_table) const {
    return state_->snapshot_now()->building.contains(lookup_table);
}

void core::require(const model::entity& e) {
    core_state& s = *state_;
    if (s.known.contains(&e)) return;
    const schema::table& declared = model::table_of(e);
    snapshot_ptr now = s.snapshot_now();
    const schema::table* const known = now->tables.find(declared.name);
    if (known == nullptr || !same_lookups(*known, declared)) {
        // Another process may have changed that since this one looked.
        const std::lock_guard guard(s.changing_model);
        catalog::contents fresh = s.read_catalogs();
        if (fresh != s.entries) s.install(std::move(fresh));
        now = s.snapshot_now();
    }
    check_usable(declared, *now);
    check_lookups(*now->tables.find(declared.name), declared);
    s.known.add(&e);
}

std::int64_t core::next_id() {
    core_state& s = *state_;
    const std::int64_t id = s.ids->next_id(default_deadline());
    if (s.ids->should_renew())
        s.tasks->submit([&s] { s.ids->renew_early(s.statement_deadline()); });
    return id;
}

void core::prepare_ids(deadline limit) noexcept {
    if (state_->embedded_leases) state_->ids->prepare(limit);
}

recovery& core::commits() noexcept { return *state_->commits; }

task_pool& core::tasks() noexcept { return *state_->tasks; }

plan::plan_cache& core::plans() noexcept { return *state_->plans; }

const cluster_options& core::options() const noexcept { return state_->options; }

}  // namespace shardwise::cluster_layer
