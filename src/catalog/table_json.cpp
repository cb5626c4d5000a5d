// SPDX-License-Identifier: MIT
#include "catalog/table_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "shardwise/base/error.hpp"

namespace shardwise::catalog {

namespace {

using document = nlohmann::ordered_json;
using schema::column_index;

[[noreturn]] void refuse(std::string_view what) {
    raise({.code = error_code::bad_model,
           .message = fmt::format("a table of the catalog cannot be read: {}; it was written by a "
                                  "newer version of shardwise or is damaged",
                                  what)});
}

template <class Enum, std::size_t N>
struct words {
    std::array<std::pair<Enum, std::string_view>, N> all;

    std::string_view of(Enum e) const {
        for (const auto& [value, word] : all)
            if (value == e) return word;
        refuse("a value without a name");
    }
    Enum from(std::string_view name, std::string_view what) const {
        for (const auto& [value, word] : all)
            if (word == name) return value;
        refuse(fmt::format("unknown {} '{}'", what, name));
    }
};

// Persisted words: DO NOT CHANGE.
constexpr words<column_type, 12> types{{{{column_type::boolean, "boolean"},
                                         {column_type::int16, "int16"},
                                         {column_type::int32, "int32"},
                                         {column_type::int64, "int64"},
                                         {column_type::float64, "float64"},
                                         {column_type::text, "text"},
                                         {column_type::blob, "blob"},
                                         {column_type::uuid, "uuid"},
                                         {column_type::date, "date"},
                                         {column_type::timestamp, "timestamp"},
                                         {column_type::decimal, "decimal"},
                                         {column_type::json, "json"}}}};
constexpr words<schema::generation, 3> generations{{{{schema::generation::none, "none"},
                                                     {schema::generation::cluster_id, "cluster_id"},
                                                     {schema::generation::bucket, "bucket"}}}};
constexpr words<schema::unique_scope, 3> scopes{{{{schema::unique_scope::cluster, "cluster"},
                                                  {schema::unique_scope::per_shard, "per_shard"},
                                                  {schema::unique_scope::implied, "implied"}}}};
constexpr words<schema::delete_rule, 3> rules{{{{schema::delete_rule::restrict, "restrict"},
                                                {schema::delete_rule::cascade, "cascade"},
                                                {schema::delete_rule::set_null, "set_null"}}}};
constexpr words<schema::distribution_kind, 3> kinds{
    {{{schema::distribution_kind::sharded, "sharded"},
      {schema::distribution_kind::colocated, "colocated"},
      {schema::distribution_kind::reference, "reference"}}}};
constexpr words<schema::strategy_kind, 6> strategies{
    {{{schema::strategy_kind::hash, "hash"},
      {schema::strategy_kind::modulo, "modulo"},
      {schema::strategy_kind::range, "range"},
      {schema::strategy_kind::list, "list"},
      {schema::strategy_kind::directory, "directory"},
      {schema::strategy_kind::custom, "custom"}}}};

document names_of(const schema::table& t, const std::vector<column_index>& columns) {
    document names = document::array();
    for (const column_index c : columns) names.push_back(t.columns.at(c).name);
    return names;
}

document column_json(const schema::column& c) {
    document j{{"name", c.name}, {"type", types.of(c.type)}};
    if (c.nullable) j["nullable"] = true;
    if (c.generated != schema::generation::none) j["generated"] = generations.of(c.generated);
    if (c.length != 0) j["length"] = c.length;
    if (c.precision != 0) j["precision"] = c.precision;
    if (c.scale != 0) j["scale"] = c.scale;
    if (!c.default_sql.empty()) j["default"] = c.default_sql;
    return j;
}

document placed_json(const schema::table& t) {
    const schema::distribution& p = t.placed;
    document j{{"kind", kinds.of(p.kind)}};
    if (p.kind == schema::distribution_kind::reference) return j;
    j["strategy"] = strategies.of(p.strategy);
    j["shard_key"] = names_of(t, p.shard_key);
    if (!p.parent_table.empty()) j["parent"] = p.parent_table;
    j["root"] = p.root_table;
    j["stored_bucket"] = p.stored_bucket;
    if (p.null_bucket) j["null_bucket"] = *p.null_bucket;
    return j;
}

document foreign_key_json(const schema::table& t, const schema::foreign_key& f) {
    return {{"name", f.name},
            {"columns", names_of(t, f.columns)},
            {"parent", f.parent_table},
            {"parent_columns", f.parent_columns},
            {"on_delete", rules.of(f.on_delete)}};
}

// ---------------------------------------------------------------- reading

void allow_only(const document& j, std::initializer_list<std::string_view> members) {
    if (!j.is_object()) refuse("something is no JSON object");
    for (const auto& [name, ignored] : j.items())
        if (std::find(members.begin(), members.end(), name) == members.end())
            refuse(fmt::format("unknown member \"{}\"", name));
}

template <class T>
T get(const document& j, const char* member) {
    const auto at = j.find(member);
    if (at == j.end()) refuse(fmt::format("\"{}\" is missing", member));
    try {
        return at->get<T>();
    } catch (const nlohmann::json::exception&) {
        refuse(fmt::format("\"{}\" has a wrong type", member));
    }
}

template <class T>
T get_or(const document& j, const char* member, T otherwise) {
    return j.contains(member) ? get<T>(j, member) : otherwise;
}

const document& list(const document& j, const char* member) {
    const auto at = j.find(member);
    if (at == j.end() || !at->is_array()) refuse(fmt::format("\"{}\" is no list", member));
    return *at;
}

std::vector<column_index> columns_from(const schema::table& t, const document& j,
                                       const char* member) {
    std::vector<column_index> columns;
    for (const auto& name : get<std::vector<std::string>>(j, member)) {
        const auto found = t.find_column(name);
        if (!found) refuse(fmt::format("\"{}\" names the unknown column '{}'", member, name));
        columns.push_back(*found);
    }
    return columns;
}

schema::column column_from(const document& j) {
    allow_only(
        j, {"name", "type", "nullable", "generated", "length", "precision", "scale", "default"});
    schema::column c;
    c.name = get<std::string>(j, "name");
    c.type = types.from(get<std::string>(j, "type"), "column type");
    c.nullable = get_or(j, "nullable", false);
    c.generated = generations.from(get_or<std::string>(j, "generated", "none"), "generation");
    c.length = get_or<std::uint32_t>(j, "length", 0);
    c.precision = get_or<std::uint8_t>(j, "precision", 0);
    c.scale = get_or<std::uint8_t>(j, "scale", 0);
    c.default_sql = get_or<std::string>(j, "default", "");
    return c;
}

schema::distribution placed_from(const schema::table& t, const document& j) {
    allow_only(j,
               {"kind", "strategy", "shard_key", "parent", "root", "stored_bucket", "null_bucket"});
    schema::distribution p;
    p.kind = kinds.from(get<std::string>(j, "kind"), "distribution");
    if (p.kind == schema::distribution_kind::reference) return p;
    p.strategy = strategies.from(get<std::string>(j, "strategy"), "strategy");
    p.shard_key = columns_from(t, j, "shard_key");
    p.parent_table = get_or<std::string>(j, "parent", "");
    p.root_table = get<std::string>(j, "root");
    p.stored_bucket = get<bool>(j, "stored_bucket");
    if (j.contains("null_bucket")) p.null_bucket = get<std::uint32_t>(j, "null_bucket");
    return p;
}

void constraints_from(schema::table& t, const document& j) {
    for (const document& u : list(j, "uniques")) {
        allow_only(u, {"name", "columns", "scope"});
        t.uniques.push_back({get<std::string>(u, "name"), columns_from(t, u, "columns"),
                             scopes.from(get<std::string>(u, "scope"), "scope")});
    }
    for (const document& i : list(j, "indexes")) {
        allow_only(i, {"name", "columns"});
        t.indexes.push_back({get<std::string>(i, "name"), columns_from(t, i, "columns")});
    }
    for (const document& c : list(j, "checks")) {
        allow_only(c, {"name", "sql"});
        t.checks.push_back({get<std::string>(c, "name"), get<std::string>(c, "sql")});
    }
    for (const document& f : list(j, "foreign_keys")) {
        allow_only(f, {"name", "columns", "parent", "parent_columns", "on_delete"});
        t.foreign_keys.push_back({get<std::string>(f, "name"), columns_from(t, f, "columns"),
                                  get<std::string>(f, "parent"),
                                  get<std::vector<std::string>>(f, "parent_columns"),
                                  rules.from(get<std::string>(f, "on_delete"), "delete rule")});
    }
}

}  // namespace

std::string table_to_json(const schema::table& t) {
    document j{{"name", t.name}, {"columns", document::array()}};
    for (const schema::column& c : t.columns) j["columns"].push_back(column_json(c));
    j["primary_key"] = names_of(t, t.primary_key);
    j["uniques"] = document::array();
    for (const auto& u : t.uniques)
        j["uniques"].push_back(
            {{"name", u.name}, {"columns", names_of(t, u.columns)}, {"scope", scopes.of(u.scope)}});
    j["indexes"] = document::array();
    for (const auto& i : t.indexes)
        j["indexes"].push_back({{"name", i.name}, {"columns", names_of(t, i.columns)}});
    j["checks"] = document::array();
    for (const auto& c : t.checks) j["checks"].push_back({{"name", c.name}, {"sql", c.sql}});
    j["foreign_keys"] = document::array();
    for (const auto& f : t.foreign_keys) j["foreign_keys"].push_back(foreign_key_json(t, f));
    j["placed"] = placed_json(t);
    if (t.view) j["view"] = true;
    return j.dump();
}

schema::table table_from_json(std::string_view text) {
    const document j = document::parse(text, nullptr, false);
    allow_only(j, {"name", "columns", "primary_key", "uniques", "indexes", "checks", "foreign_keys",
                   "placed", "view"});
    schema::table t;
    t.name = get<std::string>(j, "name");
    for (const document& c : list(j, "columns")) t.columns.push_back(column_from(c));
    t.primary_key = columns_from(t, j, "primary_key");
    constraints_from(t, j);
    t.placed = placed_from(t, get<document>(j, "placed"));
    t.view = get_or(j, "view", false);
    return t;
}

}  // namespace shardwise::catalog
