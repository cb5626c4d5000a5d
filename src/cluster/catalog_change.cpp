// SPDX-License-Identifier: MIT
#include "cluster/catalog_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "catalog/catalog_store.hpp"
#include "catalog/table_json.hpp"
#include "cluster/parallel.hpp"
#include "cluster/placement.hpp"
#include "cluster/require.hpp"
#include "cluster/table_order.hpp"
#include "schema/unique_lookup.hpp"

namespace shardwise::cluster_layer {

namespace {

const catalog::entry* living(const catalog::contents& entries, const std::string& key) {
    const auto at = entries.find(key);
    return at == entries.end() || at->second.body.empty() ? nullptr : &at->second;
}

void set_body(catalog::contents& entries, const std::string& key, std::string body) {
    catalog::entry& e = entries[key];
    if (e.body == body) return;
    ++e.version;
    e.body = std::move(body);
}

[[noreturn]] void refuse_other_model(const schema::table& known, const schema::table& declared) {
    std::string what = distribution_difference(known, declared);
    if (what.empty())
        for (const schema::column& c : declared.columns)
            if (!known.find_column(c.name)) what = fmt::format("it has no column {}", c.name);
    if (what.empty()) what = "a column, key, index or constraint is declared otherwise";
    raise({.code = error_code::schema_mismatch,
           .message = fmt::format("table {} exists in this cluster with another model: {}; it is "
                                  "never changed silently",
                                  declared.name, what),
           .table = declared.name});
}

std::set<std::string_view> names_of(const std::vector<schema::table>& tables) {
    std::set<std::string_view> names;
    for (const schema::table& t : tables)
        if (!names.insert(t.name).second)
            raise({.code = error_code::bad_model,
                   .message = fmt::format("table {} is declared twice", t.name),
                   .table = t.name});
    return names;
}

/// The declared tables as the registry sees them together with those that are known.
std::vector<schema::table> registered(const catalog::contents& before,
                                      const std::vector<schema::table>& declared) {
    const std::set<std::string_view> names = names_of(declared);
    std::vector<schema::table> all = declared;
    for (const auto& [key, e] : before) {
        if (!key.starts_with(catalog::table_key_prefix) || e.body.empty()) continue;
        if (!names.contains(std::string_view(key).substr(catalog::table_key_prefix.size())))
            all.push_back(catalog::table_from_json(e.body));
    }
    schema::registry together;
    std::vector<schema::table> result;
    for (schema::table& t : parents_first(std::move(all))) {
        const bool wanted = names.contains(t.name);
        const schema::table& r = together.add(std::move(t));
        if (wanted) result.push_back(r);
    }
    return result;
}

void check_null_bucket(const schema::table& t, const catalog::contents& entries) {
    if (!t.placed.null_bucket) return;
    const auto group = entries.find(catalog::group_key(t.placed.root_table));
    if (group == entries.end()) return;
    const std::size_t buckets = catalog::group_from_json(group->second.body).owners.size();
    if (*t.placed.null_bucket >= buckets)
        raise({.code = error_code::bad_config,
               .message =
                   fmt::format("table {}: rows without a shard key go to bucket {}, but {} "
                               "has only the buckets 0 to {}",
                               t.name, *t.placed.null_bucket, t.placed.root_table, buckets - 1),
               .table = t.name});
}

}  // namespace

catalog_change plan_creation(const core_state& s, const catalog::contents& before,
                             std::vector<schema::table> declared) {
    declared = schema::with_lookups(std::move(declared));
    catalog_change change;
    change.after = before;
    // A table that is known otherwise is told as such, not as a conflict with its children.
    for (const schema::table& t : declared)
        if (const catalog::entry* e = living(before, catalog::table_key(t.name))) {
            const schema::table known = catalog::table_from_json(e->body);
            if (!distribution_difference(known, t).empty()) refuse_other_model(known, t);
        }
    change.tables = registered(before, declared);
    for (const schema::table& t : change.tables) {
        const std::string key = catalog::table_key(t.name);
        std::string body = catalog::table_to_json(t);
        if (const catalog::entry* e = living(before, key); e != nullptr && e->body != body)
            refuse_other_model(catalog::table_from_json(e->body), t);
        set_body(change.after, key, std::move(body));
        if (t.placed.kind != schema::distribution_kind::sharded) continue;
        const placement* given = s.placement_for(t.name);
        const std::string group = catalog::group_key(t.name);
        if (const catalog::entry* e = living(before, group)) {
            if (given != nullptr) check_against(catalog::group_from_json(e->body), t.name, *given);
            continue;
        }
        set_body(change.after, group, catalog::group_to_json(first_placement(t, given, s.names)));
    }
    for (const schema::table& t : change.tables) check_null_bucket(t, change.after);
    return change;
}

catalog_change plan_adoption(const core_state& s, const catalog::contents& before,
                             std::vector<schema::table> declared) {
    for (const schema::table& t : declared)
        if (schema::has_lookups(t) && living(before, catalog::table_key(t.name)) == nullptr)
            raise({.code = error_code::not_supported,
                   .message = fmt::format(
                       "table {} exists already and would be unique in the cluster: its rows have "
                       "no lookup rows yet; adopt it with unique_per_shard, or create it with "
                       "create_all() and fill it through shardwise",
                       t.name),
                   .table = t.name});
    catalog_change change = plan_creation(s, before, std::move(declared));
    for (const schema::table& t : change.tables)
        if (living(before, catalog::table_key(t.name)) == nullptr)
            set_body(change.after, catalog::adopted_key(t.name), "true");
    return change;
}

catalog_change plan_uniques(const core_state& s, const catalog::contents& before,
                            const schema::table& declared) {
    const std::string key = catalog::table_key(declared.name);
    const catalog::entry* const there = living(before, key);
    if (there == nullptr) return plan_creation(s, before, {declared});
    const schema::table known = catalog::table_from_json(there->body);
    const auto same_name = [&](const schema::unique_constraint& u) {
        return std::find_if(known.uniques.begin(), known.uniques.end(),
                            [&](const auto& k) { return k.name == u.name; });
    };
    schema::table without = registered(before, {declared}).front();
    const schema::table with = without;
    std::erase_if(without.uniques, [&](const schema::unique_constraint& u) {
        return schema::needs_lookup(with, u) && same_name(u) == known.uniques.end();
    });
    for (const schema::unique_constraint& u : with.uniques) {
        const auto k = same_name(u);
        if (k != known.uniques.end() && schema::needs_lookup(with, u) &&
            !schema::needs_lookup(known, *k))
            raise({.code = error_code::not_supported,
                   .message = fmt::format(
                       "constraint {} of {} is one that each shard checks by itself; a shard would "
                       "refuse to hand a value from one row to another: declare the cluster-wide "
                       "one under another name",
                       u.name, declared.name),
                   .constraint = u.name,
                   .table = declared.name});
    }
    if (catalog::table_to_json(without) != there->body) refuse_other_model(known, with);
    catalog::contents prepared = before;
    set_body(prepared, key, catalog::table_to_json(with));
    catalog_change change = plan_creation(s, prepared, {declared});
    for (const schema::table& t : change.tables)
        if (schema::is_lookup_table(t.name) &&
            living(before, catalog::table_key(t.name)) == nullptr)
            set_body(change.after, catalog::building_key(t.name), "true");
    return change;
}

catalog_change plan_removal(const catalog::contents& before, const std::string& table) {
    const catalog::entry* const there = living(before, catalog::table_key(table));
    if (there == nullptr)
        raise({.code = error_code::unknown_table,
               .message = fmt::format("this cluster has no table {}", table),
               .table = table});
    catalog_change change;
    change.after = before;
    const schema::table known = catalog::table_from_json(there->body);
    schema::table kept = known;
    std::erase_if(kept.uniques, [&](const schema::unique_constraint& u) {
        if (!schema::needs_lookup(known, u)) return false;
        const schema::table lookup = schema::lookup_table(known, u);
        if (living(before, catalog::building_key(lookup.name)) == nullptr) return false;
        change.tables.push_back(lookup);
        for (const std::string& key :
             {catalog::table_key(lookup.name), catalog::group_key(lookup.name),
              catalog::building_key(lookup.name)})
            set_body(change.after, key, "");
        return true;
    });
    set_body(change.after, catalog::table_key(table), catalog::table_to_json(kept));
    return change;
}

catalog_change plan_update(const catalog::contents& before, std::vector<schema::table> declared) {
    declared = schema::with_lookups(std::move(declared));
    for (const schema::table& t : declared) {
        const catalog::entry* const there = living(before, catalog::table_key(t.name));
        if (there == nullptr)
            raise({.code = error_code::unknown_table,
                   .message = fmt::format("this cluster has no table {}: create_all() makes it, "
                                          "adopt() takes one that exists",
                                          t.name),
                   .table = t.name});
        const schema::table known = catalog::table_from_json(there->body);
        if (!distribution_difference(known, t).empty()) refuse_other_model(known, t);
        if (!same_lookups(known, t))
            raise({.code = error_code::not_supported,
                   .message = fmt::format("the cluster-wide unique constraints of {} differ from "
                                          "the known ones: declare_unique() adds one",
                                          t.name),
                   .table = t.name});
    }
    catalog_change change;
    change.after = before;
    change.tables = registered(before, declared);
    for (const schema::table& t : change.tables)
        set_body(change.after, catalog::table_key(t.name), catalog::table_to_json(t));
    return change;
}

strictness strictness_of(const catalog::contents& entries, std::string_view table) {
    return living(entries, catalog::adopted_key(table)) != nullptr ? strictness::adopted
                                                                   : strictness::own;
}

catalog_change plan_drop(const catalog::contents& before, std::vector<schema::table> declared) {
    declared = schema::with_lookups(std::move(declared));
    catalog_change change;
    change.after = before;
    const std::set<std::string_view> names = names_of(declared);
    for (const auto& [key, e] : before) {
        if (!key.starts_with(catalog::table_key_prefix) || e.body.empty()) continue;
        const schema::table known = catalog::table_from_json(e.body);
        if (names.contains(known.name)) continue;
        const auto refuse = [&](const std::string& parent) {
            raise({.code = error_code::bad_model,
                   .message = fmt::format("table {} cannot be dropped: table {} refers to it",
                                          parent, known.name),
                   .table = parent});
        };
        for (const schema::foreign_key& f : known.foreign_keys)
            if (names.contains(f.parent_table)) refuse(f.parent_table);
        if (names.contains(known.placed.parent_table)) refuse(known.placed.parent_table);
    }
    for (const schema::table& t : declared) {
        for (const std::string& key :
             {catalog::table_key(t.name), catalog::group_key(t.name), catalog::adopted_key(t.name)})
            if (living(before, key) != nullptr) set_body(change.after, key, "");
    }
    change.tables = parents_first(std::move(declared));
    return change;
}

std::vector<std::optional<error_info>> write_catalogs(core_state& s, const catalog::contents& after,
                                                      const std::vector<bool>& included) {
    std::vector<std::optional<error_info>> failures(s.shards.size());
    const auto write = [&](std::size_t i) {
        try {
            const deadline limit = s.statement_deadline();
            with_connection(s, i, limit, [&](engine::connection& c) {
                const sql::dialect& d = *s.dialects[i];
                catalog::create_catalog(c, d, limit);
                const catalog::contents there = catalog::read_contents(c, d, limit);
                for (const auto& [key, e] : after) {
                    const auto at = there.find(key);
                    if (at == there.end() || at->second != e)
                        catalog::write_entry(c, key, e, d, limit);
                }
            });
        } catch (const error& e) {
            failures[i] = e.info();
        }
    };
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < s.shards.size(); ++i)
        if (included[i]) order.push_back(i);
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return s.names[a] < s.names[b]; });
    if (order.empty()) return failures;
    write(order.front());
    if (failures[order.front()] && failures[order.front()]->code == error_code::schema_mismatch)
        raise(*failures[order.front()]);
    in_parallel(order.size() - 1, [&](std::size_t i) { write(order[i + 1]); });
    return failures;
}

}  // namespace shardwise::cluster_layer
