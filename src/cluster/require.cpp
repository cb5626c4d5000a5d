// SPDX-License-Identifier: MIT
#include "cluster/require.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "schema/unique_lookup.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

namespace {

std::string key_names(const schema::table& t) {
    std::vector<std::string_view> names;
    for (const schema::column_index c : t.placed.shard_key) names.push_back(t.columns.at(c).name);
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

std::string or_none(const std::string& name) { return name.empty() ? "none" : name; }

[[noreturn]] void mismatch(const schema::table& declared, const std::string& what) {
    raise({.code = error_code::schema_mismatch,
           .message = fmt::format("table {} of this cluster differs from the declared one: {}",
                                  declared.name, what),
           .table = declared.name});
}

void check_columns(const schema::table& known, const schema::table& declared) {
    for (const schema::column& c : declared.columns) {
        const auto at = known.find_column(c.name);
        if (!at) mismatch(declared, fmt::format("it has no column {}", c.name));
        const schema::column& k = known.columns[*at];
        if (k.type != c.type || k.scale != c.scale)
            mismatch(declared, fmt::format("column {} is {}, declared {}", c.name, name_of(k.type),
                                           name_of(c.type)));
        if (k.nullable && !c.nullable)
            mismatch(declared, fmt::format("column {} can be NULL, declared not null", c.name));
    }
    const auto keys = [](const schema::table& t) {
        std::vector<std::string_view> names;
        for (const schema::column_index c : t.primary_key) names.push_back(t.columns.at(c).name);
        return names;
    };
    if (keys(known) != keys(declared))
        mismatch(declared,
                 fmt::format("its primary key is ({}), declared ({})", fmt::join(keys(known), ", "),
                             fmt::join(keys(declared), ", ")));
}

/// A constraint of `a` that needs a lookup table, and that `b` does not have.
const schema::unique_constraint* extra_lookup(const schema::table& a, const schema::table& b) {
    for (const schema::unique_constraint& u : a.uniques) {
        if (!schema::needs_lookup(a, u)) continue;
        const std::string name = schema::lookup_name(a, u);
        if (std::none_of(b.uniques.begin(), b.uniques.end(), [&](const auto& other) {
                return schema::needs_lookup(b, other) && schema::lookup_name(b, other) == name;
            }))
            return &u;
    }
    return nullptr;
}

}  // namespace

void check_lookups(const schema::table& known, const schema::table& declared) {
    if (const auto* const u = extra_lookup(declared, known))
        mismatch(declared,
                 fmt::format("it does not have constraint {}, unique in the cluster, yet: "
                             "add it with declare_unique() and build_unique()",
                             u->name));
    if (const auto* const u = extra_lookup(known, declared))
        mismatch(
            declared,
            fmt::format("it has constraint {}, unique in the cluster, and the struct does not: "
                        "what it writes would be unknown to the constraint; declare it with "
                        "cluster_unique",
                        u->name));
}

bool same_lookups(const schema::table& a, const schema::table& b) {
    return extra_lookup(a, b) == nullptr && extra_lookup(b, a) == nullptr;
}

std::string distribution_difference(const schema::table& known, const schema::table& declared) {
    const schema::distribution& k = known.placed;
    const schema::distribution& d = declared.placed;
    if (known.view != declared.view)
        return known.view ? "it is a read_only_view, declared a table"
                          : "it is a table, declared a read_only_view";
    if (k.kind != d.kind)
        return fmt::format("it is {}, declared {}", schema::name_of(k.kind),
                           schema::name_of(d.kind));
    if (k.kind == schema::distribution_kind::reference) return {};
    if (k.root_table != d.root_table)
        return fmt::format("it lives with {}, declared {}", k.root_table, d.root_table);
    if (k.kind == schema::distribution_kind::sharded && k.strategy != d.strategy)
        return fmt::format("it is placed by {}, declared by {}", schema::name_of(k.strategy),
                           schema::name_of(d.strategy));
    if (k.parent_table != d.parent_table)
        return fmt::format("its parent is {}, declared {}", or_none(k.parent_table),
                           or_none(d.parent_table));
    if (key_names(known) != key_names(declared))
        return fmt::format("its shard key is ({}), declared ({})", key_names(known),
                           key_names(declared));
    if (k.null_bucket != d.null_bucket) return "rows without a shard key are placed otherwise";
    if (k.stored_bucket != d.stored_bucket)
        return k.stored_bucket ? "it keeps the bucket in sw_bucket, declared bucket_by_expression"
                               : "it has no sw_bucket column, declared with one";
    return {};
}

void check_usable(const schema::table& declared, const snapshot& known) {
    const schema::table* t = known.tables.find(declared.name);
    if (t == nullptr)
        raise({.code = error_code::unknown_table,
               .message = fmt::format("this cluster has no table {}: create it with create_all, or "
                                      "adopt the existing one",
                                      declared.name),
               .table = declared.name});
    if (const std::string what = distribution_difference(*t, declared); !what.empty())
        mismatch(declared, what);
    check_columns(*t, declared);
    if (!t->is_reference() && known.view->maps.find(t->placed.root_table) == known.view->maps.end())
        raise({.code = error_code::bad_config,
               .message = fmt::format("rows of {} are placed by a function of the program: give a "
                                      "placement with `custom` for table {} in the options",
                                      declared.name, t->placed.root_table),
               .table = declared.name});
}

}  // namespace shardwise::cluster_layer
