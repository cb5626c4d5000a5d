// SPDX-License-Identifier: MIT
#include "catalog/text_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "catalog/own_tables.hpp"

namespace shardwise::catalog {

std::string read_text_version(engine::connection& c, const sql::dialect& d, deadline limit) {
    std::string version;
    if (d.kind() != sql::dialect_kind::postgres) return version;
    own_statement s(d);
    s.raw(
        "SELECT 'ICU ' || pg_catalog.pg_collation_actual_version(oid) "
        "FROM pg_catalog.pg_collation WHERE collname = 'und-x-icu' "
        "AND collnamespace = 'pg_catalog'::pg_catalog.regnamespace");
    s.gives({column_type::text});
    s.run(c, limit, [&](std::span<const arg> row) {
        if (!row[0].is_null()) version = row[0].to_text();
    });
    return version;
}

std::string differing_text_rules(const std::vector<text_rules>& shards) {
    std::map<std::string, std::vector<std::string>> by_version;
    for (const text_rules& s : shards)
        if (!s.version.empty()) by_version[s.version].push_back(s.shard);
    if (by_version.size() < 2) return {};
    std::vector<std::string> parts;
    for (const auto& [version, names] : by_version)
        parts.push_back(fmt::format("{} on {}", version, fmt::join(names, ", ")));
    return fmt::format(
        "the shards know letters by different versions of ICU ({}): lower() and upper() of letters "
        "that are new between them can differ from shard to shard; give all servers one version",
        fmt::join(parts, "; "));
}

}  // namespace shardwise::catalog
