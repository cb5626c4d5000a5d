// SPDX-License-Identifier: MIT
#include "catalog/own_tables.hpp"
#include "catalog/table_details.hpp"

namespace shardwise::catalog {

namespace {

std::string text_of(const arg& v) { return v.is_null() ? "" : std::string(v.to_text()); }

void read_columns(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit, table_details& t) {
    own_statement s(d);
    s.raw(
         "SELECT column_name, COALESCE(NULLIF(column_default, 'NULL'), ''), "
         "extra LIKE '%auto_increment%', extra LIKE '%GENERATED%', "
         "extra LIKE '%on update%' FROM information_schema.columns "
         "WHERE table_schema = DATABASE() AND table_name = ")
        .bind(name)
        .raw(" ORDER BY ordinal_position");
    s.gives({column_type::text, column_type::text, column_type::int64, column_type::int64,
             column_type::int64});
    s.run(c, limit, [&](std::span<const arg> row) {
        t.columns.push_back({text_of(row[0]), text_of(row[1]), row[2].to_integer() != 0, false,
                             row[3].to_integer() != 0});
        if (row[4].to_integer() != 0)
            t.remarks.push_back({"ON UPDATE of column " + text_of(row[0]) +
                                     ": shardwise writes it only when the program changes it",
                                 "ON UPDATE current_timestamp"});
    });
}

void read_pairs(engine::connection& c, std::string_view name, const sql::dialect& d, deadline limit,
                std::string_view sql, std::string_view tail,
                const std::function<void(std::string, std::string)>& take) {
    own_statement s(d);
    s.raw(sql).bind(name).raw(tail);
    s.gives({column_type::text, column_type::text});
    s.run(c, limit, [&](std::span<const arg> row) { take(text_of(row[0]), text_of(row[1])); });
}

void read_odd_indexes(engine::connection& c, std::string_view name, const sql::dialect& d,
                      deadline limit, table_details& t) {
    own_statement s(d);
    s.raw(
         "SELECT index_name, column_name, sub_part IS NOT NULL, index_type "
         "FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ")
        .bind(name)
        .raw(
            " AND index_name IN (SELECT o.index_name FROM information_schema.statistics o "
            "WHERE o.table_schema = DATABASE() AND o.table_name = ")
        .bind(name)
        .raw(
            " AND (o.sub_part IS NOT NULL OR o.index_type NOT IN ('BTREE', 'HASH'))) "
            "ORDER BY index_name, seq_in_index");
    s.gives({column_type::text, column_type::text, column_type::int64, column_type::text});
    std::string last;
    s.run(c, limit, [&](std::span<const arg> row) {
        // Introspection leaves out indexes of a part of a column by itself.
        const bool part = text_of(row[3]) == "BTREE" || text_of(row[3]) == "HASH";
        if (text_of(row[0]) != last) {
            last = text_of(row[0]);
            if (!part) t.odd_indexes.emplace_back();
            t.remarks.push_back(
                {(part ? "index of a part of a column " : text_of(row[3]) + " index ") + last, ""});
        }
        std::string& definition = t.remarks.back().definition;
        definition += (definition.empty() ? "" : ", ") + text_of(row[1]);
        if (!part) t.odd_indexes.back().push_back(text_of(row[1]));
    });
}

}  // namespace

table_details read_mariadb_details(engine::connection& c, std::string_view name,
                                   const sql::dialect& d, deadline limit) {
    table_details t;
    read_columns(c, name, d, limit, t);
    read_pairs(c, name, d, limit,
               "SELECT constraint_name, CAST(check_clause AS CHAR(10000)) "
               "FROM information_schema.check_constraints "
               "WHERE constraint_schema = DATABASE() AND table_name = ",
               " ORDER BY constraint_name", [&](std::string n, std::string sql) {
                   t.checks.push_back({std::move(n), std::move(sql)});
               });
    read_pairs(c, name, d, limit,
               "SELECT trigger_name, CONCAT(action_timing, ' ', event_manipulation) "
               "FROM information_schema.triggers "
               "WHERE trigger_schema = DATABASE() AND event_object_table = ",
               " ORDER BY trigger_name", [&](const std::string& n, std::string sql) {
                   t.remarks.push_back({"trigger " + n, std::move(sql)});
               });
    read_pairs(
        c, name, d, limit,
        "SELECT constraint_name, CONCAT('ON UPDATE ', update_rule, ' ON DELETE ', "
        "delete_rule) FROM information_schema.referential_constraints "
        "WHERE (update_rule NOT IN ('RESTRICT', 'NO ACTION') OR delete_rule = 'SET DEFAULT') "
        "AND constraint_schema = DATABASE() AND table_name = ",
        " ORDER BY constraint_name", [&](const std::string& n, std::string sql) {
            t.remarks.push_back(
                {"rule of foreign key " + n + " that a model does not have", std::move(sql)});
        });
    own_statement s(d);
    s.raw(
         "SELECT constraint_name, column_name FROM information_schema.key_column_usage "
         "WHERE referenced_table_schema <> DATABASE() AND table_schema = DATABASE() "
         "AND table_name = ")
        .bind(name)
        .raw(" ORDER BY constraint_name, ordinal_position");
    s.gives({column_type::text, column_type::text});
    std::string last;
    s.run(c, limit, [&](std::span<const arg> row) {
        if (text_of(row[0]) != last) {
            last = text_of(row[0]);
            t.odd_foreign_keys.emplace_back();
            t.remarks.push_back({"foreign key into another database " + last, ""});
        }
        t.odd_foreign_keys.back().push_back(text_of(row[1]));
    });
    read_odd_indexes(c, name, d, limit, t);
    return t;
}

}  // namespace shardwise::catalog
