// SPDX-License-Identifier: MIT
#include "cluster/bound_table.hpp"

#include <algorithm>

#include "cluster/core.hpp"
#include "engine/statement_of.hpp"
#include "sql/compiler.hpp"
#include "sql/versioned_statements.hpp"

namespace shardwise::cluster_layer {
namespace {

std::vector<std::size_t> positions_in_key(const schema::table& t) {
    std::vector<std::size_t> positions;
    if (!t.primary_key_pins_shard()) return positions;
    for (const column_index c : t.placed.shard_key) {
        const auto at = std::find(t.primary_key.begin(), t.primary_key.end(), c);
        positions.push_back(static_cast<std::size_t>(at - t.primary_key.begin()));
    }
    return positions;
}

std::optional<column_index> generated_column(const schema::table& t) {
    for (std::size_t i = 0; i < t.columns.size(); ++i)
        if (t.columns[i].generated == schema::generation::cluster_id)
            return static_cast<column_index>(i);
    return std::nullopt;
}

}  // namespace

bound_table::bound_table(core& db, const model::entity& e, std::size_t order)
    : db_(db),
      entity_(e),
      order_(order),
      shard_key_in_key_(positions_in_key(e.table)),
      generated_(generated_column(e.table)) {
    for (std::size_t i = 0; i < db.shard_count(); ++i) {
        engine::engine& endpoint = db.endpoint(static_cast<shard_index>(i));
        on_shard s;
        s.find =
            endpoint.prepare(engine::statement_of(sql::compile_find(table(), endpoint.dialect())));
        s.erase = endpoint.prepare(engine::statement_of(
            e.version ? sql::compile_versioned_delete(table(), *e.version, endpoint.dialect())
                      : sql::compile_delete(table(), endpoint.dialect())));
        shards_.push_back(std::move(s));
    }
}

statement_ptr bound_table::insert(shard_index s, std::size_t rows) {
    const std::lock_guard lock(mutex_);
    statement_ptr& slot = shards_[s].inserts[rows];
    if (!slot) {
        std::vector<column_index> columns(column_count());
        for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = static_cast<column_index>(i);
        engine::engine& endpoint = db_.endpoint(s);
        slot = endpoint.prepare(
            engine::statement_of(sql::compile_insert(table(), columns, rows, endpoint.dialect())));
    }
    return slot;
}

std::span<const std::size_t> update_chunk_sizes(sql::dialect_kind kind) noexcept {
    const std::span<const std::size_t> all = insert_chunk_sizes;
    switch (kind) {
        case sql::dialect_kind::postgres:
            return all;
        case sql::dialect_kind::mariadb:
            return all.subspan(1);
        case sql::dialect_kind::sqlite:
            break;
    }
    return all.last(1);
}

statement_ptr bound_table::update(shard_index s, std::span<const column_index> columns,
                                  std::size_t rows) {
    const std::lock_guard lock(mutex_);
    statement_ptr& slot = shards_[s].updates[{{columns.begin(), columns.end()}, rows}];
    if (slot) return slot;
    engine::engine& endpoint = db_.endpoint(s);
    const sql::dialect& d = endpoint.dialect();
    const auto& version = entity_.version;
    slot = endpoint.prepare(engine::statement_of(
        rows > 1  ? sql::compile_update_rows(table(), columns, version, rows, d)
        : version ? sql::compile_versioned_update(table(), columns, *version, d)
                  : sql::compile_update(table(), columns, d)));
    return slot;
}

bool bound_table::may_change_together(std::span<const column_index> columns) const {
    return std::none_of(columns.begin(), columns.end(), [&](column_index c) {
        const auto has = [c](const std::vector<column_index>& some) {
            return std::find(some.begin(), some.end(), c) != some.end();
        };
        return has(table().primary_key) || has(table().placed.shard_key) ||
               std::any_of(table().uniques.begin(), table().uniques.end(),
                           [&](const auto& u) { return has(u.columns); });
    });
}

bound_table& core::bind(const model::entity& e) { return bound_.at(e); }

bound_table& bound_tables::at(const model::entity& e) {
    db_.require(e);  // the model may have changed since it was bound
    {
        const std::shared_lock lock(mutex_);
        if (const auto found = tables_.find(&e); found != tables_.end()) return *found->second;
    }
    const std::vector<const schema::table*> known = db_.tables();
    const auto position = std::find_if(known.begin(), known.end(), [&](const schema::table* t) {
        return t->name == e.table.name;
    });
    const std::unique_lock lock(mutex_);
    std::unique_ptr<bound_table>& slot = tables_[&e];
    if (!slot)
        slot = std::make_unique<bound_table>(db_, e,
                                             static_cast<std::size_t>(position - known.begin()));
    return *slot;
}

}  // namespace shardwise::cluster_layer
