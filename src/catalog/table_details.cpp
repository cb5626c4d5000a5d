// SPDX-License-Identifier: MIT
#include "catalog/table_details.hpp"

#include "catalog/own_tables.hpp"
#include "schema/names.hpp"

namespace shardwise::catalog {

table_details read_details(engine::connection& c, std::string_view name, const sql::dialect& d,
                           deadline limit) {
    switch (d.kind()) {
        case sql::dialect_kind::sqlite:
            return read_sqlite_details(c, name, d, limit);
        case sql::dialect_kind::postgres:
            return read_postgres_details(c, name, d, limit);
        case sql::dialect_kind::mariadb:
            return read_mariadb_details(c, name, d, limit);
    }
    return {};
}

std::vector<found_relation> list_relations(engine::connection& c, const sql::dialect& d,
                                           deadline limit) {
    own_statement s(d);
    switch (d.kind()) {
        case sql::dialect_kind::sqlite:
            s.raw(
                "SELECT name, type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' "
                "FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name");
            break;
        case sql::dialect_kind::postgres:
            s.raw(
                "SELECT t.relname::text, t.relkind IN ('r', 'p') FROM pg_catalog.pg_class t "
                "JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace "
                "AND n.nspname = current_schema() WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f') "
                "AND NOT t.relispartition ORDER BY t.relname COLLATE \"C\"");
            break;
        case sql::dialect_kind::mariadb:
            s.raw(
                "SELECT table_name, table_type = 'BASE TABLE' FROM information_schema.tables "
                "WHERE table_schema = DATABASE() ORDER BY CAST(table_name AS BINARY)");
            break;
    }
    std::vector<found_relation> all;
    s.gives({column_type::text, column_type::boolean});
    s.run(c, limit, [&](std::span<const arg> row) {
        const std::string_view name = row[0].to_text();
        if (!schema::is_reserved_object(name))
            all.push_back({std::string(name), row[1].to_boolean()});
    });
    return all;
}

}  // namespace shardwise::catalog
