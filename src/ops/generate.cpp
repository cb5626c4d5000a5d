// SPDX-License-Identifier: MIT
#include "shardwise/ops/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/suggestion.hpp"
#include "engine/engine.hpp"
#include "ops/generate_draft.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise {

namespace {

constexpr std::chrono::seconds patience{60};  // for reading the whole catalog

void check_asked(const std::vector<std::string>& asked,
                 const std::vector<catalog::found_relation>& all) {
    std::vector<std::string_view> names;
    for (const auto& r : all) names.push_back(r.name);
    for (const std::string& name : asked) {
        const auto at =
            std::find_if(all.begin(), all.end(), [&](const auto& r) { return r.name == name; });
        if (at == all.end())
            raise({.code = error_code::unknown_table,
                   .message = fmt::format("the database has no table {}{}", name,
                                          did_you_mean(name, names)),
                   .table = name});
        if (!at->is_table)
            raise({.code = error_code::not_supported,
                   .message = fmt::format("{} is a view, which no model can be adopted for", name),
                   .table = name});
    }
}

/// SQLite would make an empty file.
void refuse_missing_file(const engine::url& where) {
    if (where.kind == engine::engine_kind::sqlite && !where.is_memory() &&
        !std::filesystem::exists(where.database))
        raise({.code = error_code::connect_failed,
               .message = fmt::format("there is no file {}", where.display()),
               .server = where.display()});
}

ops::source_schema read_schema(const std::string& url, const std::vector<std::string>& asked) {
    const engine::url where = engine::parse_url(url);
    refuse_missing_file(where);
    engine::engine database(where, {});
    const deadline limit = deadline::after(patience);
    const engine::lease link = database.acquire(limit);
    const sql::dialect& d = database.dialect();
    ops::source_schema source;
    source.engine = d.kind();
    const auto relations = catalog::list_relations(*link, d, limit);
    check_asked(asked, relations);
    for (const catalog::found_relation& r : relations) {
        if (!r.is_table) {
            source.others.push_back(fmt::format("view or foreign table {}", r.name));
        } else if (!asked.empty() && std::find(asked.begin(), asked.end(), r.name) == asked.end()) {
            continue;
        } else if (auto found = catalog::read_table(*link, r.name, d, limit)) {
            source.tables.push_back(
                {r.name, std::move(*found), catalog::read_details(*link, r.name, d, limit)});
        }
    }
    if (source.tables.empty())
        raise({.code = error_code::unknown_table,
               .message = fmt::format("the database {} has no tables of its own",
                                      database.where().display())});
    return source;
}

}  // namespace

generated_model generate_model(const std::string& url, const generate_options& options) {
    return ops::generate_from(read_schema(url, options.tables), options);
}

}  // namespace shardwise
