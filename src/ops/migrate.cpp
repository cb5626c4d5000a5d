// SPDX-License-Identifier: MIT
// The loops over shards and versions. What to do next says migration.cpp, how migration_runner.cpp.
#include "shardwise/ops/migrate.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "base/failpoint.hpp"
#include "cluster/parallel.hpp"
#include "ops/migration_files.hpp"
#include "ops/migration_runner.hpp"
#include "ops/migration_store.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise {
namespace ops {
namespace {

using runners = std::vector<std::unique_ptr<migration_runner>>;
using next_step = std::function<std::optional<migration_step>(const std::vector<migration>&,
                                                              const std::vector<history_row>&)>;

void check(const migrate_options& o) {
    if (o.lock_timeout_ms < 1 || o.lock_attempts < 1 || o.statement_timeout_ms < 1)
        raise({.code = error_code::bad_config,
               .message = "lock_timeout_ms, lock_attempts and statement_timeout_ms of a migration "
                          "are at least 1"});
}

/// All shards, locked one after the other in their order: two runners cannot hold half each.
runners open_all(cluster_layer::core& db, const migrate_options& options) {
    check(options);
    runners all;
    for (std::size_t i = 0; i < db.shard_count(); ++i)
        all.push_back(
            std::make_unique<migration_runner>(db, static_cast<sharding::shard_index>(i), options));
    return all;
}

migrate_report empty_report(const cluster_layer::core& db) {
    migrate_report report;
    for (std::size_t i = 0; i < db.shard_count(); ++i)
        report.shards.push_back({db.shard_name(static_cast<sharding::shard_index>(i)), {}, {}});
    return report;
}

/// The steps of one version on all shards at the same time.
void run_version(runners& all, const std::vector<std::optional<migration_step>>& steps,
                 std::int64_t version, migrate_report& report) {
    cluster_layer::in_parallel(all.size(), [&](std::size_t i) {
        if (!steps[i] || steps[i]->what->version != version) return;
        try {
            if (all[i]->run(*steps[i])) report.shards[i].versions.push_back(version);
        } catch (const error& e) {
            report.shards[i].error = e.message();
        }
    });
}

std::vector<std::optional<migration_step>> steps_of(runners& all, const cluster_layer::core& db,
                                                    const next_step& next) {
    std::vector<std::optional<migration_step>> steps(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        try {
            steps[i] = next(all[i]->files(), all[i]->history());
        } catch (const error& e) {
            error_info info = e.info();
            info.shard = db.shard_name(static_cast<sharding::shard_index>(i));
            raise(std::move(info));
        }
    }
    return steps;
}

std::optional<std::int64_t> lowest(const std::vector<std::optional<migration_step>>& steps) {
    std::optional<std::int64_t> version;
    for (const auto& s : steps)
        if (s && (!version || s->what->version < *version)) version = s->what->version;
    return version;
}

migration_state::kind state_of(const history_row& r, const migration* file) {
    using kind = migration_state::kind;
    if (file == nullptr) return kind::file_missing;
    if (r.ended_ms == 0) return r.undoing ? kind::undoing : kind::applying;
    return file->up.checksum() == r.checksum ? kind::applied : kind::changed;
}

std::vector<migration_state> states_of(const std::vector<migration>& files,
                                       const std::vector<history_row>& history) {
    std::vector<migration_state> states;
    for (const history_row& r : history) {
        const auto at = std::find_if(files.begin(), files.end(),
                                     [&](const migration& m) { return m.version == r.version; });
        states.push_back({r.version, r.name, state_of(r, at == files.end() ? nullptr : &*at),
                          r.started_ms, r.ended_ms});
    }
    for (const migration& m : files)
        if (std::none_of(history.begin(), history.end(),
                         [&](const history_row& r) { return r.version == m.version; }))
            states.push_back({m.version, m.name, migration_state::kind::pending, 0, 0});
    std::sort(states.begin(), states.end(),
              [](const auto& a, const auto& b) { return a.version < b.version; });
    return states;
}

}  // namespace
}  // namespace ops

bool migrate_report::complete() const {
    return std::all_of(shards.begin(), shards.end(), [](const auto& s) { return s.error.empty(); });
}

bool migration_status::complete() const {
    return std::all_of(shards.begin(), shards.end(), [](const shard_migrations& s) {
        return s.error.empty() &&
               std::all_of(s.migrations.begin(), s.migrations.end(),
                           [](const auto& m) { return m.state == migration_state::kind::applied; });
    });
}

migrate_report migrate_up(cluster& db, const migrate_options& options) {
    ops::runners all = ops::open_all(db.core(), options);
    migrate_report report = ops::empty_report(db.core());
    while (report.complete()) {
        const auto steps = ops::steps_of(all, db.core(), ops::next_up);
        const auto version = ops::lowest(steps);
        if (!version) break;
        ops::run_version(all, steps, *version, report);
    }
    return report;
}

migrate_report migrate_down(cluster& db, const migrate_options& options) {
    ops::runners all = ops::open_all(db.core(), options);
    migrate_report report = ops::empty_report(db.core());
    std::int64_t highest = 0;
    for (const auto& one : all)
        for (const ops::history_row& r : one->history()) highest = std::max(highest, r.version);
    const auto steps = ops::steps_of(all, db.core(), [&](const auto& files, const auto& history) {
        return ops::next_down(files, history, highest);
    });
    ops::run_version(all, steps, highest, report);
    return report;
}

migration_status migrations(cluster& db, const migrate_options& options) {
    cluster_layer::core& core = db.core();
    migration_status status;
    status.shards.resize(core.shard_count());
    std::vector<std::vector<ops::migration>> files;
    for (const sql::dialect* d : core.dialects())
        files.push_back(ops::read_migrations(options.directory, d->kind()));
    cluster_layer::in_parallel(core.shard_count(), [&](std::size_t i) {
        const auto shard = static_cast<sharding::shard_index>(i);
        shard_migrations& s = status.shards[i];
        s.shard = core.shard_name(shard);
        cluster_layer::shard_connection link;
        try {
            const deadline limit = core.default_deadline();
            link = core.connect(shard, limit);
            s.migrations =
                ops::states_of(files[i], ops::read_history(*link.link, *core.dialects()[i], limit));
        } catch (const error& e) {
            link.poison_if(e);
            s.error = e.message();
        }
    });
    return status;
}

}  // namespace shardwise
