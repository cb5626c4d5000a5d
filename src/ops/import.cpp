// SPDX-License-Identifier: MIT
// import_csv: reads, and loads batch by batch. While the servers load one batch the next one is
// read. How it survives a crash: import_store.hpp, import_job.hpp and batch_loader.hpp.
#include "shardwise/ops/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "cluster/parallel.hpp"
#include "cluster/recovery.hpp"
#include "ops/batch_loader.hpp"
#include "ops/content_digest.hpp"
#include "ops/csv_reader.hpp"
#include "ops/import_job.hpp"
#include "ops/input_file.hpp"
#include "ops/reject_file.hpp"
#include "ops/row_maker.hpp"
#include "schema/unique_lookup.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise {
namespace ops {
namespace {

using clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds progress_every{100};
constexpr std::chrono::milliseconds longest_commit{30'000};
/// A batch's rejects and ids are kept in one row of each shard; servers limit its size.
constexpr std::size_t most_batch_rows = 50'000;
constexpr std::size_t most_batch_bytes = 32 * 1024 * 1024;

class import_run {
public:
    import_run(cluster& db, const std::string& table, const std::string& file,
               const import_options& options)
        : db_(db.core()),
          table_(db_.table(table)),
          options_(options),
          input_(file),
          reader_([this](std::span<char> to) { return input_.read(to); }, file, options.delimiter),
          rejects_(options.reject_file, file, options.delimiter) {}

    import_report run() {
        refuse_lookups();
        refuse_view();
        const import_source source{std::filesystem::absolute(input_.path()).lexically_normal(),
                                   input_.digest(), static_cast<std::int64_t>(input_.size()),
                                   options_.delimiter};
        read_header();
        row_maker rows(db_, table_, header_record(), input_.path());
        point_ = find_job(db_, table_, source, options_.restart);
        if (schema::has_lookups(table_)) await_commit(source);
        if (point_.complete) return already_complete();
        load_all(rows);
        report_progress(true);
        return report_;
    }

private:
    void refuse_view() const {
        if (!table_.view) return;
        raise({.code = error_code::not_supported,
               .message = fmt::format("an import into {}, which is a read_only_view: import into "
                                      "the tables that it shows",
                                      table_.name),
               .table = table_.name});
    }
    void refuse_lookups() const {
        if (!schema::is_lookup_table(table_.name)) return;
        raise({.code = error_code::not_supported,
               .message = fmt::format("an import into {}, the lookup table of a constraint that is "
                                      "unique in the cluster: import into the table that has the "
                                      "constraint",
                                      table_.name),
               .table = table_.name});
    }
    /// A batch with lookup rows is committed on all shards or none. When only some have it, its
    /// commit is not over yet: whoever made it is ending it, or has died and left that to us.
    void await_commit(const import_source& source) {
        const deadline limit = db_.default_deadline();
        const deadline patience = earlier(limit, deadline::after(longest_commit));
        while (point_.unfinished()) {
            if (patience.passed())
                raise({.code = error_code::bad_state,
                       .message = fmt::format(
                           "{} into table {}: some shards have a batch that others lack, and it "
                           "was committed on all or none ('shardwise txn list' shows commits that "
                           "are not over; was a shard restored from a backup?)",
                           source.path, table_.name),
                       .table = table_.name,
                       .place = source.path});
            db_.commits().resolve(std::chrono::milliseconds(1'000), limit);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            point_ = find_job(db_, table_, source, false);
        }
    }
    void read_header() {
        const csv_record* const first = reader_.next();
        if (first == nullptr || first->blank())
            raise({.code = error_code::bad_input,
                   .message = fmt::format("{}:1: the first line must name columns of table {}",
                                          input_.path(), table_.name),
                   .place = fmt::format("{}:1", input_.path())});
        header_ = std::string(first->raw);
        header_now_ = first;
        content_.add(header_);
        content_.add("\n");
    }
    const csv_record& header_record() const noexcept { return *header_now_; }

    import_report already_complete() {
        const import_record& r = *point_.latest;
        mark_all_done(r);
        report_.already_complete = true;
        report_.rows_read = r.rows;
        report_.rejected = r.rejects_before + static_cast<std::int64_t>(point_.rejected.size());
        report_.resumed = report_.rows_read - report_.rejected;
        add_shards(std::vector<std::int64_t>(db_.shard_count()));
        return report_;
    }

    void load_all(row_maker& rows) {
        batch_loader loader(db_, rows, {rejects_.is_kept(), options_.most_rejects, input_.path()});
        open_rejects();
        rejected_ = point_.rejects_before();
        if (point_.latest) batch_ = point_.latest->batch - (point_.unfinished() ? 1 : 0);
        skip_complete(rows);
        finish_interrupted(rows, loader);
        load_rest(rows, loader);
        mark_all_done(current_record());
        report_.rows_read = row_;
        report_.loaded = loader.rows_loaded();
        report_.rejected = rejected_;
        report_.resumed = row_ - report_.loaded - rejected_;
        add_shards(loader.loaded());
    }

    void open_rejects() {
        if (point_.latest) {
            rejects_.resume(point_.latest->reject_bytes, header_);
        } else {
            rejects_.start(header_);
        }
    }

    /// The next record that is a row, or nullptr.
    const csv_record* next_row(const row_maker& rows) {
        const csv_record* r = reader_.next();
        while (r != nullptr && rows.is_blank(*r)) r = reader_.next();
        if (r == nullptr) return nullptr;
        ++row_;
        content_.add(r->raw);
        content_.add("\n");
        if (row_ % 256 == 0) report_progress(false);
        return r;
    }

    /// Reads over what all shards have, and writes the last batch's rejects once more: the crash
    /// may have come before they were written.
    void skip_complete(const row_maker& rows) {
        std::map<std::int64_t, const reject*> wanted;
        if (!point_.unfinished())
            for (const reject& r : point_.rejected) wanted.emplace(r.row, &r);
        while (row_ < point_.complete_rows) {
            const csv_record* const r = next_row(rows);
            if (r == nullptr) refuse_changed();
            if (const auto at = wanted.find(row_); at != wanted.end())
                rejects_.add({row_, r->line, at->second->reason}, r->raw);
        }
        rejects_.flush();
        if (point_.latest && !point_.unfinished()) check_content();
    }

    void check_content() const {
        if (content_.hex() != point_.latest->content_hash) refuse_changed();
    }
    [[noreturn]] void refuse_changed() const {
        raise({.code = error_code::bad_input,
               .message = fmt::format(
                   "{}: the file was changed within its first {} rows since its import was "
                   "interrupted, and those are loaded already. Restore them and import it again; "
                   "or remove them from table {} and import it with `restart`",
                   input_.path(), point_.latest->rows, table_.name),
               .table = table_.name,
               .place = input_.path()});
    }

    /// The batch that only some shards have: the same rows, the same rejects, the same ids.
    void finish_interrupted(row_maker& rows, batch_loader& loader) {
        if (!point_.unfinished()) return;
        std::map<std::int64_t, const reject*> known;
        for (const reject& r : point_.rejected) known.emplace(r.row, &r);
        row_batch& batch = batches_[0];
        std::string_view ids = point_.latest->ids;
        while (row_ < point_.latest->rows) {
            const csv_record* const r = next_row(rows);
            if (r == nullptr) refuse_changed();
            rows.add(batch, *r, row_, rows.ids_are_kept() ? &ids : nullptr);
            const auto at = known.find(row_);
            if (at != known.end() && !batch.rows.back().rejected)
                batch.reject_row(batch.rows.size() - 1, at->second->reason);
            else if (at != known.end())
                batch.rejected.back().reason = at->second->reason;
        }
        check_content();
        rows.place(batch);
        batch_progress progress = nobody_has_it();
        for (std::size_t i = 0; i < point_.by_shard.size(); ++i)
            if (point_.by_shard[i] && point_.by_shard[i]->rows == point_.latest->rows)
                progress.placed[i] = point_.by_shard[i]->placed;
        start(batch, loader, std::move(progress));
        finish(batch, loader);
    }

    batch_progress nobody_has_it() const {
        batch_progress progress;
        progress.placed.resize(db_.shard_count());
        for (const auto& r : point_.by_shard)
            progress.known.push_back(all_have_records_ || r.has_value());
        return progress;
    }

    void load_rest(row_maker& rows, batch_loader& loader) {
        std::size_t next = 0;
        row_batch* under_way = nullptr;
        for (;;) {
            row_batch& batch = batches_[next];
            bool more = false;
            try {
                more = fill(batch, rows);
            } catch (const error&) {
                if (under_way != nullptr) finish(*under_way, loader);
                throw;
            }
            if (under_way != nullptr) finish(*under_way, loader);
            under_way = nullptr;
            if (!more) return;
            if (rows.needs_directory()) rows.place(batch);  // its own connections are free now
            start(batch, loader, nobody_has_it());
            under_way = &batch;
            next = 1 - next;
        }
    }

    bool fill(row_batch& batch, row_maker& rows) {
        batch.clear();
        const std::size_t most = std::clamp<std::size_t>(options_.batch_rows, 1, most_batch_rows);
        while (batch.rows.size() < most && batch.bytes < most_batch_bytes) {
            const csv_record* const r = next_row(rows);
            if (r == nullptr) break;
            rows.add(batch, *r, row_);
        }
        if (batch.rows.empty()) return false;
        if (!rows.needs_directory()) rows.place(batch);
        return true;
    }

    import_record current_record() const {
        import_record r = point_.job;
        r.batch = batch_;
        r.rows_before = r.rows = row_;
        r.rejects_before = rejected_;
        r.reject_bytes = rejects_.size();
        r.content_hash = content_.hex();
        return r;
    }

    void start(row_batch& batch, batch_loader& loader, batch_progress progress) {
        input_.check_unchanged();
        batch.record = current_record();
        batch.record.batch = batch_ + 1;
        batch.record.rows_before = batch.rows.front().row - 1;
        batch.record.ids = batch.ids;
        loader.start(batch, std::move(progress));
    }

    /// Its rejects are on the disk before the next batch may be committed.
    void finish(row_batch& batch, batch_loader& loader) {
        while (!loader.wait_for(progress_every)) report_progress(false);
        ++batch_;
        all_have_records_ = true;
        std::size_t i = 0;
        for (const reject& r : batch.rejected) {  // both ascend
            while (batch.rows[i].row != r.row) ++i;
            rejects_.add(r, batch.rows[i].raw);
        }
        rejects_.flush();
        rejected_ += static_cast<std::int64_t>(batch.rejected.size());
    }

    void mark_all_done(const import_record& r) {
        cluster_layer::in_parallel(db_.shard_count(), [&](std::size_t i) {
            const auto shard = static_cast<sharding::shard_index>(i);
            const deadline limit = db_.default_deadline();
            cluster_layer::shard_connection c = db_.connect(shard, limit);
            try {
                mark_done(*c.link, r, c.endpoint->dialect(), limit);
            } catch (const error& e) {
                c.poison_if(e);
                error_info info = e.info();
                info.shard = db_.shard_name(shard);
                raise(std::move(info));
            }
        });
    }

    void add_shards(const std::vector<std::int64_t>& loaded) {
        for (std::size_t i = 0; i < loaded.size(); ++i)
            report_.shards.push_back(
                {db_.shard_name(static_cast<sharding::shard_index>(i)), loaded[i]});
    }

    void report_progress(bool last) {
        if (options_.on_progress == nullptr) return;
        const clock::time_point now = clock::now();
        if (!last && now - reported_ < progress_every) return;
        reported_ = now;
        options_.on_progress(options_.context, {row_, input_.bytes_done(), input_.size()});
    }

    cluster_layer::core& db_;
    const schema::table& table_;
    const import_options& options_;
    input_file input_;
    csv_reader reader_;
    reject_file rejects_;
    content_digest content_;
    std::string header_;
    const csv_record* header_now_ = nullptr;  ///< valid until the first row is read
    resume_point point_;
    row_batch batches_[2];
    std::int64_t row_ = 0;    ///< rows read
    std::int64_t batch_ = 0;  ///< the last one that is on all shards
    bool all_have_records_ = false;
    std::int64_t rejected_ = 0;  ///< by all batches that are on all shards
    import_report report_;
    clock::time_point reported_{};
};

}  // namespace
}  // namespace ops

import_report import_csv(cluster& db, const std::string& table, const std::string& file,
                         const import_options& options) {
    return ops::import_run(db, table, file, options).run();
}

}  // namespace shardwise
