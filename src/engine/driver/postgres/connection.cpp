// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/connection.hpp"

#include <poll.h>

#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

/// How long discard() lets a statement finish by itself; a cancel costs a connection and a thread.
constexpr std::chrono::milliseconds patience{2};
/// How long a cancelled statement may take to end before it is cancelled again.
constexpr std::chrono::milliseconds ask_again{50};

}  // namespace

pg_connection::pg_connection(connection_handle handle, std::string server,
                             const connect_options& options)
    : handle_(std::move(handle)),
      server_(std::move(server)),
      has_statement_timeout_(options.statement_timeout.count() > 0),
      tls_(PQsslInUse(handle_.get()) != 0),
      cache_(options.statement_cache),
      canceller_(*handle_) {
    PQsetNoticeReceiver(handle_.get(), receive_notice, this);
}

pg_connection::~pg_connection() {
    if (under_way()) canceller_.request_at_close();  // the server would work on for nobody
}

/// Warnings and RAISE NOTICE are dropped. What ends the session comes as a notice, too, when no
/// statement is running.
void pg_connection::receive_notice(void* self, const PGresult* notice) {
    const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const std::string_view s = severity == nullptr ? "" : severity;
    if (s == "FATAL" || s == "PANIC") static_cast<pg_connection*>(self)->broken_ = true;
}

void pg_connection::send(const statement& s, std::span<const arg> args) {
    if (broken_) fail_connection(nullptr);
    if (failed_)
        raise(error_code::bad_state,
              "an earlier statement of the batch failed; discard() what is pending first");
    prepared_ptr what = cache_.find_or_add(s);
    operations_.reserve(operations_.size() + 1);
    const std::size_t first = parameters_.add(s, args);
    operations_.push_back({what, first, s.streaming, {}});
    if (pending() == 1) operations_.back().copy = copy_text(s, *what, args);
}

fetch pg_connection::next_answer(std::span<arg> row) {
    return rows_.has_row() ? read_row(row) : advance(row);
}

fetch pg_connection::read_row(std::span<arg> row) {
    try {
        if (copied_.has_row())
            copied_.read(row);
        else
            rows_.read(row);
    } catch (...) {
        abandon_operation();
        throw;
    }
    return fetch::row;
}

wait_handle pg_connection::waits_on() const noexcept {
    // A batch that has not left needs next(), not the server.
    const bool write = unflushed_ || (!under_way() && pending() > 0);
    return {PQsocket(handle_.get()), static_cast<short>(write ? POLLIN | POLLOUT : POLLIN)};
}

bool pg_connection::drop_pending(deadline limit) noexcept {
    try {
        if (broken_) return false;
        head_ = operations_.size();
        failed_ = false;
        failure_.reset();
        rows_.clear();
        abandoned_ = under_way();
        if (!absorb_until(earlier(limit, deadline::after(patience))) && !absorb_cancelled(limit))
            broken_ = true;
        if (!canceller_.settled(limit)) broken_ = true;
        forget_finished();
        return !broken_ && PQstatus(handle_.get()) == CONNECTION_OK;
    } catch (...) {
        broken_ = true;
        return false;
    }
}

bool pg_connection::absorb_cancelled(deadline limit) {
    do {
        canceller_.request();
        if (absorb_until(earlier(limit, deadline::after(ask_again)))) return true;
    } while (!limit.passed());
    return false;
}

bool pg_connection::in_transaction() const noexcept {
    switch (PQtransactionStatus(handle_.get())) {
        case PQTRANS_INTRANS:
        case PQTRANS_INERROR:
        case PQTRANS_ACTIVE:  // not known before it ends; true is the answer that loses nothing
            return true;
        default:
            return false;
    }
}

bool pg_connection::transaction_failed() const noexcept {
    return PQtransactionStatus(handle_.get()) == PQTRANS_INERROR;
}

bool pg_connection::usable() noexcept {
    if (broken_ || under_way() || pending() > 0 || canceller_.under_way()) return false;
    for (;;) {
        pollfd p{PQsocket(handle_.get()), POLLIN | POLLRDHUP, 0};
        const int ready = poll(&p, 1, 0);
        if (ready == 0) return PQstatus(handle_.get()) == CONNECTION_OK;
        if (ready < 0 || (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0) break;
        // Notices, changed settings and notifications are fine; PQisBusy reads them.
        if (PQconsumeInput(handle_.get()) == 0 || PQisBusy(handle_.get()) != 0 || broken_) break;
    }
    broken_ = true;
    return false;
}

/// The statement at the head is given up in the middle: nobody wants the rest of the batch.
void pg_connection::abandon_operation() noexcept {
    rows_.clear();
    failure_.reset();
    abandoned_ = under_way();
    ++head_;
    failed_ = head_ < operations_.size();
    forget_finished();
}

/// Operations under way are kept until their answers have come: steps_ refers to them.
void pg_connection::forget_finished() noexcept {
    if (head_ < operations_.size() || under_way()) return;
    operations_.clear();
    parameters_.clear();
    head_ = 0;
    forget_received();
}

void pg_connection::count_received(received_bytes* counter) noexcept {
    forget_received();
    received_ = counter;
}

failure_context pg_connection::context() const {
    failure_context out{.server = server_,
                        .statement = {},
                        .cancel_requested = canceller_.was_requested(),
                        .has_statement_timeout = has_statement_timeout_};
    if (head_ < operations_.size()) out.statement = operations_[head_].what->text();
    return out;
}

/// poll(2); true when something happened before `limit`.
bool pg_connection::wait_for(short events, deadline limit) const noexcept {
    for (;;) {
        pollfd p{PQsocket(handle_.get()), events, 0};
        if (p.fd < 0) return true;  // closed: libpq will say so
        const int ready = poll(&p, 1, limit.poll_timeout());
        if (ready > 0) return true;
        if (limit.passed()) return false;
    }
}

/// Throws the answers away until nothing is under way; false when `limit` passed first. The clock
/// is looked at also when there is always more to read: a stream can be endless.
bool pg_connection::absorb_until(deadline limit) {
    constexpr unsigned look_every = 64;
    for (unsigned answers = 0; under_way();) {
        if (!answer_ready()) {
            if (!wait_for(waits_on().events, limit)) return false;
            continue;
        }
        absorb_next();
        if (++answers % look_every == 0 && under_way() && limit.passed()) return false;
    }
    return true;
}

}  // namespace shardwise::engine::postgres
