// SPDX-License-Identifier: MIT
#include "catalog/own_tables.hpp"
#include "catalog/table_details.hpp"

namespace shardwise::catalog {

namespace {

/// The rows of a catalog table that belong to table t of the current schema.
constexpr std::string_view table_named =
    " JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema() "
    "AND t.relname = ";

std::string text_of(const arg& v) { return v.is_null() ? "" : std::string(v.to_text()); }

void read_columns(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit, table_details& t) {
    own_statement s(d);
    s.raw(
         "SELECT a.attname::text, pg_catalog.pg_get_expr(f.adbin, f.adrelid)::text, "
         "a.attidentity <> '', a.attidentity = 'a', a.attgenerated <> '' "
         "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class t ON t.oid = a.attrelid")
        .raw(table_named)
        .bind(name)
        .raw(
            " LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum "
            "WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum");
    s.gives({column_type::text, column_type::text, column_type::boolean, column_type::boolean,
             column_type::boolean});
    s.run(c, limit, [&](std::span<const arg> row) {
        column_details column{text_of(row[0]), text_of(row[1]), row[2].to_boolean(),
                              row[3].to_boolean(), row[4].to_boolean()};
        if (column.default_sql.starts_with("nextval(")) column.counter = true;
        t.columns.push_back(std::move(column));
    });
}

void read_checks(engine::connection& c, std::string_view name, const sql::dialect& d,
                 deadline limit, table_details& t) {
    own_statement s(d);
    s.raw(
         "SELECT k.conname::text, pg_catalog.pg_get_expr(k.conbin, k.conrelid)::text, "
         "k.convalidated FROM pg_catalog.pg_constraint k "
         "JOIN pg_catalog.pg_class t ON t.oid = k.conrelid")
        .raw(table_named)
        .bind(name)
        .raw(" WHERE k.contype = 'c' ORDER BY k.conname COLLATE \"C\"");
    s.gives({column_type::text, column_type::text, column_type::boolean});
    s.run(c, limit, [&](std::span<const arg> row) {
        if (row[2].to_boolean())
            t.checks.push_back({text_of(row[0]), text_of(row[1])});
        else
            t.remarks.push_back(
                {"check " + text_of(row[0]) + ", which is NOT VALID: rows may break it",
                 text_of(row[1])});
    });
}

/// Rows of (what, definition), for statements that end in the table's name.
void remark_each(engine::connection& c, std::string_view name, const sql::dialect& d,
                 deadline limit, std::string_view sql, std::string_view tail, table_details& t) {
    own_statement s(d);
    s.raw(sql).raw(table_named).bind(name).raw(tail);
    s.gives({column_type::text, column_type::text});
    s.run(c, limit, [&](std::span<const arg> row) {
        t.remarks.push_back({text_of(row[0]), text_of(row[1])});
    });
}

void read_remarks(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit, table_details& t) {
    remark_each(
        c, name, d, limit,
        "SELECT CASE WHEN NOT i.indisvalid THEN 'invalid index ' "
        "WHEN i.indpred IS NOT NULL THEN 'partial index ' "
        "ELSE 'index on an expression ' END || x.relname, "
        "pg_catalog.pg_get_indexdef(i.indexrelid, 0, true)::text FROM pg_catalog.pg_index i "
        "JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid "
        "JOIN pg_catalog.pg_class t ON t.oid = i.indrelid",
        " WHERE i.indpred IS NOT NULL OR i.indexprs IS NOT NULL OR NOT i.indisvalid "
        "ORDER BY x.relname COLLATE \"C\"",
        t);
    remark_each(
        c, name, d, limit,
        "SELECT CASE k.contype WHEN 'x' THEN 'EXCLUDE constraint ' "
        "ELSE 'deferrable constraint (here it is checked at once) ' END || k.conname, "
        "pg_catalog.pg_get_constraintdef(k.oid, true)::text FROM pg_catalog.pg_constraint k "
        "JOIN pg_catalog.pg_class t ON t.oid = k.conrelid",
        " WHERE k.contype = 'x' OR (k.condeferrable AND k.contype IN ('f', 'u', 'p')) "
        "ORDER BY k.conname COLLATE \"C\"",
        t);
    remark_each(
        c, name, d, limit,
        "SELECT 'rule of foreign key ' || k.conname || ' that a model does not have', "
        "pg_catalog.pg_get_constraintdef(k.oid, true)::text FROM pg_catalog.pg_constraint k "
        "JOIN pg_catalog.pg_class t ON t.oid = k.conrelid",
        " WHERE k.contype = 'f' AND (k.confdeltype = 'd' OR k.confupdtype NOT IN ('a', 'r')) "
        "ORDER BY k.conname COLLATE \"C\"",
        t);
    remark_each(c, name, d, limit,
                "SELECT 'trigger ' || g.tgname, pg_catalog.pg_get_triggerdef(g.oid, true)::text "
                "FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class t ON t.oid = g.tgrelid",
                " WHERE NOT g.tgisinternal ORDER BY g.tgname COLLATE \"C\"", t);
    remark_each(c, name, d, limit,
                "SELECT 'row level policy ' || p.polname, "
                "COALESCE(pg_catalog.pg_get_expr(p.polqual, p.polrelid), '')::text "
                "FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class t ON t.oid = p.polrelid",
                " ORDER BY p.polname COLLATE \"C\"", t);
    remark_each(c, name, d, limit,
                "SELECT 'inheritance', 'INHERITS ' || p.relname FROM pg_catalog.pg_inherits h "
                "JOIN pg_catalog.pg_class p ON p.oid = h.inhparent "
                "JOIN pg_catalog.pg_class t ON t.oid = h.inhrelid",
                " ORDER BY p.relname COLLATE \"C\"", t);
}

/// Rows of (what, definition, id, column): the remark once, and the columns of each.
void collect_odd(engine::connection& c, std::string_view name, const sql::dialect& d,
                 deadline limit, std::string_view sql, std::string_view tail,
                 std::vector<std::vector<std::string>>& into, table_details& t) {
    own_statement s(d);
    s.raw(sql).raw(table_named).bind(name).raw(tail);
    s.gives({column_type::text, column_type::text, column_type::text, column_type::text});
    std::string last;
    s.run(c, limit, [&](std::span<const arg> row) {
        if (text_of(row[2]) != last) {
            last = text_of(row[2]);
            into.emplace_back();
            t.remarks.push_back({text_of(row[0]), text_of(row[1])});
        }
        into.back().push_back(text_of(row[3]));
    });
}

void read_odd(engine::connection& c, std::string_view name, const sql::dialect& d, deadline limit,
              table_details& t) {
    collect_odd(
        c, name, d, limit,
        "SELECT CASE WHEN i.indnullsnotdistinct THEN 'unique constraint with equal NULLs ' "
        "ELSE 'index of the kind ' || m.amname || ' ' END || x.relname, "
        "pg_catalog.pg_get_indexdef(i.indexrelid, 0, true)::text, i.indexrelid::bigint::text, "
        "a.attname::text FROM pg_catalog.pg_index i "
        "JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid "
        "JOIN pg_catalog.pg_am m ON m.oid = x.relam "
        "JOIN pg_catalog.pg_class t ON t.oid = i.indrelid",
        " CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY "
        "AS k(attnum, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid "
        "AND a.attnum = k.attnum WHERE (m.amname <> 'btree' OR i.indnullsnotdistinct) "
        "AND NOT i.indisexclusion "
        "AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indisvalid "
        "AND k.place <= i.indnkeyatts ORDER BY i.indexrelid, k.place",
        t.odd_indexes, t);
    collect_odd(c, name, d, limit,
                "SELECT 'foreign key into another schema ' || f.conname, "
                "pg_catalog.pg_get_constraintdef(f.oid, true)::text, f.oid::bigint::text, "
                "a.attname::text FROM pg_catalog.pg_constraint f "
                "JOIN pg_catalog.pg_class p ON p.oid = f.confrelid "
                "JOIN pg_catalog.pg_class t ON t.oid = f.conrelid",
                " AND p.relnamespace <> t.relnamespace "
                "CROSS JOIN LATERAL unnest(f.conkey) WITH ORDINALITY AS k(mine, place) "
                "JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.mine "
                "WHERE f.contype = 'f' ORDER BY f.oid, k.place",
                t.odd_foreign_keys, t);
}

}  // namespace

table_details read_postgres_details(engine::connection& c, std::string_view name,
                                    const sql::dialect& d, deadline limit) {
    table_details t;
    read_columns(c, name, d, limit, t);
    read_checks(c, name, d, limit, t);
    read_remarks(c, name, d, limit, t);
    read_odd(c, name, d, limit, t);
    return t;
}

}  // namespace shardwise::catalog
