// SPDX-License-Identifier: MIT
#include "orm/shard_writer.hpp"

#include <fmt/format.h>
#include <poll.h>

#include "shardwise/base/error.hpp"

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
            for (const column_index c : w.columns)
                args_.push_back(first.table->entity().get(first.object(), c));
            if (first.table->entity().version) args_.push_back(arg{next_version(first)});
            append_key(args_, first);
            append_read_version(args_, first);
            link_.send(*first.table->update(work_.shard, w.columns), args_);
            break;
        case write::verb::erase:
            append_key(args_, first);
            append_read_version(args_, first);
            link_.send(first.table->erase(work_.shard), args_);
            break;
    }
}

void shard_writer::send_more() {
    while (sent_ < work_.writes.size() && sent_ - taken_ < most_in_flight)
        send(work_.writes[sent_++]);
    if (commit_after_ && !commit_sent_ && sent_ == work_.writes.size()) {
        link_.send(commit_statement(), {});
        commit_sent_ = true;
    }
}

void shard_writer::take(const write& w) {
    const auto expected = static_cast<std::int64_t>(w.records.size());
    if (link_.affected_rows() == expected) return;
    const record& first = *w.records.front();
    const model::entity& e = first.table->entity();
    std::string key;
    for (const column_index c : first.table->key()) {
        if (!key.empty()) key += ", ";
        key +=
            fmt::format("{} = {}", e.table.columns[c].name, to_display(e.get(first.identity(), c)));
    }
    raise({.code = error_code::stale_object,
           .message = fmt::format(
               "{} of an object of {} changed {} rows instead of {}: its row was {} by somebody "
               "else since it was read; roll back, read it again and repeat the change",
               w.what == write::verb::erase ? "DELETE" : "UPDATE", e.table.name,
               link_.affected_rows(), expected, e.version ? "changed or deleted" : "deleted"),
           .table = e.table.name,
           .detail = "the object's key: " + key});
}

bool shard_writer::advance() {
    try {
        for (;;) {
            if (sent_ - taken_ < most_in_flight / 2 || sent_ == taken_) send_more();
            if (link_.pending() == 0) return true;
            switch (link_.next({})) {
                case engine::fetch::wait:
                    return false;
                case engine::fetch::row:
                    break;
                case engine::fetch::end:
                    if (taken_ < work_.writes.size()) take(work_.writes[taken_++]);
            }
        }
    } catch (const error& failure) {
        error_info info = failure.info();
        info.shard = shard_name();
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

}  // namespace shardwise::orm
