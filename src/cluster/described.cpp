// SPDX-License-Identifier: MIT
#include "cluster/described.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "base/suggestion.hpp"
#include "cluster/table_order.hpp"
#include "parse/ddl_parser.hpp"
#include "schema/registry.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

namespace {

using table_distribution = cluster_config::table_distribution;
using schema::column_index;
using schema::distribution_kind;
using schema::strategy_kind;

[[noreturn]] void refuse(const table_distribution& d, std::string message) {
    raise({.code = error_code::bad_config,
           .message = fmt::format("{}{}[tables.{}]: {}", d.place, d.place.empty() ? "" : ": ",
                                  d.table, message),
           .table = d.table,
           .place = d.place});
}

std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.good() && !in.eof())
        raise({.code = error_code::bad_config,
               .message =
                   fmt::format("the schema file {} cannot be read: {}", path, std::strerror(errno)),
               .place = path});
    return text;
}

strategy_kind strategy_named(const table_distribution& d) {
    if (d.strategy.empty()) return strategy_kind::hash;
    static const std::vector<std::string_view> known{"hash", "modulo", "range", "list",
                                                     "directory"};
    for (const strategy_kind k : {strategy_kind::hash, strategy_kind::modulo, strategy_kind::range,
                                  strategy_kind::list, strategy_kind::directory})
        if (schema::name_of(k) == d.strategy) return k;
    refuse(d, fmt::format("there is no strategy '{}' (hash, modulo, range, list, directory{}){}",
                          d.strategy, d.strategy == "custom" ? "; custom needs a C++ program" : "",
                          did_you_mean(d.strategy, known)));
}

column_index column_named(const schema::table& t, const std::string& name,
                          const table_distribution& d) {
    if (const auto found = t.find_column(name)) return *found;
    std::vector<std::string_view> known;
    for (const schema::column& c : t.columns) known.push_back(c.name);
    refuse(d, fmt::format("the table has no column '{}'{}", name, did_you_mean(name, known)));
}

/// The columns of "a,b"; blanks around them do not count.
std::vector<std::string> split_columns(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == ',')
            parts.emplace_back();
        else if (c != ' ')
            parts.back() += c;
    }
    return parts;
}

/// `said`: what the file lists under `word`.
void say_scope(schema::table& t, const table_distribution& d, const std::vector<std::string>& said,
               std::string_view word, schema::unique_scope scope) {
    for (const std::string& one : said) {
        const std::vector<std::string> columns = split_columns(one);
        const auto matches = [&](const schema::unique_constraint& u) {
            if (u.name == one) return true;
            return std::equal(u.columns.begin(), u.columns.end(), columns.begin(), columns.end(),
                              [&](column_index c, const std::string& name) {
                                  return t.columns.at(c).name == name;
                              });
        };
        const auto found = std::find_if(t.uniques.begin(), t.uniques.end(), matches);
        if (found == t.uniques.end())
            refuse(d, fmt::format("{} names '{}', but the table has no such UNIQUE constraint "
                                  "(give its name or its columns)",
                                  word, one));
        if (found->scope != schema::unique_scope::implied)
            refuse(d,
                   fmt::format("'{}' is named twice in unique_per_shard and cluster_unique", one));
        found->scope = scope;
    }
}

void add_bucket_column(schema::table& t) {
    t.placed.stored_bucket = true;
    schema::column bucket;
    bucket.name = schema::bucket_column_name;
    bucket.type = column_type::int16;
    bucket.generated = schema::generation::bucket;
    t.columns.push_back(std::move(bucket));
}

/// The child's columns that carry its parent's shard key, from the foreign key between them.
std::vector<column_index> key_from_foreign_key(const schema::table& child,
                                               const schema::table& parent,
                                               const table_distribution& d) {
    for (const schema::foreign_key& f : child.foreign_keys) {
        if (f.parent_table != parent.name) continue;
        std::vector<column_index> key;
        for (const column_index k : parent.placed.shard_key) {
            const auto at = std::find(f.parent_columns.begin(), f.parent_columns.end(),
                                      parent.columns.at(k).name);
            if (at != f.parent_columns.end())
                key.push_back(f.columns[static_cast<std::size_t>(at - f.parent_columns.begin())]);
        }
        if (key.size() == parent.placed.shard_key.size()) return key;
    }
    refuse(d, fmt::format("no foreign key to {} carries its shard key: name the columns with "
                          "shard_key",
                          parent.name));
}

class distributor {
public:
    distributor(const cluster_config& config, std::vector<schema::table> parsed) : config_(config) {
        for (const table_distribution& d : config.tables) said_.emplace(d.table, &d);
        check_pairs(parsed);
        // Parents by colocation come first, too: children take their key from them.
        for (schema::table& t : parsed) t.placed.parent_table = said_.at(t.name)->colocated_with;
        ordered_ = parents_first(std::move(parsed));
    }

    std::vector<schema::table> run() {
        for (schema::table& t : ordered_) add(t);
        std::vector<schema::table> result;
        for (const schema::table* t : registry_.all()) result.push_back(*t);
        return result;
    }

private:
    void check_pairs(const std::vector<schema::table>& parsed) const {
        std::vector<std::string_view> names;
        for (const schema::table& t : parsed) names.push_back(t.name);
        for (const table_distribution& d : config_.tables)
            if (std::find(names.begin(), names.end(), d.table) == names.end())
                refuse(d, fmt::format("there is no CREATE TABLE {} in {}{}", d.table,
                                      config_.schema_file, did_you_mean(d.table, names)));
        for (const std::string_view name : names)
            if (!said_.contains(std::string(name)))
                raise({.code = error_code::bad_config,
                       .message = fmt::format(
                           "table {} of {} has no section [tables.{}] in the cluster file: say "
                           "how it is distributed (shard_key, colocated_with or reference = true)",
                           name, config_.schema_file, name),
                       .table = std::string(name),
                       .place = config_.schema_file});
    }

    void add(schema::table& t) {
        const table_distribution& d = *said_.at(t.name);
        if (d.reference)
            make_reference(t, d);
        else if (!d.colocated_with.empty())
            colocate(t, d);
        else
            shard(t, d);
        say_scope(t, d, d.unique_per_shard, "unique_per_shard", schema::unique_scope::per_shard);
        say_scope(t, d, d.cluster_unique, "cluster_unique", schema::unique_scope::cluster);
        try {
            registry_.add(std::move(t));
        } catch (const error& e) {
            error_info info = e.info();
            info.message = fmt::format("{}{}{}", d.place, d.place.empty() ? "" : ": ", e.message());
            info.place = d.place;
            raise(std::move(info));
        }
    }

    static void make_reference(schema::table& t, const table_distribution& d) {
        if (!d.colocated_with.empty() || !d.shard_key.empty() || !d.strategy.empty() ||
            d.null_bucket)
            refuse(d,
                   "reference = true excludes shard_key, strategy, colocated_with and "
                   "null_bucket: the table is copied to each shard");
        t.placed.kind = distribution_kind::reference;
    }

    void colocate(schema::table& t, const table_distribution& d) const {
        if (!d.strategy.empty())
            refuse(d, "colocated_with excludes strategy: the rows live where their parent's are");
        const schema::table* parent = registry_.find(d.colocated_with);
        if (parent == nullptr || parent->is_reference())
            refuse(d,
                   fmt::format("colocated_with names '{}', which is {}", d.colocated_with,
                               parent == nullptr ? "no table of this file" : "a reference table"));
        t.placed.kind = distribution_kind::colocated;
        t.placed.parent_table = parent->name;
        t.placed.strategy = parent->placed.strategy;
        for (const std::string& name : d.shard_key)
            t.placed.shard_key.push_back(column_named(t, name, d));
        if (d.shard_key.empty()) t.placed.shard_key = key_from_foreign_key(t, *parent, d);
        const bool may_be_null =
            std::any_of(t.placed.shard_key.begin(), t.placed.shard_key.end(),
                        [&](column_index c) { return t.columns.at(c).nullable; });
        t.placed.null_bucket = d.null_bucket;
        if (!d.null_bucket && may_be_null) t.placed.null_bucket = parent->placed.null_bucket;
        if (parent->placed.strategy == strategy_kind::hash && d.stored_bucket) add_bucket_column(t);
    }

    static void shard(schema::table& t, const table_distribution& d) {
        if (d.shard_key.empty())
            refuse(d,
                   "say how the table is distributed: shard_key, colocated_with or "
                   "reference = true");
        t.placed.kind = distribution_kind::sharded;
        t.placed.strategy = strategy_named(d);
        for (const std::string& name : d.shard_key)
            t.placed.shard_key.push_back(column_named(t, name, d));
        t.placed.null_bucket = d.null_bucket;
        if (t.placed.strategy == strategy_kind::hash && d.stored_bucket) add_bucket_column(t);
    }

    const cluster_config& config_;
    std::map<std::string, const table_distribution*> said_;
    std::vector<schema::table> ordered_;
    schema::registry registry_;
};

/// TOML has no UUIDs and no decimals: they are written as text.
value in_type_of(const schema::column& c, const value& v, const table_distribution& d) {
    if (v.kind() == kind_of(c.type)) return v;
    try {
        if (v.kind() == kind::text)
            return parse_value(v.view().text(), c.type,
                               c.type == column_type::decimal ? c.scale : -1);
        if (v.kind() == kind::integer && c.type == column_type::decimal)
            return value{arg{decimal{v.view().integer()}}};
    } catch (const error& e) {
        refuse(d, fmt::format("a key is no {}: {}", name_of(c.type), e.message()));
    }
    refuse(d, fmt::format("a key is {}, but the shard key {} is {}", name_of(v.kind()), c.name,
                          name_of(c.type)));
}

void convert_keys(cluster_options& options, const std::vector<schema::table>& tables,
                  const cluster_config& config) {
    for (placement& p : options.placements) {
        const auto d = std::find_if(config.tables.begin(), config.tables.end(),
                                    [&](const auto& one) { return one.table == p.table; });
        const auto t = std::find_if(tables.begin(), tables.end(),
                                    [&](const auto& one) { return one.name == p.table; });
        if (d == config.tables.end() || t == tables.end()) continue;
        if (t->placed.kind != distribution_kind::sharded)
            refuse(*d,
                   "modulus, bounds, lists, default_bucket and owners belong to root tables, "
                   "which have a strategy of their own");
        if (t->placed.shard_key.size() != 1) continue;
        const schema::column& key = t->columns.at(t->placed.shard_key.front());
        for (value& v : p.bounds) v = in_type_of(key, v, *d);
        for (std::vector<value>& list : p.lists)
            for (value& v : list) v = in_type_of(key, v, *d);
    }
}

}  // namespace

described_model described(const cluster_config& config) {
    described_model model;
    model.options = config.options;
    model.migrating = config.migrating;
    if (config.schema_file.empty()) {
        if (!config.tables.empty())
            refuse(config.tables.front(),
                   "the file names no schema: give schema = \"file.sql\" "
                   "in [cluster]");
        return model;
    }
    model.tables =
        distributor(config, parse::parse_tables(text_of(config.schema_file), config.schema_file))
            .run();
    convert_keys(model.options, model.tables, config);
    return model;
}

}  // namespace shardwise::cluster_layer
