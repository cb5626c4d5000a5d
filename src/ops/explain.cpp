// SPDX-License-Identifier: MIT
#include "shardwise/ops/explain.hpp"

#include <variant>
#include <vector>

#include "cluster/core.hpp"
#include "parse/statement_parser.hpp"
#include "plan/explain.hpp"
#include "plan/planner.hpp"

namespace shardwise {

namespace {

/// The tables of a cluster at one moment; they live as long as the cluster.
class known_tables final : public parse::table_lookup {
public:
    explicit known_tables(const cluster_layer::core& db) : tables_(db.tables()) {}

    const schema::table* find(std::string_view name) const override {
        for (const schema::table* t : tables_)
            if (t->name == name) return t;
        return nullptr;
    }
    std::vector<std::string_view> names() const override {
        std::vector<std::string_view> all;
        for (const schema::table* t : tables_) all.push_back(t->name);
        return all;
    }

private:
    std::vector<const schema::table*> tables_;
};

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
    const known_tables tables(core);
    const parse::statement s = parse::parse_statement(sql, tables);
    return std::visit([&](const auto& parsed) { return explain_parsed(core, parsed); }, s.parsed);
}

}  // namespace shardwise
