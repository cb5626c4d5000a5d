// SPDX-License-Identifier: MIT
// Directory keys: each group with the strategy `directory` has a table on every shard that says in
// which bucket a key lives. Entries are written once and never changed, first on the shard whose
// name comes first: what any shard says is true, and what that one does not have does not exist.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "catalog/directory_store.hpp"
#include "cluster/directory.hpp"
#include "cluster/state.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

namespace {

std::vector<std::size_t> by_name(const std::vector<std::string>& names) {
    std::vector<std::size_t> order(names.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return names[a] < names[b]; });
    return order;
}

using keys = std::vector<std::vector<value>>;
using buckets = std::vector<std::optional<bucket_id>>;

bool is_down(const error& e) {
    return e.code() == error_code::shard_unavailable || e.code() == error_code::timeout ||
           e.code() == error_code::connection_lost;
}

bool all_found(const buckets& found) {
    return std::all_of(found.begin(), found.end(), [](const auto& b) { return b.has_value(); });
}

buckets ask(core_state& s, std::size_t shard, const schema::table& root, const keys& wanted,
            deadline limit) {
    buckets found;
    with_connection(s, shard, limit, [&](engine::connection& c) {
        found = catalog::find_buckets(c, root, wanted, *s.dialects[shard], limit);
    });
    return found;
}

/// Asks the first shard; the others only stand in for it while it is down, and then an unknown key
/// cannot be told from one that they have missed.
buckets look_up_group(core_state& s, const schema::table& root, const keys& wanted,
                      deadline limit) {
    const std::vector<std::size_t> order = by_name(s.names);
    std::optional<error_info> why;
    for (const std::size_t shard : order) {
        try {
            buckets found = ask(s, shard, root, wanted, limit);
            if (shard == order.front() || all_found(found)) return found;
            break;
        } catch (const error& e) {
            if (!is_down(e)) throw;
            if (!why) why = e.info();
        }
    }
    raise(*why);
}

}  // namespace

namespace {

/// The key as values of the types of the shard key's columns.
std::vector<value> checked_key(const schema::table& root, const std::vector<value>& key) {
    const auto refuse = [&](std::string message) {
        raise({.code = error_code::bad_value,
               .message = fmt::format("table {}: {}", root.name, message),
               .table = root.name});
    };
    const auto& columns = root.placed.shard_key;
    if (key.size() != columns.size())
        refuse(fmt::format("its shard key has {} columns, {} values were given", columns.size(),
                           key.size()));
    for (std::size_t i = 0; i < key.size(); ++i) {
        const column_type type = root.columns.at(columns[i]).type;
        if (key[i].kind() != kind_of(type))
            refuse(fmt::format("column {} of its shard key is {}, not {}",
                               root.columns[columns[i]].name, name_of(type),
                               name_of(key[i].kind())));
    }
    return key;
}

}  // namespace

void assign_key(core_state& s, const schema::table& root, const std::vector<value>& given,
                bucket_id bucket) {
    if (root.placed.kind != schema::distribution_kind::sharded ||
        root.placed.strategy != schema::strategy_kind::directory)
        raise({.code = error_code::bad_state,
               .message = fmt::format("table {} has no directory: it is not a root table with the "
                                      "strategy directory",
                                      root.name),
               .table = root.name});
    const std::vector<value> key = checked_key(root, given);
    const std::uint32_t buckets = s.snapshot_now()->view->map_of(root).bucket_count();
    if (bucket >= buckets)
        raise({.code = error_code::unroutable_key,
               .message = fmt::format("table {} has the buckets 0 to {}, not {}", root.name,
                                      buckets - 1, bucket),
               .table = root.name});
    for (const std::size_t shard : by_name(s.names)) {
        const deadline limit = s.statement_deadline();
        bucket_id there = bucket;
        with_connection(s, shard, limit, [&](engine::connection& c) {
            there = catalog::add_entry(c, root, key, bucket, *s.dialects[shard], limit);
        });
        if (there != bucket)
            raise({.code = error_code::bad_state,
                   .message = fmt::format("this key of table {} lives in bucket {} already; an "
                                          "entry of a directory is never changed",
                                          root.name, there),
                   .shard = s.names[shard],
                   .table = root.name});
    }
}

plan::directory_entries core::look_up(const std::vector<plan::pending_key>& pending,
                                      deadline limit) {
    std::map<std::string, keys> by_group;
    for (const plan::pending_key& p : pending) by_group[p.group].push_back(p.key);
    plan::directory_entries entries;
    for (const auto& [group, wanted] : by_group) {
        const buckets found = look_up_group(*state_, table(group), wanted, limit);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            std::vector<arg> key;
            for (const value& v : wanted[i]) key.push_back(v.view());
            entries.add(group, plan::encode_key(key.data(), key.size()), found[i]);
        }
    }
    return entries;
}

}  // namespace shardwise::cluster_layer
