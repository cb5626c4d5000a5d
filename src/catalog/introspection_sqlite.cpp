// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/ascii.hpp"
#include "catalog/introspection.hpp"
#include "catalog/own_tables.hpp"

namespace shardwise::catalog {

namespace {

std::string text_of(const arg& v) { return v.is_null() ? "" : std::string(v.to_text()); }

void read_columns(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit, found_table& t) {
    std::vector<std::pair<std::int64_t, std::string>> key;
    own_statement s(d);
    s.raw(
         "SELECT name, type, \"notnull\", dflt_value IS NOT NULL OR hidden IN (2, 3), pk "
         "FROM pragma_table_xinfo(")
        .bind(name)
        .raw(") WHERE hidden <> 1 ORDER BY cid");
    s.gives({column_type::text, column_type::text, column_type::boolean, column_type::boolean,
             column_type::int64});
    s.run(c, limit, [&](std::span<const arg> row) {
        const std::int64_t position = row[4].to_integer();
        found_column column{text_of(row[0]),
                            ascii_lower(row[1].to_text()),
                            !row[2].to_boolean() && position == 0,
                            row[3].to_boolean(),
                            {}};
        if (position > 0) key.emplace_back(position, column.name);
        t.columns.push_back(std::move(column));
    });
    std::sort(key.begin(), key.end());
    for (auto& [ignored, column] : key) t.primary_key.push_back(std::move(column));
}

/// No pragma tells a column's collation: a value that takes the place of the column is compared by
/// it. NOCASE makes 'a' and 'A' equal, RTRIM 'a' and 'a '.
void read_collations(engine::connection& c, std::string_view name, const sql::dialect& d,
                     deadline limit, found_table& t) {
    for (found_column& column : t.columns) {
        own_statement s(d);
        s.raw(
             "SELECT CASE WHEN x.v = 'A' THEN 'NOCASE' WHEN x.v = 'a ' THEN 'RTRIM' END FROM "
             "(SELECT ")
            .name(column.name)
            .raw(" AS v FROM ")
            .name(name)
            .raw(" WHERE 0 UNION ALL SELECT 'a') AS x");
        s.gives({column_type::text});
        s.run(c, limit, [&](std::span<const arg> row) { column.collation = text_of(row[0]); });
    }
}

void read_indexes(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit, found_table& t) {
    own_statement s(d);
    s.raw("SELECT l.name, l.\"unique\", i.name FROM pragma_index_list(")
        .bind(name)
        .raw(
            ") AS l JOIN pragma_index_info(l.name) AS i "
            "WHERE l.origin <> 'pk' AND l.partial = 0 ORDER BY l.name, i.seqno");
    s.gives({column_type::text, column_type::boolean, column_type::text});
    index_collector indexes(t);
    s.run(c, limit, [&](std::span<const arg> row) {
        indexes.add(row[0].to_text(), false, row[1].to_boolean(), text_of(row[2]));
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
         "SELECT CAST(id AS TEXT), \"table\", on_delete, \"from\", \"to\" "
         "FROM pragma_foreign_key_list(")
        .bind(name)
        .raw(") ORDER BY id, seq");
    s.gives({column_type::text, column_type::text, column_type::text, column_type::text,
             column_type::text});
    foreign_key_collector keys(t);
    s.run(c, limit, [&](std::span<const arg> row) {
        keys.add(row[0].to_text(), row[1].to_text(), rule_of(row[2].to_text()), row[3].to_text(),
                 text_of(row[4]));
    });
}

}  // namespace

found_table read_sqlite_table(engine::connection& c, std::string_view name, const sql::dialect& d,
                              deadline limit) {
    found_table t;
    read_columns(c, name, d, limit, t);
    if (t.columns.empty()) return t;
    read_collations(c, name, d, limit, t);
    read_indexes(c, name, d, limit, t);
    read_foreign_keys(c, name, d, limit, t);
    return t;
}

}  // namespace shardwise::catalog
