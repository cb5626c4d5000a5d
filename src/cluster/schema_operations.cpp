// SPDX-License-Identifier: MIT
#include "cluster/schema_operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "catalog/own_tables.hpp"
#include "cluster/catalog_change.hpp"
#include "cluster/parallel.hpp"
#include "shardwise/base/error.hpp"
#include "sql/ddl_compiler.hpp"

namespace shardwise::cluster_layer {

namespace {

using shard_work = std::function<void(std::size_t, engine::connection&, deadline, shard_report&)>;

schema_report on_every_shard(core_state& s, const shard_work& work) {
    schema_report report;
    report.shards.resize(s.shards.size());
    in_parallel(s.shards.size(), [&](std::size_t i) {
        shard_report& r = report.shards[i];
        r.shard = s.names[i];
        try {
            const deadline limit = s.statement_deadline();
            with_connection(s, i, limit, [&](engine::connection& c) { work(i, c, limit, r); });
            r.done = true;
        } catch (const error& e) {
            r.error = e.message();
        }
    });
    return report;
}

std::vector<bool> done_on(const schema_report& report) {
    std::vector<bool> done;
    for (const shard_report& r : report.shards) done.push_back(r.done);
    return done;
}

void run_all(engine::connection& c, const std::vector<std::string>& statements, deadline limit,
             shard_report& report) {
    for (const std::string& text : statements) {
        engine::run(c, text, limit);
        report.statements.push_back(text);
    }
}

bool has_directory(const schema::table& t) {
    return t.placed.kind == schema::distribution_kind::sharded &&
           t.placed.strategy == schema::strategy_kind::directory;
}

/// Writes the catalog where the tables are, adds what fails to the report, and makes the change
/// known to this process when at least one shard has it.
void publish(core_state& s, catalog_change change, schema_report& report) {
    const std::vector<bool> included = done_on(report);
    const auto failures = write_catalogs(s, change.after, included);
    bool any = false;
    for (std::size_t i = 0; i < failures.size(); ++i) {
        if (failures[i]) {
            report.shards[i].done = false;
            report.shards[i].error = failures[i]->message;
        }
        any = any || report.shards[i].done;
    }
    if (any) s.install(std::move(change.after));
}

}  // namespace

schema_report create_tables(core_state& s, tables declared) {
    const std::lock_guard guard(s.changing_model);
    catalog_change change = plan_creation(s, s.read_catalogs(), std::move(declared));
    schema_report report = on_every_shard(
        s, [&](std::size_t i, engine::connection& c, deadline limit, shard_report& r) {
            const sql::dialect& d = *s.dialects[i];
            for (const schema::table& t : change.tables) {
                run_all(c, sql::create_statements(t, d), limit, r);
                if (has_directory(t))
                    catalog::create_own_table(c, catalog::directory_table(t), d, limit);
            }
        });
    publish(s, std::move(change), report);
    return report;
}

schema_report drop_tables(core_state& s, tables declared) {
    const std::lock_guard guard(s.changing_model);
    catalog_change change = plan_drop(s.read_catalogs(), std::move(declared));
    schema_report report = on_every_shard(
        s, [&](std::size_t i, engine::connection& c, deadline limit, shard_report& r) {
            const sql::dialect& d = *s.dialects[i];
            for (auto t = change.tables.rbegin(); t != change.tables.rend(); ++t) {
                run_all(c, sql::drop_statements(*t, d), limit, r);
                if (has_directory(*t))
                    run_all(c, sql::drop_statements(catalog::directory_table(*t), d), limit, r);
            }
        });
    publish(s, std::move(change), report);
    return report;
}

}  // namespace shardwise::cluster_layer
