// SPDX-License-Identifier: MIT
// declare_unique, build_unique: the steps and why they are safe are in decision 0053.
#include "shardwise/ops/unique_build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <type_traits>

#include "base/failpoint.hpp"
#include "cluster/parallel.hpp"
#include "cluster/schema_operations.hpp"
#include "ops/verify_stream.hpp"
#include "ops/verify_unique.hpp"
#include "orm/unique_repair.hpp"
#include "plan/router.hpp"
#include "schema/unique_lookup.hpp"
#include "shardwise/base/error.hpp"
#include "shardwise/orm/session.hpp"
#include "shardwise/orm/unit_of_work.hpp"
#include "sql/dialect.hpp"

namespace shardwise {
namespace ops {
namespace {

/// Rows of one transaction: so many row locks are held at once, and so much work is repeated when
/// a writer is in the way.
constexpr std::size_t rows_at_once = 64;
/// Writers that are always in the way, for minutes.
constexpr unsigned most_attempts = 50;
constexpr int most_passes = 20;

retry_options again_often() {
    retry_options o;
    o.attempts = most_attempts;
    return o;
}

class build {
public:
    build(cluster& db, const schema::table& owner) : db_(db), core_(db.core()), owner_(owner) {
        for (const schema::unique_constraint& u : owner.uniques)
            if (schema::needs_lookup(owner, u) && core_.is_building(schema::lookup_name(owner, u)))
                open_.push_back(&u);
    }

    unique_build_report run() {
        for (const auto* u : open_) report_.constraints.push_back(u->name);
        if (open_.empty()) {
            report_.built = true;
            return std::move(report_);
        }
        patiently([&] { await_writers(); });
        fill();
        for (const auto* u : open_) patiently([&] { find_duplicates(*u); });
        if (!report_.duplicates.empty()) return std::move(report_);
        failpoint("unique.filled");
        std::vector<std::string> lookups;
        for (const auto* u : open_) lookups.push_back(schema::lookup_name(owner_, *u));
        cluster_layer::mark_built(core_.state(), lookups);
        report_.built = true;
        return std::move(report_);
    }

private:
    /// Each step looks for itself at what there is, so it can be repeated whatever became of it.
    template <class F>
    std::invoke_result_t<F&> patiently(F&& step) {
        for (orm::retry again(db_, again_often());;) {
            try {
                return step();
            } catch (const error& failure) {
                static_cast<void>(again.was_committed(failure));
            }
        }
    }

    /// Transactions that began to write before the constraint was known here end first: what they
    /// wrote has no lookup rows.
    void await_writers() {
        cluster_layer::in_parallel(core_.shard_count(), [&](std::size_t i) {
            const auto shard = static_cast<sharding::shard_index>(i);
            const deadline limit = core_.default_deadline();
            cluster_layer::shard_connection c = core_.connect(shard, limit);
            try {
                await_writers_on(*c.link, c.endpoint->dialect(), limit);
            } catch (const error& e) {
                c.poison();
                error_info info = e.info();
                info.shard = core_.shard_name(shard);
                raise(std::move(info));
            }
        });
    }
    void await_writers_on(engine::connection& c, const sql::dialect& d, deadline limit) const {
        std::string name;
        d.identifier(name, owner_.name);
        switch (d.kind()) {
            case sql::dialect_kind::postgres:
                engine::run(c, "BEGIN", limit);
                engine::run(c, "LOCK TABLE " + name + " IN SHARE ROW EXCLUSIVE MODE", limit);
                engine::run(c, "ROLLBACK", limit);
                return;
            case sql::dialect_kind::mariadb:
                engine::run(c, "LOCK TABLES " + name + " READ", limit);
                engine::run(c, "UNLOCK TABLES", limit);
                return;
            case sql::dialect_kind::sqlite:
                engine::run(c, "BEGIN IMMEDIATE", limit);
                engine::run(c, "ROLLBACK", limit);
                return;
        }
    }

    /// Until nothing is left but duplicates. Later passes mend what became wrong meanwhile, which
    /// is what others have written without the constraint.
    void fill() {
        for (int pass = 0; pass < most_passes; ++pass) {
            std::int64_t changed = 0;
            std::map<const schema::unique_constraint*, std::vector<std::vector<value>>> missing;
            for (unique_difference& d : patiently([&] { return unique_differences(db_, owner_); }))
                if (std::find(open_.begin(), open_.end(), d.constraint) != open_.end())
                    missing[d.constraint].push_back(std::move(d.cells));
            for (auto& [u, rows] : missing) changed += repair_all(*u, rows);
            if (changed == 0) return;
        }
    }
    std::int64_t repair_all(const schema::unique_constraint& u,
                            const std::vector<std::vector<value>>& rows) {
        std::int64_t changed = 0;
        std::span<const std::vector<value>> left = rows;
        while (!left.empty()) {
            const auto some = left.first(std::min(left.size(), rows_at_once));
            left = left.subspan(some.size());
            for (const orm::repaired r : repair(u, some)) {
                if (r == orm::repaired::nothing || r == orm::repaired::duplicate) continue;
                ++changed;
                if (r != orm::repaired::erased) ++report_.rows;
            }
            failpoint("unique.filling");
        }
        return changed;
    }
    std::vector<orm::repaired> repair(const schema::unique_constraint& u,
                                      std::span<const std::vector<value>> some) {
        return patiently(
            [&] { return orm::repair_some(core_, owner_, u, some, core_.default_deadline()); });
    }

    void find_duplicates(const schema::unique_constraint& u) {
        const std::vector<schema::column_index> columns = schema::looked_up_columns(owner_, u);
        std::string wanted, values, same, none_is_null;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string name = sql::quoted_name(owner_.columns[columns[i]].name);
            wanted += fmt::format("{}o.{}", i == 0 ? "" : ", ", name);
            if (i >= u.columns.size()) continue;
            values += (i == 0 ? "" : ", ") + name;
            same += fmt::format("{}o.{} = d.{}", i == 0 ? "" : " AND ", name, name);
            none_is_null += fmt::format("{}{} IS NOT NULL", i == 0 ? "" : " AND ", name);
        }
        session now = db_.read_snapshot();
        const sql_result found = now.sql(fmt::format(
            "SELECT {} FROM {} o JOIN (SELECT {} FROM {} WHERE {} GROUP BY {} HAVING COUNT(*) > 1) "
            "d ON {}",
            wanted, sql::quoted_name(owner_.name), values, sql::quoted_name(owner_.name),
            none_is_null, values, same));
        std::map<std::string, unique_duplicate> by_values;
        for (const std::vector<value>& row : found.rows) note(u, columns, row, by_values);
        for (auto& [text, d] : by_values) report_.duplicates.push_back(std::move(d));
    }
    void note(const schema::unique_constraint& u, const std::vector<schema::column_index>& columns,
              const std::vector<value>& row, std::map<std::string, unique_duplicate>& all) const {
        const std::size_t width = u.columns.size();
        std::vector<arg> values, key, shard_key;
        std::vector<arg> by_position(owner_.columns.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            by_position[columns[i]] = row[i].view();
            if (i < width) values.push_back(row[i].view());
            if (i >= width && i < width + owner_.primary_key.size()) key.push_back(row[i].view());
        }
        for (const schema::column_index c : owner_.placed.shard_key)
            shard_key.push_back(by_position[c]);
        unique_duplicate& d = all[plan::encode_key(values.data(), values.size())];
        d.constraint = u.name;
        d.values = display_key(values);
        d.rows.push_back({shard_of(shard_key), display_key(key)});
        std::sort(d.rows.begin(), d.rows.end(), [](const auto& a, const auto& b) {
            return std::tie(a.shard, a.key) < std::tie(b.shard, b.key);
        });
    }
    std::string shard_of(const std::vector<arg>& shard_key) const {
        const auto view = core_.view();
        plan::directory_entries entries;
        if (view->map_of(owner_).spec().kind == schema::strategy_kind::directory) {
            plan::pending_key wanted;
            wanted.group = owner_.placed.root_table;
            for (const arg& v : shard_key) wanted.key.emplace_back(v);
            entries = core_.look_up({wanted}, core_.default_deadline());
        }
        const auto at = plan::place(owner_, shard_key, *view, entries);
        return at ? core_.shard_name(at->shard) : std::string();
    }

    cluster& db_;
    cluster_layer::core& core_;
    const schema::table& owner_;
    std::vector<const schema::unique_constraint*> open_;
    unique_build_report report_;
};

}  // namespace
}  // namespace ops

schema_report declare_unique(cluster& db, const model::entity& e) {
    return cluster_layer::declare_uniques(db.core().state(), model::table_of(e));
}

schema_report declare_unique(cluster& db, const std::string& table) {
    cluster_layer::core_state& s = db.core().state();
    for (const schema::table& t : s.described)
        if (t.name == table) return cluster_layer::declare_uniques(s, t);
    raise({.code = error_code::unknown_table,
           .message = fmt::format("the cluster file describes no table {}", table),
           .table = table});
}

unique_build_report build_unique(cluster& db, const std::string& table) {
    cluster_layer::read_model_again(db.core().state());
    return ops::build(db, db.core().table(table)).run();
}

schema_report remove_unbuilt_unique(cluster& db, const std::string& table) {
    return cluster_layer::remove_unbuilt(db.core().state(), table);
}

}  // namespace shardwise
