// SPDX-License-Identifier: MIT
#include "ops/import_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cluster/parallel.hpp"
#include "engine/statement_of.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"

namespace shardwise::ops {
namespace {

using job_records = std::vector<const import_record*>;  // one for each shard that has one

[[noreturn]] void refuse(const std::string& table, const import_source& file,
                         std::string_view why) {
    raise({.code = error_code::bad_state,
           .message = fmt::format("{} into table {}: {}; to load the file from its beginning, "
                                  "remove the rows that came from it and import it with `restart`",
                                  file.path, table, why),
           .table = table,
           .place = file.path});
}

template <class F>
std::vector<const import_record*> select_records(const std::vector<shard_records>& shards, F&& f) {
    std::vector<const import_record*> found;
    for (const shard_records& s : shards)
        for (const import_record& r : s.records)
            if (f(r)) found.push_back(&r);
    return found;
}

job_records records_of(const std::vector<shard_records>& shards, const std::string& job) {
    return select_records(shards, [&](const import_record& r) { return r.job == job; });
}

bool any_done(const job_records& records) {
    return std::any_of(records.begin(), records.end(), [](const auto* r) { return r->done; });
}

bool same_content(const import_record& r, const import_source& file) {
    return r.file_hash == file.hash && r.delimiter == std::string(1, file.delimiter);
}

/// The job of this content, else the interrupted one of this path; empty: none.
std::string find_name(const std::vector<shard_records>& shards, const import_source& file) {
    const auto by_content =
        select_records(shards, [&](const import_record& r) { return same_content(r, file); });
    if (!by_content.empty()) return by_content.front()->job;
    const auto by_path = select_records(shards, [&](const import_record& r) {
        return r.path == file.path && r.delimiter == std::string(1, file.delimiter);
    });
    for (const import_record* r : by_path)
        if (!any_done(records_of(shards, r->job))) return r->job;
    return {};
}

std::string new_name(const std::vector<shard_records>& shards, const std::string& table,
                     const import_source& file, const std::vector<std::string>& forgotten) {
    const std::string base =
        fmt::format("{}/{}/{:02x}", table, file.hash, static_cast<unsigned>(file.delimiter));
    std::string name = base;
    for (int n = 2;; ++n) {
        const bool gone = std::find(forgotten.begin(), forgotten.end(), name) != forgotten.end();
        if (gone || records_of(shards, name).empty()) return name;
        name = fmt::format("{}/{}", base, n);
    }
}

std::int64_t newest_version(const std::vector<shard_records>& shards) {
    std::int64_t version = 0;
    for (const shard_records& s : shards) version = std::max(version, s.table_version);
    return version;
}

/// All rows are gone: the table was emptied or created anew, so nothing can be there twice.
bool is_void(const std::vector<shard_records>& shards, const job_records& records) {
    const bool empty = std::none_of(shards.begin(), shards.end(),
                                    [](const shard_records& s) { return s.has_rows; });
    return empty && std::any_of(records.begin(), records.end(), [](const import_record* r) {
               const auto rejected = static_cast<std::int64_t>(r->rejected.size());
               return r->rows > r->rejects_before + rejected;
           });
}

void take_records(resume_point& p, const std::vector<shard_records>& shards,
                  const std::string& table, const import_source& file) {
    for (std::size_t i = 0; i < shards.size(); ++i) {
        for (const import_record& r : shards[i].records)
            if (r.job == p.job.job) p.by_shard[i] = r;
        if (p.by_shard[i] && (!p.latest || p.by_shard[i]->rows > p.latest->rows))
            p.latest = p.by_shard[i];
    }
    const import_record& latest = *p.latest;
    p.complete_rows = latest.rows;
    std::set<std::int64_t> seen;
    for (const auto& r : p.by_shard) {
        const std::int64_t rows = r ? r->rows : 0;
        if (rows == latest.rows && r) {
            // Less after a resumed import had to begin a new reject file.
            p.latest->reject_bytes = std::min(p.latest->reject_bytes, r->reject_bytes);
            for (const reject& one : r->rejected)
                if (seen.insert(one.row).second) p.rejected.push_back(one);
        } else if (rows == latest.rows_before) {
            p.complete_rows = rows;
        } else {
            refuse(table, file,
                   "what the shards say of an interrupted import does not fit together (does "
                   "another process import it at this moment? was a shard restored from a "
                   "backup?)");
        }
    }
    std::sort(p.rejected.begin(), p.rejected.end(),
              [](const reject& a, const reject& b) { return a.row < b.row; });
}

bool has_rows(engine::connection& c, const schema::table& t, const sql::dialect& d,
              deadline limit) {
    const sql::expr_ptr key = sql::column({&t, t.primary_key.front(), 0});
    const sql::compiled text = sql::compile(*sql::set_limit(sql::make_select(t, &key, 1), 1), d);
    engine::statement s = engine::statement_of(text);
    s.prepare = false;
    std::vector<arg> args;
    for (const value& v : text.values) args.push_back(v.view());
    bool found = false;
    engine::run(c, s, args, limit, [&](std::span<const arg>) { found = true; });
    return found;
}

template <class F>
void on_all_shards(cluster_layer::core& db, F&& work) {
    cluster_layer::in_parallel(db.shard_count(), [&](std::size_t i) {
        const auto shard = static_cast<sharding::shard_index>(i);
        const deadline limit = db.default_deadline();
        cluster_layer::shard_connection c = db.connect(shard, limit);
        try {
            work(i, *c.link, c.endpoint->dialect(), limit);
        } catch (const error& e) {
            c.poison_if(e);
            error_info info = e.info();
            info.shard = db.shard_name(shard);
            raise(std::move(info));
        }
    });
}

}  // namespace

resume_point decide_resume(const std::vector<shard_records>& shards, const std::string& table,
                           const import_source& file, bool restart) {
    resume_point p;
    p.by_shard.resize(shards.size());
    std::string name = find_name(shards, file);
    if (restart) {
        std::set<std::string> old;
        for (const import_record* r : select_records(shards, [&](const import_record& one) {
                 return same_content(one, file) || one.path == file.path;
             }))
            old.insert(r->job);
        p.forget.assign(old.begin(), old.end());
        name.clear();
    } else if (!name.empty() && is_void(shards, records_of(shards, name))) {
        p.forget.push_back(name);
        name.clear();
    }
    p.job.job = name.empty() ? new_name(shards, table, file, p.forget) : name;
    p.job.table_name = table;
    p.job.path = file.path;
    p.job.file_hash = file.hash;
    p.job.file_size = file.size;
    p.job.delimiter = std::string(1, file.delimiter);
    p.job.table_version = newest_version(shards);
    if (name.empty()) return p;
    const job_records records = records_of(shards, name);
    for (const import_record* r : records)
        if (r->table_version != p.job.table_version)
            refuse(table, file,
                   "the table was created anew or changed since the file was imported");
    take_records(p, shards, table, file);
    p.complete = any_done(records);
    return p;
}

resume_point find_job(cluster_layer::core& db, const schema::table& t, const import_source& file,
                      bool restart) {
    std::vector<shard_records> shards(db.shard_count());
    on_all_shards(db,
                  [&](std::size_t i, engine::connection& c, const sql::dialect& d, deadline limit) {
                      create_import_table(c, d, limit);
                      shards[i] = {read_records(c, t.name, d, limit),
                                   table_version(c, t.name, d, limit), has_rows(c, t, d, limit)};
                  });
    resume_point p = decide_resume(shards, t.name, file, restart);
    for (const std::string& job : p.forget)
        on_all_shards(db, [&](std::size_t, engine::connection& c, const sql::dialect& d,
                              deadline limit) { forget(c, job, d, limit); });
    return p;
}

}  // namespace shardwise::ops
