// SPDX-License-Identifier: MIT
// The cluster is asked as one database: the planner sees which rows may meet on other shards.
#include "shardwise/ops/verify_relations.hpp"

#include <fmt/format.h>

#include "model/relation.hpp"
#include "ops/verify_stream.hpp"
#include "orm/key_condition.hpp"
#include "shardwise/orm/session.hpp"
#include "sql/dialect.hpp"

namespace shardwise::ops {
namespace {

/// A relation, seen from the rows that hold the foreign key.
struct reference {
    const schema::table& child;
    const schema::table& parent;
    const std::vector<schema::column_index>& key;        ///< of the child
    const std::vector<schema::column_index>& refers_to;  ///< of the parent
};

reference reference_of(const model::relation& r) {
    if (r.has(model::holds_the_key))
        return {r.from->table, r.to->table, r.near_columns, r.far_columns};
    return {r.to->table, r.from->table, r.far_columns, r.near_columns};
}

std::string listed(const schema::table& t, const std::vector<schema::column_index>& columns) {
    std::string out;
    for (const schema::column_index c : columns)
        out += (out.empty() ? "sw_c." : ", sw_c.") + sql::quoted_name(t.columns[c].name);
    return out;
}

/// FROM and WHERE of the rows that refer to nothing.
std::string without_parent(const reference& r) {
    std::string known;
    std::string meets;
    for (std::size_t i = 0; i < r.key.size(); ++i) {
        const std::string own = "sw_c." + sql::quoted_name(r.child.columns[r.key[i]].name);
        const std::string its = "sw_p." + sql::quoted_name(r.parent.columns[r.refers_to[i]].name);
        known += own + " IS NOT NULL AND ";
        meets += (i == 0 ? "" : " AND ") + its + " = " + own;
    }
    return fmt::format(" FROM {} sw_c WHERE {}NOT EXISTS (SELECT 1 FROM {} sw_p WHERE {})",
                       sql::quoted_name(r.child.name), known, sql::quoted_name(r.parent.name),
                       meets);
}

/// "book_id = 7": the foreign key.
std::string shown(const reference& r, std::span<const arg> key) {
    std::string out;
    for (std::size_t i = 0; i < key.size(); ++i)
        out += fmt::format("{}{} = {}", i == 0 ? "" : ", ", r.child.columns[r.key[i]].name,
                           to_display(key[i]));
    return out;
}

void verify(session& s, const reference& r, std::size_t most, verify_report& report) {
    const std::string rest = without_parent(r);
    const sql_result all =
        s.sql(all_shards, "SELECT count(*) FROM " + sql::quoted_name(r.child.name) + " sw_c");
    report.tables.push_back({r.child.name, r.child.is_reference() ? "reference" : "sharded",
                             all.rows.at(0).at(0).view().to_integer()});
    const sql_result missing = s.sql(all_shards, "SELECT count(*)" + rest);
    const std::int64_t count = missing.rows.at(0).at(0).view().to_integer();
    report.problems += count;
    if (count == 0 || most == 0) return;
    const std::string key = listed(r.child, r.child.primary_key);
    const sql_result found =
        s.sql(all_shards, fmt::format("SELECT {}, {}{} ORDER BY {} LIMIT {}", key,
                                      listed(r.child, r.key), rest, key, most));
    for (const std::vector<value>& row : found.rows) {
        const std::vector<arg> cells = orm::views_of(row);
        const auto own = std::span(cells).first(r.child.primary_key.size());
        report.findings.push_back({r.child.name, "", display_key(own),
                                   fmt::format("refers to no row of {} ({})", r.parent.name,
                                               shown(r, std::span(cells).subspan(own.size())))});
    }
}

}  // namespace

verify_report verify_relations(cluster& db, const model::relation* const* relations,
                               std::size_t count, std::size_t most_findings) {
    verify_report report;
    session s{db, {.snapshot = true}};  // what is moved meanwhile is not missing
    for (std::size_t i = 0; i < count; ++i)
        verify(s, reference_of(*relations[i]), most_findings, report);
    return report;
}

}  // namespace shardwise::ops
