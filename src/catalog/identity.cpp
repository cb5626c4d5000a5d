// SPDX-License-Identifier: MIT
#include "catalog/identity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "schema/names.hpp"

namespace shardwise::catalog {

namespace {

using answers = std::vector<shard_answer>;

error_info refusal(error_code code, std::string shard, std::string message) {
    return {.code = code, .message = std::move(message), .shard = std::move(shard)};
}

std::string listed(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> configured_names(const answers& all) {
    std::vector<std::string> names;
    for (const shard_answer& a : all) names.push_back(a.name);
    std::sort(names.begin(), names.end());
    return names;
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string place_of(const shard_answer& a) {
    return a.server.empty() ? fmt::format("shard {}", a.name)
                            : fmt::format("shard {} ({})", a.name, a.server);
}

/// Positions in the order of the names: the order in which everybody writes.
std::vector<std::size_t> in_name_order(const answers& all) {
    std::vector<std::size_t> order(all.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return all[a].name < all[b].name; });
    return order;
}

std::optional<error_info> unreadable(const answers& all) {
    for (const shard_answer& a : all)
        if (a.found && a.found->format != identity_format)
            return refusal(error_code::wrong_shard, a.name,
                           fmt::format("{} was stamped by another version of shardwise (format {}, "
                                       "this one reads {}): use that version",
                                       place_of(a), a.found->format, identity_format));
    return {};
}

std::optional<error_info> reached_twice(const answers& all) {
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = i + 1; j < all.size(); ++j)
            if (all[i].found && all[j].found && all[i].found->stamp_id == all[j].found->stamp_id)
                return refusal(error_code::wrong_shard, all[j].name,
                               fmt::format("the URLs of shards {} and {} reach the same database "
                                           "(the one of shard {}): each shard needs its own",
                                           all[i].name, all[j].name, all[i].found->shard_name));
    return {};
}

std::optional<error_info> of_two_clusters(const answers& all, std::string_view cluster_name) {
    const shard_answer* first = nullptr;
    for (const shard_answer& a : all) {
        if (!a.found) continue;
        if (a.found->cluster_name != cluster_name)
            return refusal(error_code::wrong_shard, a.name,
                           fmt::format("{} belongs to the cluster '{}', not to '{}': check its URL "
                                       "and the cluster's name",
                                       place_of(a), a.found->cluster_name, cluster_name));
        if (first == nullptr) first = &a;
        if (a.found->cluster_id != first->found->cluster_id)
            return refusal(error_code::wrong_shard, a.name,
                           fmt::format("{} belongs to another cluster ({}) than {} ({}): check "
                                       "the URLs",
                                       place_of(a), a.found->cluster_id, place_of(*first),
                                       first->found->cluster_id));
    }
    return {};
}

std::optional<error_info> not_members(const answers& all) {
    const std::vector<std::string> names = configured_names(all);
    for (const shard_answer& a : all) {
        if (!a.found) continue;
        for (const std::string& member : a.found->members)
            if (!holds(names, member))
                return refusal(
                    error_code::missing_shard, member,
                    fmt::format("the cluster '{}' has the shards {}, but the configuration names "
                                "no shard {}: add it",
                                a.found->cluster_name, listed(a.found->members), member));
        for (const std::string& name : names)
            if (!holds(a.found->members, name))
                return refusal(
                    error_code::wrong_shard, name,
                    fmt::format("shard {} is not one of the cluster '{}', which has the shards "
                                "{}: adding shards comes with resharding",
                                name, a.found->cluster_name, listed(a.found->members)));
    }
    return {};
}

std::optional<error_info> swapped(const answers& all) {
    for (const shard_answer& a : all) {
        if (!a.found || a.found->shard_name == a.name) continue;
        const auto other = std::find_if(all.begin(), all.end(), [&](const shard_answer& b) {
            return b.name == a.found->shard_name;
        });
        if (other != all.end() && other->found && other->found->shard_name == a.name)
            return refusal(
                error_code::wrong_shard, a.name,
                fmt::format("shards {} and {} are swapped: the URL of {} reaches {}, "
                            "and the URL of {} reaches {}",
                            a.name, other->name, a.name, other->name, other->name, a.name));
        const char* way_out = a.found->state == stamp::progress::initializing
                                  ? "; its cluster was never completed: correct the URLs, or drop "
                                    "the table shardwise_identity there"
                                  : ": correct the URLs";
        return refusal(error_code::wrong_shard, a.name,
                       fmt::format("the URL of shard {} reaches shard {} of its cluster{}", a.name,
                                   a.found->shard_name, way_out));
    }
    return {};
}

/// A stamp is missing: either the cluster is being made, or a URL points somewhere else.
std::optional<error_info> incomplete(const answers& all) {
    const bool complete = std::any_of(all.begin(), all.end(), [](const shard_answer& a) {
        return a.found && a.found->state == stamp::progress::complete;
    });
    for (const shard_answer& a : all) {
        if (a.found) continue;
        if (complete && a.reachable)
            return refusal(error_code::wrong_shard, a.name,
                           fmt::format("{} carries no stamp although the cluster is complete: its "
                                       "URL reaches an empty or wrong database",
                                       place_of(a)));
        if (!complete && !a.reachable)
            return refusal(error_code::shard_unavailable, a.name,
                           fmt::format("the first use of a cluster needs all of its shards, but "
                                       "shard {} cannot be reached: {}",
                                       a.name, a.why));
    }
    return {};
}

std::optional<error_info> refuse(const answers& all, std::string_view cluster_name) {
    if (std::none_of(all.begin(), all.end(), [](const shard_answer& a) { return a.reachable; }))
        return refusal(
            error_code::shard_unavailable, all.front().name,
            fmt::format("no shard can be reached; {}: {}", all.front().name, all.front().why));
    if (auto e = unreadable(all)) return e;
    if (auto e = reached_twice(all)) return e;
    if (auto e = of_two_clusters(all, cluster_name)) return e;
    if (auto e = not_members(all)) return e;
    if (auto e = swapped(all)) return e;
    return incomplete(all);
}

}  // namespace

identity_decision decide_identity(const answers& all, std::string_view cluster_name) {
    identity_decision decision;
    decision.refusal = refuse(all, cluster_name);
    if (decision.refusal) return decision;
    for (const shard_answer& a : all)
        if (a.found) decision.cluster_id = a.found->cluster_id;
    const std::vector<std::size_t> order = in_name_order(all);
    for (const std::size_t i : order)
        if (all[i].reachable && !all[i].found) decision.to_stamp.push_back(i);
    if (!decision.to_stamp.empty()) return decision;
    for (const std::size_t i : order)
        if (all[i].found && all[i].found->state == stamp::progress::initializing)
            decision.to_mark.push_back(i);
    return decision;
}

void check_shard_names(const std::vector<std::string>& names) {
    const auto bad = [](std::string message) {
        raise({.code = error_code::bad_config, .message = std::move(message)});
    };
    if (names.empty()) bad("a cluster needs at least one shard");
    if (names.size() > 1000)
        bad(fmt::format("a cluster has at most 1000 shards, not {}", names.size()));
    std::set<std::string_view> seen;
    for (const std::string& name : names) {
        if (const auto fault = schema::fault_of_name(name); !fault.empty())
            bad(fmt::format("the shard name '{}' {}", name, fault));
        if (!seen.insert(name).second)
            bad(fmt::format("two shards are named '{}': each needs its own name", name));
    }
}

std::optional<error_info> check_stamp(const std::optional<stamp>& found, std::string_view shard,
                                      std::string_view cluster_id) {
    const auto wrong = [&](std::string message) {
        return refusal(error_code::wrong_shard, std::string(shard), std::move(message));
    };
    if (!found)
        return wrong(
            fmt::format("the URL of shard {} reaches a database without the cluster's "
                        "stamp: an empty or wrong one",
                        shard));
    if (found->cluster_id != cluster_id)
        return wrong(
            fmt::format("the URL of shard {} reaches a shard of another cluster ('{}', "
                        "{})",
                        shard, found->cluster_name, found->cluster_id));
    if (found->shard_name != shard)
        return wrong(fmt::format("the URL of shard {} reaches shard {}", shard, found->shard_name));
    return {};
}

}  // namespace shardwise::catalog
