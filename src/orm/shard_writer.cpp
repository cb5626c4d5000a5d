// SPDX-License-Identifier: MIT
#include "orm/shard_writer.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <utility>

#include "engine/statement_of.hpp"
#include "orm/key_text.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"

namespace shardwise::orm {
namespace {

/// Statements sent ahead of their answers: enough to hide the round trip, and a bound for memory.
constexpr std::size_t most_in_flight = 64;

void append_row(std::vector<arg>& args, const record& r) {
    const model::entity& e = r.table->entity();
    for (std::size_t i = 0; i < e.members.size(); ++i)
        args.push_back(e.get(r.object(), static_cast<column_index>(i)));
    if (e.table.placed.stored_bucket) args.push_back(arg{static_cast<std::int64_t>(r.bucket)});
}

void append_key(std::vector<arg>& args, const record& r) {
    for (const column_index c : r.table->key())
        args.push_back(r.table->entity().get(r.identity(), c));
}

/// Of a table with a row_version: only the version that was read is changed or deleted.
void append_read_version(std::vector<arg>& args, const record& r) {
    const model::entity& e = r.table->entity();
    if (e.version) args.push_back(e.get(r.stored(), *e.version));
}

std::vector<std::string> keys_of(std::span<record* const> objects) {
    std::vector<std::string> keys;
    for (const record* r : objects)
        keys.push_back(key_text(r->table->table(), primary_key_values(*r->table, r->identity())));
    return keys;
}

/// New values, as `UPDATE t SET ... WHERE key [AND version]` takes them.
void append_update(std::vector<arg>& args, const record& r, std::span<const column_index> columns) {
    const model::entity& e = r.table->entity();
    for (const column_index c : columns) args.push_back(e.get(r.object(), c));
    if (e.version) args.push_back(arg{next_version(r)});
    append_key(args, r);
    append_read_version(args, r);
}

/// The same of several rows, column by column (sql::compile_update_rows).
void append_update_by_column(std::vector<arg>& args, const write& w) {
    const model::entity& e = w.records.front()->table->entity();
    for (const column_index c : w.columns) {
        for (const record* r : w.records) {
            append_key(args, *r);
            args.push_back(e.get(r->object(), c));
        }
    }
    if (e.version) {
        for (const record* r : w.records) {
            append_key(args, *r);
            args.push_back(arg{next_version(*r)});
        }
    }
    for (const record* r : w.records) {
        append_key(args, *r);
        append_read_version(args, *r);
    }
}

}  // namespace

shard_writer::shard_writer(cluster_layer::core& db, const shard_writes& work,
                           engine::connection& link, bool commit_after)
    : db_(db), work_(work), link_(link), commit_after_(commit_after) {}

void shard_writer::send(const write& w) {
    const record& first = *w.records.front();
    args_.clear();
    switch (w.what) {
        case write::verb::insert:
            args_.reserve(w.records.size() * first.table->column_count());
            for (const record* r : w.records) append_row(args_, *r);
            link_.send(*first.table->insert(work_.shard, w.records.size()), args_);
            break;
        case write::verb::update:
            if (w.records.size() > 1 &&
                db_.endpoint(work_.shard).dialect().kind() == sql::dialect_kind::mariadb)
                append_update_by_column(args_, w);
            else
                for (const record* r : w.records) append_update(args_, *r, w.columns);
            link_.send(*first.table->update(work_.shard, w.columns, w.records.size()), args_);
            break;
        case write::verb::erase:
            append_key(args_, first);
            append_read_version(args_, first);
            link_.send(first.table->erase(work_.shard), args_);
            break;
    }
}

void shard_writer::send_more() {
    if (suspects_ != nullptr) return look_for_stale();
    while (sent_ < work_.writes.size() && sent_ - taken_ < most_in_flight)
        send(work_.writes[sent_++]);
    if (commit_after_ && !commit_sent_ && sent_ == work_.writes.size()) {
        link_.send(commit_statement(db_.endpoint(work_.shard).kind()), {});
        commit_sent_ = true;
    }
}

void shard_writer::take(const write& w) {
    const auto expected = static_cast<std::int64_t>(w.records.size());
    if (link_.affected_rows() == expected) return;
    if (w.records.size() == 1) raise_stale(w, w.records);
    // Which of them? Nothing more is written; their rows are looked at.
    if (suspects_ == nullptr) suspects_ = &w;
}

/// Asks for the rows of an UPDATE that has found too few of them, one by one.
void shard_writer::look_for_stale() {
    if (sent_ != taken_ || link_.pending() > 0) return;
    if (looked_at_ == suspects_->records.size())
        raise_stale(*suspects_, differing_.empty() ? suspects_->records : differing_);
    const record& r = *suspects_->records[looked_at_];
    args_.clear();
    append_key(args_, r);
    row_.resize(r.table->entity().members.size());
    found_ = row_state::gone;
    if (!look_) {
        // Locked, so that it sees what the UPDATE has seen and not an older snapshot.
        engine::engine& endpoint = db_.endpoint(work_.shard);
        sql::compiled text = sql::compile_find(r.table->table(), endpoint.dialect());
        text.text += " FOR UPDATE";
        look_ = endpoint.prepare(engine::statement_of(std::move(text)));
    }
    link_.send(*look_, args_);
}

/// Other values prove less than another version: a trigger may have changed them, or the database
/// may write them in another way.
void shard_writer::take_row() {
    const record& r = *suspects_->records[looked_at_];
    const model::entity& e = r.table->entity();
    if (e.version && row_[*e.version].to_integer() != next_version(r)) return;
    found_ = row_state::as_written;
    for (const column_index c : suspects_->columns) {
        const arg mine = e.get(r.object(), c);
        const bool same =
            mine.is_null() == row_[c].is_null() && (mine.is_null() || compare(mine, row_[c]) == 0);
        if (!same) found_ = row_state::differs;
    }
}

void shard_writer::raise_stale(const write& w, std::span<record* const> which) const {
    const model::entity& e = which.front()->table->entity();
    raise({.code = error_code::stale_object,
           .message = fmt::format(
               "{} of an object of {} did not find its row: it was {} by somebody else since it "
               "was read; roll back, read it again and repeat the change",
               w.what == write::verb::erase ? "DELETE" : "UPDATE", e.table.name,
               e.version ? "changed or deleted" : "deleted"),
           .table = e.table.name,
           .detail = key_among(keys_of(which), which.size())});
}

/// The server names the constraint; which object broke it is known here.
void shard_writer::name_objects(error_info& info) const {
    const bool violation = info.code == error_code::unique_violation ||
                           info.code == error_code::foreign_key_violation ||
                           info.code == error_code::not_null_violation ||
                           info.code == error_code::check_violation;
    if (!violation || taken_ == work_.writes.size()) return;
    const std::vector<record*>& records = work_.writes[taken_].records;
    if (info.table.empty()) info.table = records.front()->table->table().name;
    if (!info.detail.empty()) info.detail += "; ";
    info.detail += key_among(keys_of(records));
}

void shard_writer::take_end() {
    if (taken_ < sent_) return take(work_.writes[taken_++]);
    if (suspects_ == nullptr) return;  // COMMIT
    record* const r = suspects_->records[looked_at_++];
    if (found_ == row_state::gone) raise_stale(*suspects_, {&r, 1});
    if (found_ == row_state::differs) differing_.push_back(r);
}

bool shard_writer::advance() {
    try {
        for (;;) {
            if (sent_ - taken_ < most_in_flight / 2 || sent_ == taken_) send_more();
            if (link_.pending() == 0) return true;
            switch (link_.next(row_)) {
                case engine::fetch::wait:
                    return false;
                case engine::fetch::row:
                    take_row();
                    break;
                case engine::fetch::end:
                    take_end();
            }
        }
    } catch (const error& failure) {
        error_info info = failure.info();
        info.shard = shard_name();
        name_objects(info);
        raise(std::move(info));
    }
}

namespace {

/// One deadline for all of them; a living server needs less. The connections of silent ones are
/// given up.
void drop(std::span<shard_writer> writers) noexcept {
    const deadline soon = deadline::after(std::chrono::milliseconds(150));
    for (shard_writer& w : writers)
        if (w.link().pending() > 0) w.link().discard(soon);
}

void wait_for_any(std::span<shard_writer* const> waiting, deadline limit) {
    pollfd few[8];
    std::vector<pollfd> many(waiting.size() > std::size(few) ? waiting.size() : 0);
    pollfd* const polls = many.empty() ? few : many.data();
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const engine::wait_handle h = waiting[i]->link().waits_on();
        polls[i] = {h.fd, h.events, 0};
    }
    for (;;) {
        const int ready = ::poll(polls, waiting.size(), limit.poll_timeout());
        if (ready > 0) return;
        if (ready == 0 && limit.passed()) {
            std::string names;
            for (shard_writer* w : waiting) {
                w->link().cancel();
                names += (names.empty() ? "" : ", ") + w->shard_name();
            }
            raise({.code = limit.late_code(),
                   .message = fmt::format("{} while writing to [{}]", limit.why_late(), names),
                   .shard = waiting.front()->shard_name()});
        }
    }
}

void write_one(shard_writer& writer, deadline limit) {
    shard_writer* const only = &writer;
    try {
        while (!writer.advance()) wait_for_any({&only, 1}, limit);
    } catch (...) {
        drop({&writer, 1});
        throw;
    }
}

}  // namespace

void write_all(std::span<shard_writer> writers, deadline limit) {
    if (writers.size() == 1) return write_one(writers.front(), limit);
    std::vector<shard_writer*> running;
    for (shard_writer& w : writers) running.push_back(&w);
    try {
        for (;;) {
            std::erase_if(running, [](shard_writer* w) { return w->advance(); });
            if (running.empty()) return;
            wait_for_any(running, limit);
        }
    } catch (...) {
        drop(writers);
        throw;
    }
}

void write_inside(session_core::state& s, const std::vector<shard_writes>& work, deadline until) {
    std::vector<shard_writer> writers;
    writers.reserve(work.size());
    for (const shard_writes& w : work) {
        engine::connection& link = s.transactions.begin(w.shard, until);
        s.transactions.wrote(w.shard);
        writers.emplace_back(s.db, w, link, false);
    }
    write_all(writers, until);
}

}  // namespace shardwise::orm
