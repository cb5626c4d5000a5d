// SPDX-License-Identifier: MIT
#include "catalog/catalog_store.hpp"

#include <fmt/format.h>

#include <optional>

#include "catalog/own_tables.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::catalog {

namespace {

std::optional<entry> read_entry(engine::connection& c, std::string_view key, const sql::dialect& d,
                                deadline limit) {
    std::optional<entry> found;
    own_statement s(d);
    s.raw("SELECT ").name("version").raw(", ").name("body").raw(" FROM ").name(catalog_table_name);
    s.raw(" WHERE ").name("key").raw(" = ").bind(key);
    s.gives({column_type::int64, column_type::text});
    s.run(c, limit, [&](std::span<const arg> row) {
        found = entry{row[0].to_integer(), std::string(row[1].to_text())};
    });
    return found;
}

bool insert_entry(engine::connection& c, std::string_view key, const entry& e,
                  const sql::dialect& d, deadline limit) {
    own_statement s(d);
    s.raw("INSERT INTO ").name(catalog_table_name).raw(" (").name("key").raw(", ").name("version");
    s.raw(", ").name("body").raw(") VALUES (").bind(key).raw(", ").bind(e.version).raw(", ");
    s.bind(e.body).raw(")");
    try {
        s.run(c, limit);
        return true;
    } catch (const unique_violation&) {
        return false;
    }
}

bool replace_entry(engine::connection& c, std::string_view key, const entry& e,
                   std::int64_t old_version, const sql::dialect& d, deadline limit) {
    own_statement s(d);
    s.raw("UPDATE ").name(catalog_table_name).raw(" SET ").name("version").raw(" = ");
    s.bind(e.version).raw(", ").name("body").raw(" = ").bind(e.body).raw(" WHERE ").name("key");
    s.raw(" = ").bind(key).raw(" AND ").name("version").raw(" = ").bind(old_version);
    return s.run(c, limit) == 1;
}

}  // namespace

void create_catalog(engine::connection& c, const sql::dialect& d, deadline limit) {
    if (!table_exists(c, catalog_table_name, d, limit))
        create_own_table(c, catalog_table(), d, limit);
}

contents read_contents(engine::connection& c, const sql::dialect& d, deadline limit) {
    contents found;
    if (!table_exists(c, catalog_table_name, d, limit)) return found;
    own_statement s(d);
    s.raw("SELECT ").name("key").raw(", ").name("version").raw(", ").name("body");
    s.raw(" FROM ").name(catalog_table_name);
    s.gives({column_type::text, column_type::int64, column_type::text});
    s.run(c, limit, [&](std::span<const arg> row) {
        found.emplace(row[0].to_text(), entry{row[1].to_integer(), std::string(row[2].to_text())});
    });
    return found;
}

void write_entry(engine::connection& c, std::string_view key, const entry& e, const sql::dialect& d,
                 deadline limit) {
    constexpr int attempts = 3;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const auto there = read_entry(c, key, d, limit);
        if (there == e) return;
        if (!there) {
            if (insert_entry(c, key, e, d, limit)) return;
        } else if (there->version >= e.version) {
            break;
        } else if (replace_entry(c, key, e, there->version, d, limit)) {
            return;
        }
    }
    raise({.code = error_code::schema_mismatch,
           .message = fmt::format("another program has changed '{}' in the catalog at the same "
                                  "time: open the cluster again and repeat",
                                  key)});
}

}  // namespace shardwise::catalog
