// SPDX-License-Identifier: MIT
// The public class: a thin shell around core and its state.
#include "shardwise/cluster/cluster.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cluster/described.hpp"
#include "cluster/directory.hpp"
#include "cluster/recovery.hpp"
#include "cluster/schema_operations.hpp"
#include "cluster/state.hpp"
#include "cluster/status.hpp"
#include "model/entity.hpp"
#include "schema/unique_lookup.hpp"

namespace shardwise {

namespace {

std::vector<schema::table> tables_of(const model::entity* const* entities, std::size_t count) {
    std::vector<schema::table> tables;
    for (std::size_t i = 0; i < count; ++i) tables.push_back(entities[i]->table);
    return tables;
}

std::vector<schema::table> known_tables(const cluster_layer::core& core) {
    std::vector<schema::table> tables;
    for (const schema::table* t : core.tables())
        if (!schema::is_lookup_table(t->name)) tables.push_back(*t);
    return tables;
}

}  // namespace

bool schema_report::complete() const noexcept {
    return std::all_of(shards.begin(), shards.end(), [](const auto& s) { return s.done; });
}

std::string schema_report::to_string() const {
    std::string text;
    for (const shard_report& s : shards)
        text += s.done ? fmt::format("{}: done, {} statements\n", s.shard, s.statements.size())
                       : fmt::format("{}: not done: {}\n", s.shard, s.error);
    return text;
}

cluster::cluster(std::vector<shard_url> shards, cluster_options options)
    : core_(new cluster_layer::core(std::move(shards), std::move(options))) {}

cluster::cluster(const cluster_config& config) : core_(new cluster_layer::core(config)) {}

cluster::~cluster() { delete core_; }

schema_report cluster::create(const model::entity* const* entities, std::size_t count) {
    return create_tables(*core_->state_, tables_of(entities, count));
}

schema_report cluster::drop(const model::entity* const* entities, std::size_t count) {
    return drop_tables(*core_->state_, tables_of(entities, count));
}

void cluster::adopt(const model::entity* const* entities, std::size_t count) {
    adopt_tables(*core_->state_, tables_of(entities, count));
}

std::vector<schema_difference> cluster::verify(const model::entity* const* entities,
                                               std::size_t count) {
    return verify_tables(*core_->state_, tables_of(entities, count));
}

schema_report cluster::create_described() {
    return create_tables(*core_->state_, core_->state_->described.empty()
                                             ? known_tables(*core_)
                                             : core_->state_->described);
}

std::vector<schema_difference> cluster::verify_described() {
    return verify_tables(*core_->state_, core_->state_->described.empty()
                                             ? known_tables(*core_)
                                             : core_->state_->described);
}

void cluster::update(const model::entity* const* entities, std::size_t count) {
    update_tables(*core_->state_, tables_of(entities, count));
}

void cluster::update_described() {
    if (core_->state_->described.empty())
        raise(error_code::bad_config,
              "the cluster file names no schema: tell the cluster of changed structs with "
              "update_model<...>()");
    update_tables(*core_->state_, core_->state_->described);
}

void cluster::assign(const std::string& table, const std::vector<value>& key, bucket_id bucket) {
    assign_key(*core_->state_, core_->table(table), key, bucket);
}

std::vector<shard_status> cluster::status(bool count_rows) {
    return status_of(*core_->state_, count_rows);
}

std::vector<std::string> cluster::table_names() const {
    std::vector<std::string> names;
    for (const schema::table* t : core_->tables()) names.push_back(t->name);
    for (const schema::table& t : core_->state_->described)  // not created yet
        if (std::find(names.begin(), names.end(), t.name) == names.end()) names.push_back(t.name);
    return names;
}

std::size_t cluster::shard_count() const noexcept { return core_->shard_count(); }

const std::string& cluster::shard_name(std::size_t shard) const {
    return core_->shard_name(static_cast<cluster_layer::shard_index>(shard));
}

const std::string& cluster::name() const noexcept { return core_->options().name; }

std::vector<pending_transaction> cluster::pending_transactions() {
    return core_->commits().pending(core_->default_deadline());
}

resolve_report cluster::resolve(std::int64_t grace_ms) {
    return core_->commits().resolve(std::chrono::milliseconds(grace_ms), core_->default_deadline());
}

transaction_outcome cluster::outcome_of(const std::string& id) {
    return core_->commits().outcome_of(id, core_->default_deadline());
}

const std::string& cluster::id() const noexcept { return core_->state_->cluster_id; }

const std::vector<std::string>& cluster::warnings() const noexcept {
    return core_->state_->warnings;
}

std::int64_t cluster::next_id() { return core_->next_id(); }

}  // namespace shardwise
