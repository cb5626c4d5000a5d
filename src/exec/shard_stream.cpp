// SPDX-License-Identifier: MIT
#include "exec/shard_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/cost_table.hpp"
#include "exec/executor.hpp"
#include "exec/held_memory.hpp"
#include "exec/row_buffer.hpp"
#include "plan/explain.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::exec {
namespace {
/// How long a statement that failed may take to be cleared away before the connection is given up.
constexpr std::chrono::milliseconds clean_up_time{1'000};
}  // namespace

shard_stream::shard_stream(const request& r, request_compiler& compiler, const execution& how,
                           deadline connect_by)
    : shard_(r.shard), limit_(how.limit), name_(how.connections.shard_name(r.shard)) {
    if (how.measured) took_ = &how.measured->parts[{r.leaf, r.shard}];
    connection_ = how.connections.connect(r.shard, connect_by);
    embedded_ = connection_.endpoint->embedded();
    const request_compiler::ready ready = compiler.prepare(r, *connection_.endpoint);
    statement_ = ready.statement;
    connection_.link->limit_to(limit_);
    // A stream hands its rows on: what waits in the socket is no answer that is kept.
    if (how.held && !statement_->streaming) connection_.link->count_received(how.held->received());
    try {
        connection_.link->send(*statement_, ready.args);
    } catch (const error& e) {
        connection_.link->limit_to(deadline::never());
        connection_.link->count_received(nullptr);
        connection_.poison_if(e);
        error_info info = e.info();
        if (info.shard.empty()) info.shard = name_;
        if (info.statement.empty()) info.statement = statement_->text;
        raise(std::move(info));
    }
}

shard_stream::~shard_stream() {
    if (!connection_.link) return;
    if (reader_) reader_->stop();
    if (!ended_) {
        // A server that streams would have to send everything; one that has not answered yet may
        // take long. What is on its way is simply read.
        if (!abandoned_ && worth_a_cancel()) connection_.link->cancel();
        const deadline patience = patience_.is_never() ? deadline::after(clean_up_time) : patience_;
        if (!abandoned_ && !cancelled_ && !embedded_ && inside_transaction()) read_rest(patience);
        if ((abandoned_ && connection_.borrowed) || !connection_.link->discard(patience))
            connection_.poison();
    }
    connection_.link->limit_to(deadline::never());
    connection_.link->count_received(nullptr);
}

void shard_stream::read_in_background(task_pool& tasks) {
    reader_ = std::make_shared<background_reader>(link(), width(), tasks);
    reader_->start();
}

engine::fetch shard_stream::step(std::span<arg> row) {
    try {
        const engine::fetch got = reader_ ? step_background(row) : connection_.link->next(row);
        if (got == engine::fetch::wait) return got;
        answered_ = true;
        ended_ = got == engine::fetch::end;
        if (took_) measure(row, got);
        if (!ended_) ++rows_;
        return got;
    } catch (const error& e) {
        fail(e);
    }
}

void shard_stream::measure(std::span<const arg> row, engine::fetch got) noexcept {
    took_->total_us =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                       std::chrono::steady_clock::now() - begun_)
                                       .count());
    if (rows_ == 0) took_->first_us = took_->total_us;
    if (got != engine::fetch::row) return;
    ++took_->rows;
    took_->bytes += bytes_of(row.first(width()));
}

engine::fetch shard_stream::step_background(std::span<arg> row) {
    const arg* kept = nullptr;
    switch (reader_->next(kept, limit_)) {
        case background_reader::answer::end:
            return engine::fetch::end;
        case background_reader::answer::row:
            std::copy_n(kept, width(), row.begin());
            return engine::fetch::row;
        case background_reader::answer::timeout:
            break;
    }
    reader_->stop();
    raise({.code = limit_.late_code(),
           .message = fmt::format("{} before shard \"{}\" had answered", limit_.why_late(), name_),
           .server = std::string(connection_.link->server())});
}

std::size_t shard_stream::expected_rows(const cost_table* seen) const noexcept {
    return seen ? seen->average(statement_->id).value_or(0) : 0;
}

void shard_stream::note_rows(cost_table* seen) const noexcept {
    if (seen) seen->note(statement_->id, rows_);
}

void shard_stream::fail(const error& e) {
    if (reader_) reader_->stop();
    if (e.poisons_connection()) {
        connection_.poison();
    } else if (!connection_.link->discard(deadline::after(clean_up_time))) {
        connection_.poison();
    }
    ended_ = true;
    error_info info = e.info();
    if (info.shard.empty()) info.shard = name_;
    if (info.statement.empty()) info.statement = statement_->text;
    raise(std::move(info));
}

void shard_stream::read_rest(deadline limit) noexcept {
    try {
        std::vector<arg> row(width());
        for (;;) {
            const engine::fetch got = connection_.link->next(row);
            if (got == engine::fetch::end || limit.passed()) return;
            if (got == engine::fetch::wait) engine::wait(*connection_.link, limit);
        }
    } catch (...) {
        // discard() clears away what is left.
    }
}

/// A pooled connection has none, whatever the client says while a statement runs.
bool shard_stream::inside_transaction() const noexcept {
    return !connection_.borrowed && connection_.link->in_transaction();
}

bool shard_stream::worth_a_cancel() const noexcept {
    return !ended_ && !embedded_ && !inside_transaction() && (statement_->streaming || !answered_);
}

void shard_stream::cancel() noexcept {
    if (ended_) return;
    cancelled_ = true;
    connection_.link->cancel();
}

void shard_stream::abandon(deadline patience) noexcept {
    abandoned_ = true;
    patience_ = patience;
    cancel();
}

void refuse_text_order(const shard_stream& from) {
    raise({.code = error_code::schema_mismatch,
           .message = fmt::format(
               "shard \"{}\" does not sort text by its bytes, so its rows cannot be merged with "
               "those of other shards; give the sorted columns a binary collation",
               from.shard_name()),
           .shard = from.shard_name(),
           .statement = from.statement().text});
}

}  // namespace shardwise::exec
