// SPDX-License-Identifier: MIT
#include "cluster/schema_operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <thread>

#include "catalog/own_tables.hpp"
#include "catalog/table_json.hpp"
#include "cluster/catalog_change.hpp"
#include "cluster/parallel.hpp"
#include "cluster/require.hpp"
#include "cluster/schema_check.hpp"
#include "schema/unique_lookup.hpp"
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

/// What a shard's tables lack or have otherwise, by the position of the table.
std::vector<std::vector<difference>> differences_on(core_state& s, std::size_t shard,
                                                    engine::connection& c, const tables& declared,
                                                    const catalog::contents& entries,
                                                    deadline limit) {
    const sql::dialect& d = *s.dialects[shard];
    std::vector<std::vector<difference>> result;
    for (const schema::table& t : declared)
        result.push_back(compare(t, catalog::read_table(c, t.name, d, limit), d.kind(),
                                 strictness_of(entries, t.name)));
    return result;
}

[[noreturn]] void refuse_other_table(const schema::table& t, const difference& first) {
    raise({.code = error_code::schema_mismatch,
           .message = fmt::format("the existing {} {} differs from the declared one: {}; it is "
                                  "never changed silently",
                                  t.view ? "view" : "table", t.name, first.what),
           .table = t.name});
}

void create_on_shard(core_state& s, std::size_t shard, engine::connection& c,
                     const catalog_change& change, deadline limit, shard_report& report) {
    const sql::dialect& d = *s.dialects[shard];
    const auto before = differences_on(s, shard, c, change.tables, change.after, limit);
    for (std::size_t i = 0; i < before.size(); ++i)
        for (const difference& one : before[i])
            if (!one.healable) refuse_other_table(change.tables[i], one);
    for (std::size_t i = 0; i < before.size(); ++i) {
        const schema::table& t = change.tables[i];
        if (!before[i].empty()) run_all(c, sql::create_statements(t, d), limit, report);
        if (has_directory(t)) catalog::create_own_table(c, catalog::directory_table(t), d, limit);
    }
    const auto after = differences_on(s, shard, c, change.tables, change.after, limit);
    for (std::size_t i = 0; i < after.size(); ++i)
        if (!after[i].empty()) refuse_other_table(change.tables[i], after[i].front());
}

/// Two programs that create the same tables at once disturb each other: databases answer the slower
/// one with various errors, and the second attempt finds everything there.
void create_with_retry(core_state& s, std::size_t shard, engine::connection& c,
                       const catalog_change& change, deadline limit, shard_report& report) {
    constexpr int attempts = 3;
    for (int attempt = 1;; ++attempt) {
        try {
            create_on_shard(s, shard, c, change, limit, report);
            return;
        } catch (const error& e) {
            const bool race = e.code() == error_code::unique_violation ||
                              e.code() == error_code::statement_failed || e.is_retryable();
            if (!race || attempt == attempts || e.poisons_connection()) throw;
        }
        report.statements.clear();
        std::this_thread::sleep_for(std::chrono::milliseconds(50 * attempt));
    }
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
    schema_report report =
        on_every_shard(s, [&](std::size_t i, engine::connection& c, deadline limit,
                              shard_report& r) { create_with_retry(s, i, c, change, limit, r); });
    publish(s, std::move(change), report);
    return report;
}

namespace {

/// PostgreSQL leaves an index behind, invalid, when its making was interrupted.
void drop_invalid_index(engine::connection& c, const std::string& quoted, deadline limit) {
    std::string literal;
    for (const char ch : quoted) literal += ch == '\'' ? std::string("''") : std::string(1, ch);
    engine::statement s;
    s.text = "SELECT COUNT(*) FROM pg_index WHERE indexrelid = to_regclass('" + literal +
             "') AND NOT indisvalid";
    s.prepare = false;
    s.columns = {{column_type::int64, 0}};
    bool invalid = false;
    engine::run(c, s, {}, limit,
                [&](std::span<const arg> row) { invalid = row[0].to_integer() > 0; });
    if (invalid) engine::run(c, "DROP INDEX CONCURRENTLY " + quoted, limit);
}

/// The indexes of a table that is there already, without keeping writers out for long. SQLite's
/// are made with the lookup tables.
void index_uniques(core_state& s, std::size_t shard, engine::connection& c, const schema::table& t,
                   deadline limit) {
    const sql::dialect& d = *s.dialects[shard];
    if (d.kind() == sql::dialect_kind::sqlite || !catalog::table_exists(c, t.name, d, limit))
        return;
    for (const schema::unique_constraint& u : t.uniques) {
        if (!schema::needs_lookup(t, u)) continue;
        const bool postgres = d.kind() == sql::dialect_kind::postgres;
        std::string name;
        d.identifier(name, u.name);
        if (postgres) drop_invalid_index(c, name, limit);
        std::string text = fmt::format("CREATE INDEX {}IF NOT EXISTS {} ON ",
                                       postgres ? "CONCURRENTLY " : "", name);
        d.identifier(text, t.name);
        for (std::size_t i = 0; i < u.columns.size(); ++i) {
            text += i == 0 ? " (" : ", ";
            d.identifier(text, t.columns[u.columns[i]].name);
        }
        engine::run(c, text + ")", limit);
    }
}

/// Before anything is made: "longtext" of MariaDB cannot be indexed.
void check_columns_fit(core_state& s, std::size_t shard, engine::connection& c,
                       const catalog_change& change, deadline limit) {
    const auto before = differences_on(s, shard, c, change.tables, change.after, limit);
    for (std::size_t i = 0; i < before.size(); ++i)
        for (const difference& one : before[i])
            if (one.what.starts_with("column ")) refuse_other_table(change.tables[i], one);
}

}  // namespace

schema_report declare_uniques(core_state& s, const schema::table& declared) {
    const std::lock_guard guard(s.changing_model);
    catalog_change change = plan_uniques(s, s.read_catalogs(), declared);
    schema_report report = on_every_shard(
        s, [&](std::size_t i, engine::connection& c, deadline limit, shard_report& r) {
            check_columns_fit(s, i, c, change, limit);
            index_uniques(s, i, c, declared, limit);
            create_with_retry(s, i, c, change, limit, r);
        });
    // Whoever knows the constraint writes its lookup rows, so all shards must have their tables.
    if (report.complete()) publish(s, std::move(change), report);
    return report;
}

schema_report remove_unbuilt(core_state& s, const std::string& table) {
    const std::lock_guard guard(s.changing_model);
    catalog_change change = plan_removal(s.read_catalogs(), table);
    const tables lookups = change.tables;
    schema_report report;
    for (const std::string& name : s.names) report.shards.push_back({name, true, {}, {}});
    publish(s, std::move(change), report);  // first: nobody is to write them any more
    if (!report.complete()) return report;
    return on_every_shard(
        s, [&](std::size_t i, engine::connection& c, deadline limit, shard_report& r) {
            for (const schema::table& t : lookups)
                run_all(c, sql::drop_statements(t, *s.dialects[i]), limit, r);
        });
}

void mark_built(core_state& s, const std::vector<std::string>& lookup_tables) {
    const std::lock_guard guard(s.changing_model);
    catalog::contents after = s.read_catalogs();
    for (const std::string& name : lookup_tables) {
        catalog::entry& e = after[catalog::building_key(name)];
        if (e.body.empty()) continue;
        ++e.version;
        e.body.clear();
    }
    for (const auto& failure : write_catalogs(s, after, std::vector<bool>(s.shards.size(), true)))
        if (failure) raise(*failure);
    s.install(std::move(after));
}

void read_model_again(core_state& s) {
    const std::lock_guard guard(s.changing_model);
    catalog::contents fresh = s.read_catalogs();
    if (fresh != s.entries) s.install(std::move(fresh));
}

schema_report drop_tables(core_state& s, tables declared) {
    const std::lock_guard guard(s.changing_model);
    catalog_change change = plan_drop(s.read_catalogs(), std::move(declared));
    schema_report report = on_every_shard(
        s, [&](std::size_t i, engine::connection& c, deadline limit, shard_report& r) {
            const sql::dialect& d = *s.dialects[i];
            for (auto t = change.tables.rbegin(); t != change.tables.rend(); ++t) {
                if (t->view) continue;  // forgotten only
                run_all(c, sql::drop_statements(*t, d), limit, r);
                if (has_directory(*t))
                    run_all(c, sql::drop_statements(catalog::directory_table(*t), d), limit, r);
            }
        });
    publish(s, std::move(change), report);
    return report;
}

namespace {

std::vector<schema_difference> differences_everywhere(core_state& s, const tables& declared,
                                                      const catalog::contents& entries) {
    std::vector<std::vector<schema_difference>> by_shard(s.shards.size());
    in_parallel(s.shards.size(), [&](std::size_t i) {
        try {
            const deadline limit = s.statement_deadline();
            with_connection(s, i, limit, [&](engine::connection& c) {
                const auto found = differences_on(s, i, c, declared, entries, limit);
                for (std::size_t t = 0; t < found.size(); ++t)
                    for (const difference& one : found[t])
                        by_shard[i].push_back({s.names[i], declared[t].name, one.what});
            });
        } catch (const error& e) {
            by_shard[i].push_back({s.names[i], "", "could not be compared: " + e.message()});
        }
    });
    std::vector<schema_difference> all;
    for (auto& some : by_shard)
        all.insert(all.end(), std::make_move_iterator(some.begin()),
                   std::make_move_iterator(some.end()));
    return all;
}

[[noreturn]] void refuse_adoption(const std::vector<schema_difference>& differences) {
    std::string list;
    for (const schema_difference& d : differences)
        list += fmt::format("{}{} {}: {}", list.empty() ? "" : "; ", d.shard, d.table, d.what);
    raise({.code = error_code::schema_mismatch,
           .message = fmt::format("the tables cannot be used as they are: {}", list),
           .shard = differences.front().shard,
           .table = differences.front().table});
}

}  // namespace

void adopt_tables(core_state& s, tables declared) {
    const std::lock_guard guard(s.changing_model);
    catalog_change change = plan_adoption(s, s.read_catalogs(), std::move(declared));
    const auto differences = differences_everywhere(s, change.tables, change.after);
    if (!differences.empty()) refuse_adoption(differences);
    for (const schema::table& t : change.tables) {
        if (!has_directory(t)) continue;
        in_parallel(s.shards.size(), [&](std::size_t i) {
            const deadline limit = s.statement_deadline();
            with_connection(s, i, limit, [&](engine::connection& c) {
                catalog::create_own_table(c, catalog::directory_table(t), *s.dialects[i], limit);
            });
        });
    }
    const auto failures = write_catalogs(s, change.after, std::vector<bool>(s.shards.size(), true));
    for (const auto& failure : failures)
        if (failure) raise(*failure);
    s.install(std::move(change.after));
}

void update_tables(core_state& s, tables declared) {
    const std::lock_guard guard(s.changing_model);
    catalog_change change = plan_update(s.read_catalogs(), std::move(declared));
    const auto differences = differences_everywhere(s, change.tables, change.after);
    if (!differences.empty()) refuse_adoption(differences);
    for (const auto& failure :
         write_catalogs(s, change.after, std::vector<bool>(s.shards.size(), true)))
        if (failure) raise(*failure);
    s.install(std::move(change.after));
}

std::vector<schema_difference> verify_tables(core_state& s, tables declared) {
    const std::lock_guard guard(s.changing_model);
    declared = schema::with_lookups(std::move(declared));
    const catalog::contents entries = s.read_catalogs();
    std::vector<schema_difference> result;
    for (const schema::table& t : declared) {
        const auto at = entries.find(catalog::table_key(t.name));
        if (at == entries.end() || at->second.body.empty()) {
            result.push_back({"", t.name, "the cluster's catalog does not know it"});
            continue;
        }
        const auto what = distribution_difference(catalog::table_from_json(at->second.body), t);
        if (!what.empty()) result.push_back({"", t.name, "in the cluster's catalog " + what});
    }
    const auto on_shards = differences_everywhere(s, declared, entries);
    result.insert(result.end(), on_shards.begin(), on_shards.end());
    return result;
}

}  // namespace shardwise::cluster_layer
