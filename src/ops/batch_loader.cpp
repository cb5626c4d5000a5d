// SPDX-License-Identifier: MIT
#include "ops/batch_loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/failpoint.hpp"
#include "cluster/parallel.hpp"
#include "ops/content_digest.hpp"
#include "schema/unique_lookup.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::ops {

std::string placed_digest(const row_batch& batch, std::span<const std::uint32_t> rows) {
    content_digest all;
    for (const std::uint32_t i : rows) all.add(fmt::format("{}\n", batch.rows[i].row));
    return fmt::format("{}:{}", rows.size(), all.hex());
}

batch_loader::batch_loader(cluster_layer::core& db, const row_maker& rows, reject_rule rule)
    : db_(db),
      rows_(rows),
      rule_(std::move(rule)),
      transactions_(db, session_options{}),
      parts_(db.shard_count()),
      loaded_(db.shard_count()) {
    if (schema::has_lookups(rows.table())) lookups_.emplace(db, rows);
    for (std::size_t i = 0; i < db.shard_count(); ++i)
        shards_.emplace_back(db, static_cast<sharding::shard_index>(i), rows.table().name,
                             rows.columns());
}

batch_loader::~batch_loader() {
    if (running_.valid()) running_.wait();
}

void batch_loader::start(row_batch& batch, batch_progress progress) {
    running_ = std::async(std::launch::async, [this, &batch, p = std::move(progress)] {
        try {
            load(batch, p);
        } catch (...) {
            rollback_all();
            throw;
        }
    });
}

bool batch_loader::wait_for(std::chrono::milliseconds time) {
    if (running_.wait_for(time) != std::future_status::ready) return false;
    running_.get();
    return true;
}

void batch_loader::rollback_all() noexcept {
    transactions_.rollback();
    for (shard_loader& s : shards_) s.rollback();
}

/// The shards that still need the batch, from position `from` on, all at the same time.
void batch_loader::for_open(std::size_t from,
                            const std::function<void(shard_loader&, std::size_t)>& work) {
    if (from >= open_.size()) return;
    cluster_layer::in_parallel(open_.size() - from, [&](std::size_t i) {
        const std::size_t shard = open_[from + i];
        work(shards_[shard], shard);
    });
}

void batch_loader::assign(row_batch& batch, const batch_progress& progress) {
    for (auto& part : parts_) part.clear();
    for (std::uint32_t i = 0; i < batch.rows.size(); ++i) {
        if (batch.rows[i].rejected) continue;
        if (rows_.table().is_reference()) {
            for (auto& part : parts_) part.push_back(i);
        } else {
            parts_[batch.rows[i].shard].push_back(i);
        }
    }
    open_.clear();
    for (std::size_t s = 0; s < shards_.size(); ++s)
        if (!progress.placed[s]) open_.push_back(s);
}

/// A shard that has the batch must have exactly the rows that it would get now; else a row would be
/// lost or there twice.
void batch_loader::check_placed(const row_batch& batch, const batch_progress& progress) const {
    for (std::size_t s = 0; s < shards_.size(); ++s) {
        if (!progress.placed[s] || *progress.placed[s] == placed_digest(batch, parts_[s])) continue;
        raise({.code = error_code::bad_state,
               .message = fmt::format(
                   "rows {} to {} of the file were being loaded into table {} when the import was "
                   "interrupted, and since then it was changed where they belong; restore the "
                   "cluster's placement and run the import again",
                   batch.record.rows_before + 1, batch.record.rows, rows_.table().name),
               .shard = shards_[s].shard_name(),
               .table = rows_.table().name});
    }
}

void batch_loader::load(row_batch& batch, const batch_progress& progress) {
    if (lookups_)
        load_together(batch, progress);
    else
        load_alone(batch, progress);
    count(batch);
}

void batch_loader::load_alone(row_batch& batch, const batch_progress& progress) {
    constexpr int attempts = 4;
    check_rejects(batch);
    assign(batch, progress);
    check_placed(batch, progress);
    for (int attempt = 1;; ++attempt) {
        try {
            try_load(batch, progress);
            break;
        } catch (const error& e) {
            rollback_all();
            // Nothing is committed yet, so the whole batch can be tried again.
            if (!e.is_retryable() || attempt == attempts) throw;
        }
    }
    write_records(batch);
    commit_alone();
}

/// All shards have the batch afterwards, or none: what a retryable error has ended is stored
/// nowhere.
void batch_loader::load_together(row_batch& batch, const batch_progress& progress) {
    constexpr int attempts = 6;
    lookups_->make(batch);
    for (int attempt = 1;; ++attempt) {
        try {
            try_together(batch, progress);
            write_records(batch);
            commit_together();
            return;
        } catch (const error& e) {
            rollback_all();
            if (!e.is_retryable() || attempt == attempts) throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10 * attempt * attempt));
    }
}

void batch_loader::try_together(row_batch& batch, const batch_progress& progress) {
    for (;;) {
        check_rejects(batch);
        assign(batch, progress);
        begin(batch, progress);
        lookups_->load(batch, shards_);
        for_open(0, [&](shard_loader& s, std::size_t i) { s.load(batch, parts_[i]); });
        if (lookups_->settle(batch, shards_)) return;
        rollback_all();
    }
}

void batch_loader::begin(row_batch& batch, const batch_progress& progress) {
    if (lookups_)
        for (const std::size_t s : open_) shards_[s].join(transactions_);
    const auto claim = [&](shard_loader& s, std::size_t i) {
        s.begin(batch.record, progress.known[i]);
    };
    // The first one alone: of two processes with the same file one waits here, and they cannot
    // hold a lock each that the other one needs.
    if (!open_.empty()) claim(shards_[open_.front()], open_.front());
    for_open(1, claim);
}

void batch_loader::try_load(row_batch& batch, const batch_progress& progress) {
    for (;;) {
        begin(batch, progress);
        for_open(0, [&](shard_loader& s, std::size_t i) { s.load(batch, parts_[i]); });
        const bool complete = take_refused(batch);
        check_rejects(batch);
        if (complete) return;
        rollback_all();
        assign(batch, progress);
        check_placed(batch, progress);
    }
}

/// Copies what the shards refused into the batch. False when a row of a reference table was refused
/// on some shards only: it has to go from the others, too.
bool batch_loader::take_refused(row_batch& batch) {
    bool complete = true;
    std::vector<std::uint32_t> fresh;
    for (const std::size_t s : open_) {
        for (const refused_row& r : shards_[s].refused()) {
            if (batch.rows[r.index].rejected) continue;  // by another copy
            batch.reject_row(r.index, r.reason);
            fresh.push_back(r.index);
        }
    }
    std::sort(batch.rejected.begin(), batch.rejected.end(),
              [](const reject& a, const reject& b) { return a.row < b.row; });
    if (fresh.empty()) return true;
    if (rows_.table().is_reference()) {
        for (const std::size_t s : open_)
            complete = complete && shards_[s].refused().size() == fresh.size();
        complete = complete && open_.size() == shards_.size();
    }
    for (auto& part : parts_)
        std::erase_if(part, [&](std::uint32_t i) { return batch.rows[i].rejected; });
    return complete;
}

void batch_loader::check_rejects(row_batch& batch) const {
    if (batch.rejected.empty()) return;
    std::sort(batch.rejected.begin(), batch.rejected.end(),
              [](const reject& a, const reject& b) { return a.row < b.row; });
    const auto all = batch.record.rejects_before + static_cast<std::int64_t>(batch.rejected.size());
    const bool too_many = rule_.most >= 0 && all > rule_.most;
    if (rule_.kept && !too_many) return;
    const reject& last = rule_.kept ? batch.rejected.back() : batch.rejected.front();
    const std::string place = fmt::format("{}:{}", rule_.file, last.line);
    raise({.code = error_code::bad_input,
           .message = fmt::format(
               "{}: {}{}", place, last.reason,
               too_many ? fmt::format(" (more than {} rows cannot be loaded)", rule_.most)
                        : std::string()),
           .table = rows_.table().name,
           .place = place});
}

void batch_loader::write_records(row_batch& batch) {
    batch.record.rejected = batch.rejected;
    for_open(0, [&](shard_loader& s, std::size_t i) {
        import_record own = batch.record;
        own.placed = placed_digest(batch, parts_[i]);
        s.write(own);
    });
}

void batch_loader::commit_alone() {
    for_open(0, [&](shard_loader& s, std::size_t) { s.commit(); });
}

void batch_loader::commit_together() {
    failpoint("import_before_commit");
    try {
        transactions_.commit(db_.default_deadline());
    } catch (const error& e) {
        if (e.code() != error_code::in_doubt) throw;
        error_info info = e.info();
        info.message = fmt::format(
            "the end of the commit of a batch is not known; run the import again, it finds out "
            "and goes on: {}",
            e.message());
        raise(std::move(info));
    }
    failpoint("import_after_commit");
    for (shard_loader& s : shards_) s.rollback();  // they hold nothing any more
}

void batch_loader::count(const row_batch& batch) {
    std::vector<bool> counted(batch.rows.size());
    for (const std::size_t s : open_) {
        loaded_[s] += static_cast<std::int64_t>(parts_[s].size());
        for (const std::uint32_t i : parts_[s]) {
            rows_loaded_ += counted[i] ? 0 : 1;
            counted[i] = true;
        }
    }
}

}  // namespace shardwise::ops
