// SPDX-License-Identifier: MIT
#include "schema/unique_lookup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "schema/names.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::schema {
namespace {

bool contains(const std::vector<column_index>& columns, column_index c) {
    return std::find(columns.begin(), columns.end(), c) != columns.end();
}

/// FNV-1a. Part of names in users' databases: DO NOT CHANGE.
std::uint32_t digest(std::string_view text) {
    std::uint32_t h = 2166136261U;
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 16777619U;
    return h;
}

/// Longer names keep their beginning and differ by a digest of the whole. `room`: PostgreSQL puts
/// "_pkey" behind a table's name.
std::string shortened(std::string name, std::size_t room) {
    const std::size_t most = longest_name - room;
    if (name.size() <= most) return name;
    const std::string end = fmt::format("_{:08x}", digest(name));
    std::size_t keep = most - end.size();
    while (keep > 0 && (static_cast<unsigned char>(name[keep]) & 0xc0U) == 0x80U) --keep;
    return name.substr(0, keep) + end;
}

std::string free_name(const table& t, std::string wanted) {
    wanted = shortened(std::move(wanted), 4);
    while (t.find_column(wanted)) wanted += "_";
    return wanted;
}

}  // namespace

bool is_lookup_table(std::string_view table_name) noexcept {
    return table_name.starts_with(lookup_prefix);
}

bool needs_lookup(const table& owner, const unique_constraint& u) noexcept {
    const auto& key = owner.placed.shard_key;
    return u.scope == unique_scope::cluster && !owner.is_reference() &&
           !std::all_of(key.begin(), key.end(),
                        [&](column_index c) { return contains(u.columns, c); });
}

bool has_lookups(const table& owner) noexcept {
    return std::any_of(owner.uniques.begin(), owner.uniques.end(),
                       [&](const unique_constraint& u) { return needs_lookup(owner, u); });
}

const unique_constraint* lookup_named(const table& owner, std::vector<column_index> columns) {
    std::sort(columns.begin(), columns.end());
    for (const unique_constraint& u : owner.uniques) {
        std::vector<column_index> own = u.columns;
        std::sort(own.begin(), own.end());
        if (own == columns && needs_lookup(owner, u)) return &u;
    }
    return nullptr;
}

bool is_looked_up(const table& owner, column_index c) noexcept {
    return std::any_of(owner.uniques.begin(), owner.uniques.end(), [&](const auto& u) {
        return needs_lookup(owner, u) && contains(looked_up_columns(owner, u), c);
    });
}

std::vector<index> indexes_of(const table& owner) {
    std::vector<index> all = owner.indexes;
    for (const unique_constraint& u : owner.uniques)
        if (needs_lookup(owner, u)) all.push_back({u.name, u.columns});
    return all;
}

std::string lookup_name(const table& owner, const unique_constraint& u) {
    std::string name{lookup_prefix};
    name += owner.name;
    for (const column_index c : u.columns) name += "_" + owner.columns[c].name;
    return shortened(std::move(name), 5);
}

std::vector<column_index> looked_up_columns(const table& owner, const unique_constraint& u) {
    std::vector<column_index> all = u.columns;
    all.insert(all.end(), owner.primary_key.begin(), owner.primary_key.end());
    for (const column_index c : owner.placed.shard_key)
        if (!contains(owner.primary_key, c)) all.push_back(c);
    return all;
}

table lookup_table(const table& owner, const unique_constraint& u) {
    table t;
    t.name = lookup_name(owner, u);
    for (const column_index c : looked_up_columns(owner, u)) {
        const bool is_value = t.columns.size() < u.columns.size();
        column made = owner.columns[c];
        made.generated = generation::none;
        made.default_sql.clear();
        if (is_value) made.nullable = false;
        if (!is_value) made.name = free_name(t, "of_" + made.name);
        t.columns.push_back(std::move(made));
    }
    for (std::size_t i = 0; i < u.columns.size(); ++i)
        t.primary_key.push_back(static_cast<column_index>(i));
    t.placed.shard_key = t.primary_key;
    t.placed.root_table = t.name;
    t.placed.stored_bucket = true;
    column bucket;
    bucket.name = bucket_column_name;
    bucket.type = column_type::int16;
    bucket.generated = generation::bucket;
    t.columns.push_back(std::move(bucket));
    return t;
}

std::vector<table> with_lookups(std::vector<table> declared) {
    std::vector<table> all;
    for (table& t : declared) {
        if (is_lookup_table(t.name))
            raise({.code = error_code::bad_model,
                   .message = fmt::format("table {}: names that begin with {} belong to "
                                          "cluster-wide unique constraints",
                                          t.name, lookup_prefix),
                   .table = t.name});
        std::vector<table> lookups;
        for (const unique_constraint& u : t.uniques)
            if (needs_lookup(t, u)) lookups.push_back(lookup_table(t, u));
        all.push_back(std::move(t));
        for (table& l : lookups) all.push_back(std::move(l));
    }
    return all;
}

}  // namespace shardwise::schema
