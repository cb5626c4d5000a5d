// SPDX-License-Identifier: MIT
// The receiving half of pg_connection: from libpq's results to rows, ends and errors.
#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "engine/driver/postgres/connection.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {

fetch pg_connection::advance(std::span<arg> row) {
    if (pending() == 0) raise(error_code::bad_state, "next() without a pending statement");
    if (failed_)
        raise(error_code::bad_state,
              "an earlier statement of the batch failed; discard() what is pending");
    if (broken_) fail_connection(nullptr);
    for (;;) {
        if (!under_way()) {
            dispatch();
            return fetch::wait;
        }
        if (!answer_ready()) {
            if (received_ != nullptr && received_->held > received_->most) refuse_too_large();
            return fetch::wait;
        }
        switch (absorb_next()) {
            case progress::row:
                return read_row(row);
            case progress::end:
                return fetch::end;
            case progress::more:
                break;
        }
    }
}

/// libpq has a result, or a message of COPY, in memory.
bool pg_connection::has_answer() {
    return copying_out_ ? take_message() : PQisBusy(handle_.get()) == 0;
}

/// PQgetResult would not block. Reads the socket only when it is likely to have something: after a
/// `wait`, or when libpq's buffer has been used up.
bool pg_connection::answer_ready() {
    if (waited_) consume();
    if (has_answer() || broken_) {
        waited_ = false;
        return true;
    }
    if (!waited_) {
        consume();
        if (has_answer() || broken_) return true;
    }
    if (tls_) {
        drain_tls();
        if (has_answer() || broken_) {
            waited_ = false;
            return true;
        }
    }
    waited_ = true;
    return false;
}

/// libpq keeps a whole answer and does not tell how large it has become: what the socket has is
/// what the following read may take, and a read takes at most what its buffer holds. Rows of COPY
/// are read one by one.
void pg_connection::note_received() noexcept {
    constexpr int largest_read = 16 * 1024;
    int waiting = 0;
    if (ioctl(PQsocket(handle_.get()), FIONREAD, &waiting) != 0 || waiting <= 0) return;
    const auto bytes = static_cast<std::size_t>(std::min(waiting, largest_read));
    received_->add(bytes);
    received_now_ += bytes;
}

void pg_connection::forget_received() noexcept {
    if (received_ != nullptr) received_->remove(received_now_);
    received_now_ = 0;
}

void pg_connection::refuse_too_large() {
    error_info info{
        .code = error_code::result_too_large,
        .message = fmt::format("the answer has more than the {} bytes that limits.bytes "
                               "allows to be held; read it as a stream or in pages, "
                               "ask for less, or raise the limit",
                               received_->most),
        .server = server_,
        .statement = std::string{context().statement}};
    abandon_operation();
    raise(std::move(info));
}

void pg_connection::consume() noexcept {
    if (received_ != nullptr && !copying_out_ && !abandoned_) note_received();
    if (PQconsumeInput(handle_.get()) == 0) broken_ = true;  // flushes, too
    if (unflushed_) unflushed_ = PQflush(handle_.get()) == 1;
}

/// OpenSSL may hold decrypted bytes that poll(2) knows nothing of. libpq asks it for at least 8 kB
/// at a time and a TLS record has at most 16 kB: two reads in a row that start with an empty socket
/// leave nothing behind.
void pg_connection::drain_tls() {
    for (int quiet = 0; quiet < 2 && !broken_ && !has_answer();) {
        int waiting = 0;
        if (ioctl(PQsocket(handle_.get()), FIONREAD, &waiting) != 0) return;
        quiet = waiting == 0 ? quiet + 1 : 0;
        consume();
        // A record that has come in part stays in the socket's or OpenSSL's buffer; poll will tell
        // of its rest.
    }
}

pg_connection::progress pg_connection::absorb_next() {
    return copying_out_ ? absorb_message() : absorb(result_handle{PQgetResult(handle_.get())});
}

pg_connection::progress pg_connection::absorb(result_handle result) {
    if (PQstatus(handle_.get()) == CONNECTION_BAD) fail_connection(result.get());
    if (result == nullptr) return answer_over();
    const ExecStatusType status = PQresultStatus(result.get());
    switch (status) {
        case PGRES_SINGLE_TUPLE:
        case PGRES_TUPLES_OK:
            return absorb_rows(std::move(result));
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
            note_command(*result);
            return progress::more;
        case PGRES_PIPELINE_SYNC:
            return sync_over();
        case PGRES_PIPELINE_ABORTED:
            if (steps_[step_].kind == step_kind::prepare)
                operations_[steps_[step_].index].what->set_on_server(false);
            return progress::more;
        case PGRES_COPY_OUT:
            if (steps_[step_].kind == step_kind::copy_out) return start_copying_out(*result);
            return refuse_copy(status);
        case PGRES_COPY_IN:
        case PGRES_COPY_BOTH:
            return refuse_copy(status);
        default:
            note_failure(*result);
            return progress::more;
    }
}

pg_connection::progress pg_connection::absorb_rows(result_handle result) {
    if (PQresultStatus(result.get()) == PGRES_TUPLES_OK) note_command(*result);
    const step_kind kind = steps_[step_].kind;
    if (abandoned_ || failure_) return progress::more;
    if (kind != step_kind::execute && kind != step_kind::copy_out) return progress::more;
    prepared_statement& what = *operations_[head_].what;
    try {
        if (kind == step_kind::copy_out) {
            copied_.describe(std::move(result), what.columns());
            return progress::more;
        }
        rows_.start(std::move(result), what.columns());
    } catch (error& e) {
        error_info info = e.info();
        info.statement = operations_[head_].what->text();
        info.server = server_;
        abandon_operation();
        raise(std::move(info));
    }
    // In single-row mode this only says: one. Streams are copied without being asked.
    if (rows_.has_row()) what.note_rows(rows_.count());
    return rows_.has_row() ? progress::row : progress::more;
}

/// Somebody sent COPY as a statement. COPY FROM STDIN is told to stop (also the rest of an
/// abandoned bulk_insert); there is no polite way to stop COPY TO STDOUT.
pg_connection::progress pg_connection::refuse_copy(ExecStatusType status) {
    if (status != PGRES_COPY_IN || PQputCopyEnd(handle_.get(), "not wanted") != 1) broken_ = true;
    if (abandoned_ && !broken_) return progress::more;
    if (!failure_)
        failure_ = error_info{.code = error_code::not_supported,
                              .message = "COPY cannot be run as a statement; use bulk_insert",
                              .server = server_,
                              .statement = std::string{context().statement}};
    if (broken_) fail_connection(nullptr);
    return progress::more;
}

/// "INSERT 0 3", "UPDATE 3": rows that were changed; "SELECT 3", "FETCH 3": that were not.
void pg_connection::note_command(const PGresult& result) {
    const step_kind kind = steps_[step_].kind;
    if (kind != step_kind::execute && kind != step_kind::copy_in && kind != step_kind::copy_out)
        return;
    affected_so_far_ = 0;
    // libpq's functions do not change the result, they only lack the const.
    auto* r = const_cast<PGresult*>(&result);
    const char* tag = PQcmdStatus(r);
    if (kind == step_kind::copy_out) return check_copied(tag, PQcmdTuples(r));
    if (std::strcmp(tag, "ROLLBACK") == 0 && context().statement == "COMMIT" && !failure_)
        failure_ = error_info{.code = error_code::statement_failed,
                              .message =
                                  "COMMIT was answered with ROLLBACK: a statement of this "
                                  "transaction had failed before, so nothing was stored",
                              .server = server_,
                              .statement = "COMMIT",
                              .sqlstate = "25P02"};
    if (tag[0] == 'S' || tag[0] == 'F' || std::strncmp(tag, "MOVE", 4) == 0) return;
    const char* count = PQcmdTuples(r);
    std::from_chars(count, count + std::strlen(count), affected_so_far_);
}

void pg_connection::note_failure(const PGresult& result) {
    const step& s = steps_[step_];
    if (s.kind == step_kind::deallocate) return;
    if (s.kind == step_kind::prepare) operations_[s.index].what->set_on_server(false);
    if (abandoned_ || failure_) return;
    failure_ = failure_of(result, context());
    stale_ = s.kind == step_kind::execute ? staleness_of(result) : stale_statement{};
}

/// NULL: the command of this step has no more results.
pg_connection::progress pg_connection::answer_over() {
    if (!pipelined_) return batch_over();
    const step& s = steps_[step_];
    if (s.kind == step_kind::sync) return progress::more;  // after an error of the implicit commit
    const bool is_statement = s.kind == step_kind::execute;
    ++step_;
    enter_step();
    if (!is_statement || abandoned_ || failure_) return progress::more;
    rows_.clear();
    if (steps_[step_].kind == step_kind::sync) return progress::more;  // its end is the batch's
    ++head_;
    affected_ = affected_so_far_;
    return progress::end;
}

pg_connection::progress pg_connection::sync_over() {
    if (++step_ < steps_.size()) {
        enter_step();
        return progress::more;
    }
    if (PQexitPipelineMode(handle_.get()) != 1) broken_ = true;
    return batch_over();
}

pg_connection::progress pg_connection::batch_over() {
    steps_.clear();
    step_ = 0;
    rows_.clear();
    end_copying_out();
    if (abandoned_) {
        abandoned_ = false;
        failure_.reset();
        forget_finished();
        return progress::more;
    }
    if (failure_) {
        if (retry_stale()) return progress::more;
        report_failure();
    }
    retried_ = false;
    ++head_;
    affected_ = affected_so_far_;
    forget_finished();
    return progress::end;
}

/// Runs the batch again, all statements without names, when its first one met a stale plan and
/// nothing of it can have had an effect. Forgets the stale statements in any case.
bool pg_connection::retry_stale() {
    if (!stale_.stale) return false;
    const bool can_retry = head_ == batch_first_ && started_idle_ && !retried_;
    if (stale_.forgotten) cache_.forget_all();
    stale_ = {};
    for (std::size_t i = batch_first_; i < batch_end_; ++i) {
        operation& o = operations_[i];
        cache_.forget(*o.what);
        if (can_retry) o.what = std::make_shared<prepared_statement>(*o.what);
    }
    if (can_retry) {
        retried_ = true;
        failure_.reset();
        return true;
    }
    failure_->code = error_code::serialization_failure;
    failure_->message =
        "a prepared statement no longer fits its table or was forgotten by the "
        "server; run the transaction again (" +
        failure_->message + ")";
    return false;
}

void pg_connection::report_failure() {
    error_info info = std::move(*failure_);
    failure_.reset();
    retried_ = false;
    ++head_;
    failed_ = head_ < operations_.size();
    forget_finished();
    raise(std::move(info));
}

/// libpq or the server gave up. A reason that the server sent before is better than libpq's.
void pg_connection::fail_connection(const PGresult* result) {
    broken_ = true;
    error_info info;
    const bool has_state =
        result != nullptr && PQresultErrorField(result, PG_DIAG_SQLSTATE) != nullptr;
    if (failure_)
        info = std::move(*failure_);
    else if (has_state)
        info = failure_of(*result, context());
    else
        info = lost_connection(*handle_, context());
    if (PQstatus(handle_.get()) == CONNECTION_BAD) info.code = error_code::connection_lost;
    failure_.reset();
    steps_.clear();
    step_ = 0;
    rows_.clear();
    end_copying_out();
    if (head_ < operations_.size()) ++head_;
    failed_ = head_ < operations_.size();
    raise(std::move(info));
}

}  // namespace shardwise::engine::postgres
