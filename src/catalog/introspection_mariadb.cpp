// SPDX-License-Identifier: MIT
#include "base/ascii.hpp"
#include "catalog/introspection.hpp"
#include "catalog/own_tables.hpp"

namespace shardwise::catalog {

namespace {

std::string text_of(const arg& v) { return v.is_null() ? "" : std::string(v.to_text()); }

void read_columns(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit, found_table& t) {
    own_statement s(d);
    // A nullable column without a default says 'NULL'.
    s.raw(
         "SELECT column_name, CAST(column_type AS CHAR(1000)), is_nullable = 'YES', "
         "COALESCE(column_default <> 'NULL', FALSE) OR extra LIKE '%auto_increment%' "
         "OR extra LIKE '%GENERATED%', CASE WHEN collation_name NOT LIKE '%\\_nopad\\_bin' "
         "THEN collation_name ELSE '' END FROM information_schema.columns "
         "WHERE table_schema = DATABASE() AND table_name = ")
        .bind(name)
        .raw(" ORDER BY ordinal_position");
    s.gives({column_type::text, column_type::text, column_type::int64, column_type::int64,
             column_type::text});
    s.run(c, limit, [&](std::span<const arg> row) {
        t.columns.push_back({text_of(row[0]), ascii_lower(row[1].to_text()),
                             row[2].to_integer() != 0, row[3].to_integer() != 0, text_of(row[4])});
    });
}

void read_indexes(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit, found_table& t) {
    own_statement s(d);
    s.raw(
         "SELECT index_name, CASE WHEN non_unique = 0 THEN 1 ELSE 0 END, "
         "CASE WHEN sub_part IS NULL THEN column_name ELSE '' END "
         "FROM information_schema.statistics "
         "WHERE table_schema = DATABASE() AND table_name = ")
        .bind(name)
        .raw(" ORDER BY index_name, seq_in_index");
    s.gives({column_type::text, column_type::int64, column_type::text});
    index_collector indexes(t);
    s.run(c, limit, [&](std::span<const arg> row) {
        indexes.add(row[0].to_text(), row[0].to_text() == "PRIMARY", row[1].to_integer() != 0,
                    text_of(row[2]));
    });
}

schema::delete_rule rule_of(std::string_view text) {
    if (text == "CASCADE") return schema::delete_rule::cascade;
    if (text == "SET NULL") return schema::delete_rule::set_null;
    return schema::delete_rule::restrict;
}

void read_foreign_keys(engine::connection& c, std::string_view name, const sql::dialect& d,
                       deadline limit, found_table& t) {
    own_statement s(d);
    s.raw(
         "SELECT k.constraint_name, k.referenced_table_name, r.delete_rule, k.column_name, "
         "k.referenced_column_name FROM information_schema.key_column_usage k "
         "JOIN information_schema.referential_constraints r "
         "ON r.constraint_schema = k.constraint_schema "
         "AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name "
         "WHERE k.referenced_table_name IS NOT NULL AND k.table_schema = DATABASE() "
         "AND k.table_name = ")
        .bind(name)
        .raw(" ORDER BY k.constraint_name, k.ordinal_position");
    s.gives({column_type::text, column_type::text, column_type::text, column_type::text,
             column_type::text});
    foreign_key_collector keys(t);
    s.run(c, limit, [&](std::span<const arg> row) {
        keys.add(row[0].to_text(), row[1].to_text(), rule_of(row[2].to_text()), row[3].to_text(),
                 row[4].to_text());
    });
}

}  // namespace

found_table read_mariadb_table(engine::connection& c, std::string_view name, const sql::dialect& d,
                               deadline limit) {
    found_table t;
    read_columns(c, name, d, limit, t);
    if (t.columns.empty()) return t;
    read_indexes(c, name, d, limit, t);
    read_foreign_keys(c, name, d, limit, t);
    return t;
}

}  // namespace shardwise::catalog
