// SPDX-License-Identifier: MIT
#include "cluster/placement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

namespace {

using schema::strategy_kind;
using sharding::strategy_spec;

[[noreturn]] void refuse(std::string_view table, std::string message) {
    raise({.code = error_code::bad_config,
           .message = fmt::format("table {}: {}", table, message),
           .table = std::string(table)});
}

/// Parameters that belong to another strategy are a mistake, not something to be passed over.
void check_fields(const schema::table& root, const placement& p) {
    const strategy_kind kind = root.placed.strategy;
    const auto only_for = [&](bool given, std::initializer_list<strategy_kind> kinds,
                              std::string_view field) {
        if (given && std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
            refuse(root.name, fmt::format("its strategy is {}, which has no {}",
                                          schema::name_of(kind), field));
    };
    only_for(p.modulus != 0, {strategy_kind::modulo, strategy_kind::directory}, "modulus");
    only_for(!p.bounds.empty(), {strategy_kind::range}, "bounds");
    only_for(!p.lists.empty(), {strategy_kind::list}, "lists");
    only_for(p.default_bucket.has_value(), {strategy_kind::list}, "default_bucket");
    only_for(p.custom != nullptr, {strategy_kind::custom}, "custom function");
}

strategy_spec spec_of(const schema::table& root, const placement* p, std::size_t shard_count) {
    strategy_spec spec;
    spec.kind = root.placed.strategy;
    const auto need = [&](bool given, std::string_view what) {
        if (!given)
            refuse(root.name,
                   fmt::format("the strategy {} needs {}: give a placement for it in the cluster's "
                               "options, or [tables.{}] in the cluster file",
                               schema::name_of(spec.kind), what, root.name));
    };
    switch (spec.kind) {
        case strategy_kind::hash:
            break;
        case strategy_kind::modulo:
            spec.modulus = p != nullptr && p->modulus != 0
                               ? p->modulus
                               : static_cast<std::uint32_t>(shard_count);
            break;
        case strategy_kind::range:
            need(p != nullptr && !p->bounds.empty(), "bounds");
            spec.bounds = p->bounds;
            break;
        case strategy_kind::list:
            need(p != nullptr && !p->lists.empty(), "lists");
            spec.lists = p->lists;
            spec.default_bucket = p->default_bucket;
            break;
        case strategy_kind::directory:
            need(p != nullptr && p->modulus != 0, "a modulus (its number of buckets)");
            spec.modulus = p->modulus;
            break;
        case strategy_kind::custom:
            need(p != nullptr && p->custom != nullptr, "the strategy's object (custom)");
            spec.custom_name = p->custom->describe();
            break;
    }
    return spec;
}

sharding::strategy_ptr strategy_of(const strategy_spec& spec, const placement* p) {
    if (spec.kind != strategy_kind::custom) return sharding::make_strategy(spec);
    if (p == nullptr || p->custom == nullptr) return nullptr;
    return {p->custom, [](const sharding_strategy*) {}};  // the program owns it
}

void check_owners(const schema::table& root, const std::vector<std::string>& owners,
                  std::uint32_t bucket_count, const std::vector<std::string>& shard_names) {
    if (owners.size() != bucket_count)
        refuse(root.name, fmt::format("owners names {} shards for {} buckets: one for each bucket",
                                      owners.size(), bucket_count));
    for (const std::string& owner : owners)
        if (std::find(shard_names.begin(), shard_names.end(), owner) == shard_names.end())
            refuse(root.name,
                   fmt::format("owners names '{}', which is no shard of this cluster", owner));
}

std::string described(const catalog::group_body& g) { return sharding::to_json(g.spec); }

}  // namespace

catalog::group_body first_placement(const schema::table& root, const placement* given,
                                    const std::vector<std::string>& shard_names) {
    if (given != nullptr) check_fields(root, *given);
    catalog::group_body g;
    g.spec = spec_of(root, given, shard_names.size());
    const sharding::strategy_ptr strategy = strategy_of(g.spec, given);
    std::vector<column_type> key_types;
    for (const schema::column_index c : root.placed.shard_key)
        key_types.push_back(root.columns.at(c).type);
    sharding::check_shard_key(g.spec, key_types);
    const std::uint32_t buckets = strategy->bucket_count();
    if (given != nullptr && !given->owners.empty()) {
        check_owners(root, given->owners, buckets, shard_names);
        g.owners = given->owners;
        return g;
    }
    for (const sharding::shard_index s :
         sharding::initial_owners(g.spec.kind, buckets, shard_names.size()))
        g.owners.push_back(shard_names[s]);
    return g;
}

void check_against(const catalog::group_body& stored, const std::string& group,
                   const placement& given) {
    const auto differs = [&](std::string_view what, const std::string& said) {
        refuse(group, fmt::format("the options place it by {} {}, but it was created as {}: "
                                  "leave the placement out, or repeat the stored one",
                                  what, said, described(stored)));
    };
    const strategy_spec& spec = stored.spec;
    if (given.modulus != 0 && given.modulus != spec.modulus)
        differs("modulus", std::to_string(given.modulus));
    if (!given.bounds.empty() && given.bounds != spec.bounds)
        differs("other", fmt::format("bounds ({})", given.bounds.size()));
    if (!given.lists.empty() && given.lists != spec.lists)
        differs("other", fmt::format("lists ({})", given.lists.size()));
    if (given.default_bucket && given.default_bucket != spec.default_bucket)
        differs("default_bucket", std::to_string(*given.default_bucket));
    if (given.custom != nullptr &&
        (spec.kind != strategy_kind::custom || given.custom->describe() != spec.custom_name))
        differs("custom function", given.custom->describe());
    if (!given.owners.empty() && given.owners != stored.owners)
        differs("other owners", fmt::format("({} buckets)", given.owners.size()));
}

sharding::shard_map_ptr map_from(const std::string& group, const catalog::group_body& stored,
                                 const placement* given,
                                 const std::vector<std::string>& shard_names) {
    sharding::strategy_ptr strategy = strategy_of(stored.spec, given);
    if (strategy == nullptr) return nullptr;
    std::vector<sharding::shard_index> owners;
    for (const std::string& owner : stored.owners) {
        const auto at = std::find(shard_names.begin(), shard_names.end(), owner);
        if (at == shard_names.end())
            raise({.code = error_code::missing_shard,
                   .message = fmt::format("the catalog places rows of '{}' on shard {}, which the "
                                          "configuration does not name",
                                          group, owner),
                   .shard = owner,
                   .table = group});
        owners.push_back(static_cast<sharding::shard_index>(at - shard_names.begin()));
    }
    return std::make_shared<sharding::shard_map>(group, stored.spec, std::move(strategy),
                                                 std::move(owners), shard_names.size(),
                                                 stored.epoch);
}

}  // namespace shardwise::cluster_layer
