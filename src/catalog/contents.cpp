// SPDX-License-Identifier: MIT
#include "catalog/contents.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sharding/builtin.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::catalog {

namespace {

using document = nlohmann::ordered_json;

[[noreturn]] void damaged(std::string_view what) {
    raise({.code = error_code::bad_config,
           .message = fmt::format("a shard map of the catalog cannot be read: {}", what)});
}

}  // namespace

std::string table_key(std::string_view table) {
    return fmt::format("{}{}", table_key_prefix, table);
}

std::string group_key(std::string_view root_table) {
    return fmt::format("{}{}", group_key_prefix, root_table);
}

std::string adopted_key(std::string_view table) { return fmt::format("adopted/{}", table); }

std::string building_key(std::string_view lookup_table) {
    return fmt::format("{}{}", building_key_prefix, lookup_table);
}

contents merge(const std::vector<copy>& copies) {
    struct seen {
        entry best;
        const std::string* shard;
    };
    std::map<std::string, seen, std::less<>> merged;
    for (const copy& c : copies) {
        for (const auto& [key, e] : c.entries) {
            const auto [at, added] = merged.try_emplace(key, seen{e, &c.shard});
            if (added) continue;
            if (e.version > at->second.best.version) {
                at->second = {e, &c.shard};
            } else if (e.version == at->second.best.version && e.body != at->second.best.body) {
                raise({.code = error_code::schema_mismatch,
                       .message = fmt::format(
                           "the catalogs of shards {} and {} differ in version {} of '{}': two "
                           "programs changed the model at the same time; remove the wrong row of "
                           "shardwise_catalog",
                           *at->second.shard, c.shard, e.version, key),
                       .shard = c.shard});
            }
        }
    }
    contents result;
    for (auto& [key, s] : merged) result.emplace(key, std::move(s.best));
    return result;
}

std::string group_to_json(const group_body& g) {
    document runs = document::array();
    for (const std::string& owner : g.owners) {
        if (!runs.empty() && runs.back()[0] == owner)
            runs.back()[1] = runs.back()[1].get<std::uint32_t>() + 1;
        else
            runs.push_back(document::array({owner, 1U}));
    }
    document j;
    j["placement"] = document::parse(sharding::to_json(g.spec));
    j["owners"] = std::move(runs);
    j["epoch"] = g.epoch;
    return j.dump();
}

group_body group_from_json(std::string_view text) {
    const document j = document::parse(text, nullptr, false);
    if (!j.is_object() || j.size() != 3 || !j.contains("placement") || !j.contains("owners") ||
        !j.contains("epoch") || !j["owners"].is_array() || !j["epoch"].is_number_unsigned())
        damaged("it is not {placement, owners, epoch}");
    group_body g;
    g.spec = sharding::spec_from_json(j["placement"].dump());
    g.epoch = j["epoch"].get<std::uint64_t>();
    for (const document& run : j["owners"]) {
        if (!run.is_array() || run.size() != 2 || !run[0].is_string() ||
            !run[1].is_number_unsigned())
            damaged("a run of owners is not [name, count]");
        const auto count = run[1].get<std::uint64_t>();
        if (g.owners.size() + count > sharding::max_bucket_count) damaged("too many buckets");
        g.owners.insert(g.owners.end(), count, run[0].get<std::string>());
    }
    return g;
}

}  // namespace shardwise::catalog
