// SPDX-License-Identifier: MIT
#include "schema/registry.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/ascii.hpp"
#include "base/suggestion.hpp"
#include "schema/unique_lookup.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::schema {
namespace {

[[noreturn]] void bad(const table& t, const std::string& problem) {
    raise(error_info{.code = error_code::bad_model,
                     .message = "table '" + t.name + "': " + problem,
                     .table = t.name});
}

std::string in_quotes(const std::string& name) { return "'" + name + "'"; }

/// The table that `name` means for `t`, which may refer to itself before it is added.
const table& parent_of(const table& t, const std::string& name, const registry& known) {
    return name == t.name ? t : known.at(name);
}

// --- colocation

void check_colocation(const table& t, const table& parent) {
    if (parent.is_reference())
        bad(t, "it cannot live with table " + in_quotes(parent.name) +
                   ", which is a reference table and lives on every shard");
    const auto& mine = t.placed.shard_key;
    const auto& theirs = parent.placed.shard_key;
    if (mine.size() != theirs.size())
        bad(t, "its shard key has another number of columns than the one of table " +
                   in_quotes(parent.name) + " it lives with");
    for (std::size_t i = 0; i < mine.size(); ++i) {
        const column& a = t.columns[mine[i]];
        const column& b = parent.columns[theirs[i]];
        if (kind_of(a.type) != kind_of(b.type) || a.scale != b.scale)
            bad(t, "the shard key column " + in_quotes(a.name) + " has another type than " +
                       in_quotes(parent.name + "." + b.name) +
                       ", so that equal keys could be placed differently");
    }
    if (t.placed.stored_bucket && parent.placed.strategy != strategy_kind::hash)
        bad(t, "it stores a bucket, but the table it lives with is not placed by hash");
}

/// Rows without a key live together, too.
void check_null_bucket(const table& t, const std::deque<table>& known) {
    for (const table& other : known)
        if (other.placed.root_table == t.placed.root_table && other.placed.null_bucket &&
            t.placed.null_bucket && other.placed.null_bucket != t.placed.null_bucket)
            bad(t, "it puts rows without a shard key into another bucket than table " +
                       in_quotes(other.name) + ", which it lives with");
}

// --- foreign keys

std::vector<column_index> resolve(const std::vector<std::string>& names, const table& parent) {
    std::vector<column_index> columns;
    for (const std::string& name : names) columns.push_back(parent.column_at(name));
    return columns;
}

bool is_key_of(const table& parent, const std::vector<column_index>& columns) {
    return columns == parent.primary_key ||
           std::any_of(parent.uniques.begin(), parent.uniques.end(),
                       [&](const unique_constraint& u) {
                           return u.columns == columns && !needs_lookup(parent, u);
                       });
}

void check_types(const table& t, const foreign_key& f, const table& parent,
                 const std::vector<column_index>& parent_columns) {
    for (std::size_t i = 0; i < f.columns.size(); ++i) {
        const column& a = t.columns[f.columns[i]];
        const column& b = parent.columns[parent_columns[i]];
        if (a.type != b.type || a.precision != b.precision || a.scale != b.scale)
            bad(t, "foreign key " + in_quotes(f.name) + " pairs column " + in_quotes(a.name) +
                       " with " + in_quotes(parent.name + "." + b.name) + " of another type");
    }
}

/// Where the foreign key says something about a shard key, it must say that both are equal. (When
/// it says nothing the child carries a copy of its parent's key, and the model has declared that
/// its rows live with the parent's.)
void check_shard_keys_are_paired(const table& t, const foreign_key& f, const table& parent,
                                 const std::vector<column_index>& parent_columns) {
    const auto& mine = t.placed.shard_key;
    const auto& theirs = parent.placed.shard_key;
    for (std::size_t k = 0; k < mine.size(); ++k)
        for (std::size_t i = 0; i < f.columns.size(); ++i)
            if ((f.columns[i] == mine[k]) != (parent_columns[i] == theirs[k]))
                bad(t, "foreign key " + in_quotes(f.name) + " pairs column " +
                           in_quotes(t.columns[f.columns[i]].name) + " with " +
                           in_quotes(parent.name + "." + parent.columns[parent_columns[i]].name) +
                           ", but only one of them is the shard key: the rows may live on "
                           "different shards, where no database can check it");
}

void check_foreign_key(const table& t, const foreign_key& f, const table& parent) {
    const std::vector<column_index> parent_columns = resolve(f.parent_columns, parent);
    if (!is_key_of(parent, parent_columns))
        bad(t, "foreign key " + in_quotes(f.name) +
                   " does not refer to the primary key or a unique constraint of table " +
                   in_quotes(parent.name) + ", with its columns in the same order");
    check_types(t, f, parent, parent_columns);
    if (parent.is_reference()) return;
    if (t.is_reference())
        bad(t, "it is a reference table, and foreign key " + in_quotes(f.name) +
                   " cannot refer to table " + in_quotes(parent.name) +
                   ", of which each shard has only a part");
    if (t.placed.root_table != parent.placed.root_table)
        bad(t, "foreign key " + in_quotes(f.name) + " refers to table " + in_quotes(parent.name) +
                   ", but their rows do not live together; colocate one with the other, make "
                   "the parent a reference table, or leave the foreign key out");
    check_shard_keys_are_paired(t, f, parent, parent_columns);
}

// --- names in one namespace

/// Databases keep tables and indexes (which unique constraints are) in one namespace, and MariaDB
/// foreign keys in another. A taken name would make CREATE INDEX IF NOT EXISTS do nothing.
std::set<std::string> relation_names(const table& t) {
    const std::string table_name = ascii_lower(std::string_view{t.name});
    std::set<std::string> names{table_name, table_name + "_pkey"};  // PostgreSQL's primary key
    for (const unique_constraint& u : t.uniques)
        names.insert(ascii_lower(std::string_view{u.name}));
    for (const index& i : t.indexes) names.insert(ascii_lower(std::string_view{i.name}));
    return names;
}

std::set<std::string> foreign_key_names(const table& t) {
    std::set<std::string> names;
    for (const foreign_key& f : t.foreign_keys) names.insert(ascii_lower(std::string_view{f.name}));
    return names;
}

void check_disjoint(const table& t, const table& other, const std::set<std::string>& mine,
                    const std::set<std::string>& theirs) {
    for (const std::string& name : mine)
        if (theirs.count(name) != 0)
            bad(t, "the name " + in_quotes(name) + " is already used by table " +
                       in_quotes(other.name) + " or by a constraint or index of it");
}

}  // namespace

void registry::check_name_is_free(const table& t) const {
    const auto relations = relation_names(t);
    const auto keys = foreign_key_names(t);
    for (const table& other : tables_) {
        check_disjoint(t, other, relations, relation_names(other));
        check_disjoint(t, other, keys, foreign_key_names(other));
    }
}

const table& registry::add(table t) {
    validate(t);
    distribution& d = t.placed;
    d.root_table.clear();
    if (d.kind == distribution_kind::sharded) {
        d.root_table = t.name;
    } else if (d.kind == distribution_kind::colocated) {
        const table& parent = at(d.parent_table);
        check_colocation(t, parent);
        d.root_table = parent.placed.root_table;
        d.strategy = parent.placed.strategy;
    }

    if (const table* const known = find(t.name)) {
        if (*known == t) return *known;
        bad(t, "it is declared twice, and differently");
    }
    check_name_is_free(t);
    check_null_bucket(t, tables_);
    for (const foreign_key& f : t.foreign_keys)
        check_foreign_key(t, f, parent_of(t, f.parent_table, *this));

    tables_.push_back(std::move(t));
    const table& added = tables_.back();
    try {
        by_name_.emplace(added.name, &added);
    } catch (...) {
        tables_.pop_back();
        throw;
    }
    return added;
}

const table* registry::find(std::string_view name) const noexcept {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

const table& registry::at(std::string_view name) const {
    if (const table* const found = find(name)) return *found;
    std::vector<std::string_view> known;
    for (const table& t : tables_) known.emplace_back(t.name);
    raise(error_info{.code = error_code::unknown_table,
                     .message = "table '" + std::string(name) +
                                "' is not declared in this cluster; declare it (parents before "
                                "children)" +
                                did_you_mean(name, known),
                     .table = std::string(name)});
}

std::vector<const table*> registry::all() const {
    std::vector<const table*> all;
    all.reserve(tables_.size());
    for (const table& t : tables_) all.push_back(&t);
    return all;
}

}  // namespace shardwise::schema
