// SPDX-License-Identifier: MIT
#include "shardwise/ops/explain.hpp"

#include <variant>
#include <vector>

#include "cluster/core.hpp"
#include "orm/known_tables.hpp"
#include "parse/statement_parser.hpp"
#include "plan/explain.hpp"
#include "plan/planner.hpp"

namespace shardwise {

namespace {

/// Plans, looking up directory keys until none is missing.
template <class Plan, class Planner>
explanation explain_with(cluster_layer::core& db, Planner planner) {
    const cluster_layer::view_ptr view = db.view();
    plan::directory_entries entries;
    for (;;) {
        const plan::planned<Plan> p = planner(*view, entries);
        if (const auto* const done = std::get_if<Plan>(&p))
            return plan::explain(*done, *view, db.dialects());
        entries = db.look_up(std::get<std::vector<plan::pending_key>>(p), db.default_deadline());
    }
}

explanation explain_parsed(cluster_layer::core& db, const sql::select_ptr& s) {
    return explain_with<plan::plan>(db, [&](const auto& view, const auto& entries) {
        return plan::plan_select(s, view, entries);
    });
}

explanation explain_parsed(cluster_layer::core& db, const sql::change_ptr& c) {
    return explain_with<plan::change_plan>(db, [&](const auto& view, const auto& entries) {
        return plan::plan_change(c, view, entries);
    });
}

}  // namespace

explanation explain_sql(cluster& db, std::string_view sql) {
    cluster_layer::core& core = db.core();
    const orm::known_tables tables(core);
    const parse::statement s = parse::parse_statement(sql, tables);
    return std::visit([&](const auto& parsed) { return explain_parsed(core, parsed); }, s.parsed);
}

}  // namespace shardwise
