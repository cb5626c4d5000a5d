// SPDX-License-Identifier: MIT
#include "base/ascii.hpp"
#include "catalog/introspection.hpp"
#include "catalog/own_tables.hpp"

namespace shardwise::catalog {

namespace {

constexpr std::string_view table_named =
    " JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema() "
    "AND t.relkind IN ('r', 'p', 'v', 'm', 'f') AND t.relname = ";

std::string text_of(const arg& v) { return v.is_null() ? "" : std::string(v.to_text()); }

void read_columns(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit, found_table& t) {
    own_statement s(d);
    s.raw(
         "SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod)::text, "
         "a.attnotnull, a.atthasdef OR a.attidentity <> '', "
         "(SELECT o.collname::text FROM pg_catalog.pg_collation o "
         "WHERE o.oid = a.attcollation AND NOT o.collisdeterministic) "
         "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class t ON t.oid = a.attrelid")
        .raw(table_named)
        .bind(name)
        .raw(" WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum");
    s.gives({column_type::text, column_type::text, column_type::boolean, column_type::boolean,
             column_type::text});
    s.run(c, limit, [&](std::span<const arg> row) {
        t.columns.push_back({text_of(row[0]), ascii_lower(row[1].to_text()), !row[2].to_boolean(),
                             row[3].to_boolean(), text_of(row[4])});
    });
}

void read_indexes(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit, found_table& t) {
    own_statement s(d);
    s.raw(
         "SELECT i.indexrelid::bigint::text, i.indisprimary, i.indisunique, a.attname::text "
         "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid")
        .raw(table_named)
        .bind(name)
        .raw(
            " CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(attnum, place) "
            "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum "
            "AND k.attnum > 0 WHERE i.indpred IS NULL AND i.indisvalid "
            "AND k.place <= i.indnkeyatts ORDER BY i.indexrelid, k.place");
    s.gives({column_type::text, column_type::boolean, column_type::boolean, column_type::text});
    index_collector indexes(t);
    s.run(c, limit, [&](std::span<const arg> row) {
        indexes.add(row[0].to_text(), row[1].to_boolean(), row[2].to_boolean(), text_of(row[3]));
    });
}

schema::delete_rule rule_of(std::string_view code) {
    if (code == "c") return schema::delete_rule::cascade;
    if (code == "n") return schema::delete_rule::set_null;
    return schema::delete_rule::restrict;
}

void read_foreign_keys(engine::connection& c, std::string_view name, const sql::dialect& d,
                       deadline limit, found_table& t) {
    own_statement s(d);
    s.raw(
         "SELECT f.oid::bigint::text, p.relname::text, f.confdeltype::text, a.attname::text, "
         "b.attname::text FROM pg_catalog.pg_constraint f "
         "JOIN pg_catalog.pg_class t ON t.oid = f.conrelid")
        .raw(table_named)
        .bind(name)
        .raw(
            " JOIN pg_catalog.pg_class p ON p.oid = f.confrelid "
            "CROSS JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY AS k(mine, its, place) "
            "JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.mine "
            "JOIN pg_catalog.pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = k.its "
            "WHERE f.contype = 'f' ORDER BY f.oid, k.place");
    s.gives({column_type::text, column_type::text, column_type::text, column_type::text,
             column_type::text});
    foreign_key_collector keys(t);
    s.run(c, limit, [&](std::span<const arg> row) {
        keys.add(row[0].to_text(), row[1].to_text(), rule_of(row[2].to_text()), row[3].to_text(),
                 row[4].to_text());
    });
}

}  // namespace

found_table read_postgres_table(engine::connection& c, std::string_view name, const sql::dialect& d,
                                deadline limit) {
    found_table t;
    read_columns(c, name, d, limit, t);
    if (t.columns.empty()) return t;
    read_indexes(c, name, d, limit, t);
    read_foreign_keys(c, name, d, limit, t);
    return t;
}

}  // namespace shardwise::catalog
