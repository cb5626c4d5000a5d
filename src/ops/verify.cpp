// SPDX-License-Identifier: MIT
// verify: one ordered stream of rows per shard, merged by primary key. Memory does not grow with
// the tables; only the keys of directory tables are gathered some hundred at a time.
#include "shardwise/ops/verify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/own_tables.hpp"
#include "cluster/parallel.hpp"
#include "ops/verify_stream.hpp"
#include "ops/verify_unique.hpp"
#include "plan/router.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise {
namespace ops {
namespace {

using sharding::shard_index;

/// A connection to every shard, each of which has answered.
class all_shards {
public:
    explicit all_shards(cluster_layer::core& db) : links_(db.shard_count()) {
        cluster_layer::in_parallel(db.shard_count(), [&](std::size_t i) {
            const auto shard = static_cast<shard_index>(i);
            const deadline limit = db.default_deadline();
            try {
                links_[i] = db.connect(shard, limit);
                // A round trip: a pooled connection may have died since.
                catalog::table_exists(*links_[i].link, catalog::catalog_table_name,
                                      links_[i].endpoint->dialect(), limit);
            } catch (const error& e) {
                links_[i].poison_if(e);
                refuse(e, db.shard_name(shard));
            }
        });
    }
    engine::connection& operator[](std::size_t i) { return *links_[i].link; }

private:
    [[noreturn]] static void refuse(const error& e, const std::string& shard) {
        error_info info = e.info();
        info.shard = shard;
        if (e.code() == error_code::connection_lost || e.code() == error_code::timeout) {
            info.code = error_code::shard_unavailable;
            info.message = fmt::format("shard {} cannot be reached: {}", shard, e.message());
        }
        raise(std::move(info));
    }
    std::vector<cluster_layer::shard_connection> links_;
};

class table_check {
public:
    table_check(cluster_layer::core& db, const schema::table& t, verify_report& report,
                std::size_t most)
        : db_(db), table_(t), report_(report), most_(most), view_(db.view()) {
        if (t.is_reference()) {
            for (std::size_t c = 0; c < t.columns.size(); ++c)
                columns_.push_back(static_cast<schema::column_index>(c));
        } else {
            columns_ = t.placed.shard_key;
            if (t.placed.stored_bucket) columns_.push_back(*t.bucket_column());
            directory_ = view_->map_of(t).spec().kind == schema::strategy_kind::directory;
        }
    }

    void read(all_shards& links) {
        open(links);
        while (gather_next()) {
            ++rows_;
            if (table_.is_reference()) {
                compare_copies();
            } else {
                rows_ += static_cast<std::int64_t>(same_key_.size()) - 1;
                check_places();
            }
            for (const std::size_t i : same_key_) streams_[i].advance();
        }
        streams_.clear();
    }

    /// When the connections are free again.
    void finish() {
        resolve_pending();
        report_.tables.push_back(
            {table_.name, std::string(schema::name_of(table_.placed.kind)), rows_});
    }

private:
    void open(all_shards& links) {
        streams_.reserve(db_.shard_count());
        for (std::size_t i = 0; i < db_.shard_count(); ++i)
            streams_.emplace_back(db_, static_cast<shard_index>(i), links[i], table_, columns_);
        for (verify_stream& s : streams_) s.advance();
    }

    /// The streams whose heads have the smallest key.
    bool gather_next() {
        same_key_.clear();
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            if (streams_[i].ended()) continue;
            const int c = same_key_.empty()
                              ? 0
                              : compare_keys(streams_[i].key(), streams_[same_key_.front()].key());
            if (c < 0) same_key_.clear();
            if (c <= 0) same_key_.push_back(i);
        }
        return !same_key_.empty();
    }

    void found(shard_index shard, std::string key, std::string what) {
        ++report_.problems;
        if (report_.findings.size() < most_)
            report_.findings.push_back(
                {table_.name, db_.shard_name(shard), std::move(key), std::move(what)});
    }

    // ---- reference tables

    void compare_copies() {
        const verify_stream& model = streams_[same_key_.front()];
        std::size_t next = 0;
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            const auto shard = static_cast<shard_index>(i);
            if (next == same_key_.size() || same_key_[next] != i) {
                found(shard, display_key(model.key()),
                      fmt::format("missing on {}", db_.shard_name(shard)));
                continue;
            }
            ++next;
            compare_copy(model, streams_[i]);
        }
    }

    void compare_copy(const verify_stream& model, const verify_stream& copy) {
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            if (same(model.columns()[c], copy.columns()[c])) continue;
            found(copy.shard(), display_key(copy.key()),
                  fmt::format("differs on {} from {} in column {}", db_.shard_name(copy.shard()),
                              db_.shard_name(model.shard()), table_.columns[columns_[c]].name));
            return;
        }
    }

    // ---- sharded tables

    void check_places() {
        for (std::size_t n = 1; n < same_key_.size(); ++n) {
            const verify_stream& first = streams_[same_key_.front()];
            found(first.shard(), display_key(first.key()),
                  fmt::format("also on {}", db_.shard_name(streams_[same_key_[n]].shard())));
        }
        for (const std::size_t i : same_key_) {
            const verify_stream& s = streams_[i];
            if (directory_) {
                remember(s);
            } else {
                check_row(s.shard(), s.key(), s.columns(), {});
            }
        }
    }

    void check_row(shard_index shard, std::span<const arg> key, std::span<const arg> columns,
                   const plan::directory_entries& entries) {
        const std::span<const arg> shard_key = columns.first(table_.placed.shard_key.size());
        plan::placement at;
        try {
            at = plan::place(table_, shard_key, *view_, entries).value();
        } catch (const error& e) {
            if (e.code() != error_code::no_shard_key && e.code() != error_code::unroutable_key &&
                e.code() != error_code::bad_value)
                throw;
            found(shard, display_key(key), fmt::format("belongs nowhere: {}", e.message()));
            return;
        }
        if (at.shard != shard)
            found(shard, display_key(key), fmt::format("belongs on {}", db_.shard_name(at.shard)));
        if (!table_.placed.stored_bucket) return;
        const arg& stored = columns.back();
        if (same(stored, arg{std::int64_t{at.bucket}})) return;
        found(shard, display_key(key),
              fmt::format("sw_bucket is {} instead of {}", to_display(stored), at.bucket));
    }

    // ---- directory tables: keys are looked up many at a time

    struct pending_row {
        shard_index shard;
        std::vector<value> key, columns;
    };

    static std::vector<value> owned(std::span<const arg> values) {
        return {values.begin(), values.end()};
    }
    static std::vector<arg> borrowed(const std::vector<value>& values) {
        std::vector<arg> out;
        for (const value& v : values) out.push_back(v.view());
        return out;
    }

    void remember(const verify_stream& s) {
        constexpr std::size_t most_pending = 1000;
        pending_.push_back({s.shard(), owned(s.key()), owned(s.columns())});
        if (pending_.size() >= most_pending && can_look_up()) resolve_pending();
    }

    /// The rows of a :memory: shard are in memory anyway, and its only connection is in use.
    bool can_look_up() const {
        for (std::size_t i = 0; i < db_.shard_count(); ++i)
            if (db_.endpoint(static_cast<shard_index>(i)).where().is_memory()) return false;
        return true;
    }

    void resolve_pending() {
        std::vector<plan::pending_key> wanted;
        for (const pending_row& r : pending_) {
            const std::size_t size = table_.placed.shard_key.size();
            const bool is_null = std::any_of(r.columns.begin(),
                                             r.columns.begin() + static_cast<std::ptrdiff_t>(size),
                                             [](const value& v) { return v.is_null(); });
            if (is_null) continue;
            plan::pending_key& one = wanted.emplace_back();
            one.group = table_.placed.root_table;
            one.key.assign(r.columns.begin(),
                           r.columns.begin() + static_cast<std::ptrdiff_t>(size));
        }
        if (pending_.empty()) return;
        const auto entries = db_.look_up(wanted, db_.default_deadline());
        for (const pending_row& r : pending_)
            check_row(r.shard, borrowed(r.key), borrowed(r.columns), entries);
        pending_.clear();
    }

    cluster_layer::core& db_;
    const schema::table& table_;
    verify_report& report_;
    std::size_t most_;
    cluster_layer::view_ptr view_;
    std::vector<schema::column_index> columns_;
    bool directory_ = false;
    std::vector<verify_stream> streams_;
    std::vector<std::size_t> same_key_;
    std::vector<pending_row> pending_;
    std::int64_t rows_ = 0;
};

}  // namespace
}  // namespace ops

namespace {

/// A view has no rows of its own: those that it shows are looked at in their tables.
[[noreturn]] void refuse_view(const schema::table& t) {
    raise({.code = error_code::not_supported,
           .message = fmt::format("{} is a read_only_view and has no rows of its own: verify the "
                                  "tables that it shows",
                                  t.name),
           .table = t.name});
}

std::vector<const schema::table*> tables_of(cluster_layer::core& db,
                                            const std::vector<std::string>& names) {
    std::vector<const schema::table*> wanted;
    for (const std::string& name : names) {
        wanted.push_back(&db.table(name));
        if (wanted.back()->view) refuse_view(*wanted.back());
    }
    if (names.empty()) wanted = db.tables();
    std::erase_if(wanted, [](const schema::table* t) { return t->view; });
    return wanted;
}

}  // namespace

unique_repair_report repair_unique(cluster& db, const std::vector<std::string>& tables) {
    unique_repair_report report;
    for (const schema::table* t : tables_of(db.core(), tables))
        for (ops::unique_difference& d : ops::unique_differences(db, *t))
            ops::repair(db, *t, std::move(d), report);
    return report;
}

verify_report verify(cluster& db, const std::vector<std::string>& tables,
                     std::size_t most_findings) {
    cluster_layer::core& core = db.core();
    verify_report report;
    for (const schema::table* t : tables_of(core, tables)) {
        ops::table_check check(core, *t, report, most_findings);
        {
            ops::all_shards links(core);
            check.read(links);
        }
        check.finish();
        for (ops::unique_difference& d : ops::unique_differences(db, *t)) {
            ++report.problems;
            if (report.findings.size() < most_findings)
                report.findings.push_back(
                    {std::move(d.table), "", std::move(d.key), std::move(d.what)});
        }
    }
    return report;
}

}  // namespace shardwise
