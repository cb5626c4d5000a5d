// SPDX-License-Identifier: MIT
// What the cluster knows: from the catalog's entries to registered tables and shard maps.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "catalog/catalog_store.hpp"
#include "catalog/table_json.hpp"
#include "cluster/parallel.hpp"
#include "cluster/placement.hpp"
#include "cluster/state.hpp"
#include "cluster/table_order.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

namespace {

std::vector<schema::table> tables_of(const catalog::contents& entries) {
    std::vector<schema::table> tables;
    for (const auto& [key, e] : entries)
        if (key.starts_with(catalog::table_key_prefix) && !e.body.empty())
            tables.push_back(catalog::table_from_json(e.body));
    return parents_first(std::move(tables));
}

plan::rewrites rewrites_of(const cluster_options& options) {
    plan::rewrites rules;
    rules.switch_off_all(options.without_rewrites);
    if (const char* const off = std::getenv("SHARDWISE_WITHOUT_REWRITES"))
        rules.switch_off_all(off);
    return rules;
}

}  // namespace

catalog::contents core_state::read_catalogs() {
    std::vector<std::optional<catalog::copy>> read(shards.size());
    std::vector<std::optional<error_info>> failures(shards.size());
    in_parallel(shards.size(), [&](std::size_t i) {
        try {
            const deadline limit = statement_deadline();
            with_connection(*this, i, limit, [&](engine::connection& c) {
                read[i] = {names[i], catalog::read_contents(c, *dialects[i], limit)};
            });
        } catch (const error& e) {
            failures[i] = e.info();
        }
    });
    std::vector<catalog::copy> copies;
    for (std::size_t i = 0; i < shards.size(); ++i) {
        if (read[i]) copies.push_back(std::move(*read[i]));
        // An answer that cannot be understood is no reason to trust the other copies.
        else if (failures[i]->code == error_code::wrong_shard)
            raise(*failures[i]);
    }
    if (copies.empty()) raise(*failures.front());
    return catalog::merge(copies);
}

void core_state::install(catalog::contents contents) {
    auto next = std::make_shared<snapshot>();
    for (schema::table& t : tables_of(contents)) next->tables.add(std::move(t));
    auto view = std::make_shared<plan::cluster_view>();
    view->shard_count = shards.size();
    view->shard_names = names;
    view->rules = rewrites_of(options);
    for (const auto& [key, e] : contents) {
        if (!key.starts_with(catalog::group_key_prefix) || e.body.empty()) continue;
        const std::string group = key.substr(catalog::group_key_prefix.size());
        const catalog::group_body stored = catalog::group_from_json(e.body);
        const placement* given = placement_for(group);
        if (given != nullptr) check_against(stored, group, *given);
        if (auto map = map_from(group, stored, given, names)) view->maps.emplace(group, map);
    }
    for (const auto& [key, e] : contents)
        if (key.starts_with(catalog::building_key_prefix) && !e.body.empty())
            next->building.insert(key.substr(catalog::building_key_prefix.size()));
    next->view = std::move(view);
    entries = std::move(contents);
    const std::lock_guard guard(snapshot_mutex);
    if (current) older.push_back(current);
    current = std::move(next);
    published_view.store(current->view.get(), std::memory_order_release);
    known.clear();
}

const placement* core_state::placement_for(std::string_view root_table) const {
    for (const placement& p : options.placements)
        if (p.table == root_table) return &p;
    return nullptr;
}

bool known_entities::contains(const model::entity* e) const noexcept {
    return places_[place_of(e)].load(std::memory_order_acquire) == e;
}

void known_entities::add(const model::entity* e) noexcept {
    places_[place_of(e)].store(e, std::memory_order_release);
}

void known_entities::clear() noexcept {
    for (auto& place : places_) place.store(nullptr, std::memory_order_release);
}

std::size_t known_entities::place_of(const model::entity* e) noexcept {
    const auto bits = reinterpret_cast<std::uintptr_t>(e);
    return (bits >> 4 ^ bits >> 14) % 1024;
}

}  // namespace shardwise::cluster_layer
