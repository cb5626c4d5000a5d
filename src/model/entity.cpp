// SPDX-License-Identifier: MIT
#include "model/entity.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <memory>

#include "model/kept_columns.hpp"
#include "shardwise/base/error.hpp"
#include "sql/constraint_names.hpp"

namespace shardwise::model {
namespace {

using schema::column_index;

schema::delete_rule rule_of(on_delete rule) {
    switch (rule) {
        case on_delete::restrict:
            return schema::delete_rule::restrict;
        case on_delete::cascade:
            return schema::delete_rule::cascade;
        case on_delete::set_null:
            return schema::delete_rule::set_null;
    }
    return schema::delete_rule::restrict;
}

schema::strategy_kind kind_of(strategy s) {
    switch (s) {
        case strategy::modulo:
            return schema::strategy_kind::modulo;
        case strategy::range:
            return schema::strategy_kind::range;
        case strategy::list:
            return schema::strategy_kind::list;
        case strategy::directory:
            return schema::strategy_kind::directory;
        case strategy::custom:
            return schema::strategy_kind::custom;
        case strategy::none:
        case strategy::hash:
            break;
    }
    return schema::strategy_kind::hash;
}

schema::column column_of(const column_description& d) {
    schema::column c;
    c.name = d.name;
    c.type = d.type->type;
    c.nullable = d.type->nullable;
    c.generated =
        (d.flags & is_generated) != 0 ? schema::generation::cluster_id : schema::generation::none;
    c.length = d.max_length;
    c.precision = d.precision;
    c.scale = d.scale;
    c.default_sql = d.default_sql;
    if (c.default_sql.empty() && (d.flags & (is_insert_time | is_change_time)) != 0)
        c.default_sql = "current_timestamp";
    return c;
}

void add_column_constraints(schema::table& t, const column_description& d, column_index i) {
    if ((d.flags & is_primary_key) != 0) t.primary_key.push_back(i);
    if ((d.flags & is_shard_key) != 0) t.placed.shard_key.push_back(i);
    if ((d.flags & is_indexed) != 0) t.indexes.push_back({"", {i}});
    if ((d.flags & is_unique) != 0) t.uniques.push_back({"", {i}, schema::unique_scope::implied});
    if ((d.flags & is_unique_per_shard) != 0)
        t.uniques.push_back({"", {i}, schema::unique_scope::per_shard});
    if ((d.flags & is_cluster_unique) != 0)
        t.uniques.push_back({"", {i}, schema::unique_scope::cluster});
    if (!d.parent_table.empty())
        t.foreign_keys.push_back({"",
                                  {i},
                                  std::string(d.parent_table),
                                  {std::string(d.parent_column())},
                                  rule_of(d.rule)});
}

void add_option(entity& e, const option_description& o) {
    schema::table& t = e.table;
    std::vector<column_index> columns;
    for (std::size_t i = 0; i < o.offset_count; ++i) columns.push_back(column_at(e, o.offsets[i]));
    switch (o.what) {
        case option_description::kind::check:
            t.checks.push_back({std::string(o.name), std::string(o.sql)});
            break;
        case option_description::kind::unique:
            t.uniques.push_back({"", std::move(columns), schema::unique_scope::implied});
            break;
        case option_description::kind::unique_per_shard:
            t.uniques.push_back({"", std::move(columns), schema::unique_scope::per_shard});
            break;
        case option_description::kind::cluster_unique:
            t.uniques.push_back({"", std::move(columns), schema::unique_scope::cluster});
            break;
        case option_description::kind::index:
            t.indexes.push_back({"", std::move(columns)});
            break;
        case option_description::kind::foreign_key: {
            std::vector<std::string> parent;
            for (std::size_t i = 0; i < columns.size(); ++i)
                parent.emplace_back(o.parent_columns(i));
            t.foreign_keys.push_back({"", std::move(columns), std::string(o.parent_table),
                                      std::move(parent), rule_of(o.rule)});
            break;
        }
    }
}

/// Constraints and indexes have names from the start: errors and verify_schema speak of them.
void name_constraints(schema::table& t) {
    sql::constraint_names names(t);
    for (auto& u : t.uniques) u.name = names.take(u.name, u.columns, "key");
    for (auto& f : t.foreign_keys) f.name = names.take(f.name, f.columns, "fkey");
    for (auto& i : t.indexes) i.name = names.take(i.name, i.columns, "idx");
}

schema::distribution distribution_of(const entity_description& d) {
    schema::distribution placed;
    placed.strategy = kind_of(d.placed_by);
    if (d.reference) {
        placed.kind = schema::distribution_kind::reference;
    } else if (!d.colocated_parent.empty()) {
        placed.kind = schema::distribution_kind::colocated;
        placed.parent_table = d.colocated_parent;
    }
    placed.root_table = d.root_table;
    if (d.null_bucket >= 0) placed.null_bucket = static_cast<std::uint32_t>(d.null_bucket);
    return placed;
}

}  // namespace

const entity& make_entity(const entity_description& d) {
    // Entities live as long as the process: statements and clusters point to them.
    auto e = std::make_unique<entity>();
    e->size = d.size;
    e->alignment = d.alignment;
    e->construct = d.construct;
    e->copy = d.copy;
    e->assign = d.assign;
    e->destroy = d.destroy;
    e->called = d.called;
    schema::table& t = e->table;
    t.name = d.table;
    t.view = d.view;
    t.placed = distribution_of(d);
    for (std::size_t i = 0; i < d.column_count; ++i) {
        e->members.push_back({d.columns[i].offset, d.columns[i].type});
        t.columns.push_back(column_of(d.columns[i]));
        add_column_constraints(t, d.columns[i], static_cast<column_index>(i));
        if ((d.columns[i].flags & is_row_version) != 0) e->version = static_cast<column_index>(i);
        if ((d.columns[i].flags & is_insert_time) != 0)
            e->insert_time = static_cast<column_index>(i);
        if ((d.columns[i].flags & is_change_time) != 0)
            e->change_time = static_cast<column_index>(i);
    }
    for (std::size_t i = 0; i < d.option_count; ++i) add_option(*e, d.options[i]);
    e->relations.assign(d.relations, d.relations + d.relation_count);
    if (d.stores_bucket) {
        t.placed.stored_bucket = true;
        schema::column bucket;
        bucket.name = schema::bucket_column_name;
        bucket.type = column_type::int16;
        bucket.generated = schema::generation::bucket;
        t.columns.push_back(std::move(bucket));
    }
    name_constraints(t);
    schema::validate(t);
    if (e->version || e->change_time) remember_kept(*e);
    return *e.release();
}

const schema::table& table_of(const entity& e) noexcept { return e.table; }

void fill(const entity& e, void* object, const arg* row) { e.fill(object, row); }

void entity::before_insert(void* object, timestamp now) const {
    if (insert_time) {
        const arg known = get(object, *insert_time);
        if (known.is_null() || known.to_timestamp() == timestamp{})
            put(object, *insert_time, arg{now});
    }
    if (change_time) put(object, *change_time, arg{now});
    if (called.before_insert != nullptr) called.before_insert(object);
}

void entity::before_update(void* object, timestamp now) const {
    if (change_time) put(object, *change_time, arg{now});
    if (called.before_update != nullptr) called.before_update(object);
}

sql::change_ptr insert_of(const entity& e) {
    std::vector<std::uint16_t> columns;
    for (std::size_t i = 0; i < e.members.size(); ++i)
        columns.push_back(static_cast<std::uint16_t>(i));
    return sql::make_insert(e.table, columns.data(), columns.size());
}

sql::change_ptr upsert_of(const entity& e) {
    const auto& key = e.table.primary_key;
    const auto& shard_key = e.table.placed.shard_key;
    const auto holds = [](const auto& columns, std::size_t c) {
        return std::count(columns.begin(), columns.end(), c) != 0;
    };
    sql::change_ptr rule = sql::set_conflict(insert_of(e), key.data(), key.size());
    for (std::size_t i = 0; i < e.members.size(); ++i) {
        if (holds(key, i) || holds(shard_key, i) || e.version == i || e.insert_time == i) continue;
        const auto c = static_cast<std::uint16_t>(i);
        rule = sql::add_set(rule, c, sql::column({&e.table, c, sql::excluded_row}));
    }
    return rule;
}

std::uint16_t column_at(const entity& e, std::ptrdiff_t offset) {
    for (std::size_t i = 0; i < e.members.size(); ++i)
        if (e.members[i].offset == offset) return static_cast<std::uint16_t>(i);
    raise({.code = error_code::unknown_column,
           .message = fmt::format("table {}: a member that the mapping does not list is used as a "
                                  "column",
                                  e.table.name),
           .table = e.table.name});
}

}  // namespace shardwise::model
