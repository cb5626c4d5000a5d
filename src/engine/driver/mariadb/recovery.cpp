// SPDX-License-Identifier: MIT
// What a connection knows of its transaction, and how it gets back into a known state after errors.
#include <errmsg.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/driver/mariadb/connection.hpp"

namespace shardwise::engine::mariadb {
namespace {

/// How long discard() reads what is left before it asks the server to stop.
constexpr std::chrono::milliseconds patience{50};
/// How long a cancelled statement may take to end before it is cancelled again.
constexpr std::chrono::milliseconds ask_again{50};

/// Ends the transaction as a whole: the only thing to be said after the server rolled it back.
bool ends_by_rollback(std::string_view text) {
    const std::string word = first_word(text);
    if (word == "XA") return true;
    return word == "ROLLBACK" && text.find("TO") == std::string_view::npos &&
           text.find("to") == std::string_view::npos;
}

}  // namespace

unsigned mariadb_connection::server_status() const noexcept {
    unsigned status = 0;
    mariadb_get_infov(handle_.get(), MARIADB_CONNECTION_SERVER_STATUS, &status);
    return status;
}

bool mariadb_connection::in_transaction() const noexcept {
    return doomed_ || (server_status() & SERVER_STATUS_IN_TRANS) != 0;
}

bool mariadb_connection::usable() noexcept {
    if (broken_ || batch_failed_ || !queue_.empty() || canceller_.requested()) return false;
    // An idle server has nothing to say: what can be read is its farewell.
    pollfd watched{mysql_get_socket(handle_.get()), POLLIN, 0};
    return watched.fd >= 0 && ::poll(&watched, 1, 0) == 0;
}

void mariadb_connection::give_up() noexcept {
    broken_ = true;
    cut(handle_.get());
}

void mariadb_connection::refuse_if_doomed(std::string_view text) const {
    if (!doomed_ || ends_by_rollback(text)) return;
    raise({.code = error_code::deadlock,
           .message = "the server rolled this transaction back: end it with ROLLBACK and run it "
                      "again",
           .server = server_,
           .statement = std::string(text)});
}

void mariadb_connection::note_success(std::string_view text) noexcept {
    if (doomed_ && ends_by_rollback(text)) doomed_ = false;
}

void mariadb_connection::note_failure(const server_error& e) noexcept {
    if (breaks_connection(e.number)) broken_ = true;
    // An error packet has no status flags: these are from before the statement.
    if ((server_status() & SERVER_STATUS_IN_TRANS) != 0 &&
        rolls_back_transaction(e.number, facts_.rollback_on_timeout)) {
        doomed_ = true;
    }
}

server_error mariadb_connection::reason() {
    server_error e = error_of(front_handle());
    // A connection that breaks between two rows is noted in its handle, or only by the failure.
    if (e.number == 0) e = error_of(handle_.get());
    if (e.number == 0) e = {CR_SERVER_LOST, "HY000", "the connection broke"};
    return e;
}

void mariadb_connection::fail(const server_error& e) {
    note_failure(e);
    error_info info = translate(e);
    info.server = server_;
    info.statement = text_of(front());
    if (broken_) cut(handle_.get());
    pop();
    batch_failed_ = !queue_.empty();
    raise(std::move(info));
}

void mariadb_connection::fail_here(error_info info) {
    info.server = server_;
    info.statement = text_of(front());
    if (rows_are_left()) {
        batch_failed_ = true;  // discard() reads them
    } else {
        if (broken_) cut(handle_.get());
        pop();
        batch_failed_ = !queue_.empty();
    }
    raise(std::move(info));
}

void mariadb_connection::begin_talk(std::string_view text) {
    if (broken_) raise(error_code::connection_lost, "the connection is broken");
    if (!queue_.empty()) raise(error_code::bad_state, "statements are still pending");
    refuse_if_doomed(text);
}

void mariadb_connection::failed_talk(const error& e, std::string_view text) {
    error_info info = e.info();
    unsigned number = 0;
    for (const char c : info.detail) {  // "1213: ...", as translate() wrote it
        if (c < '0' || c > '9') break;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    note_failure({number, {}, {}});
    const bool late = info.code == error_code::timeout || info.code == error_code::cancelled;
    if (late && number == 0) {  // our own deadline
        broken_ = true;
        canceller_.request_at_close();
    }
    info.server = server_;
    info.statement = text;
    raise(std::move(info));
}

bool mariadb_connection::rows_are_left() noexcept {
    switch (phase_) {
        case phase::executing:
            return failed_ == 0 && mysql_field_count(handle_.get()) > 0;
        case phase::streaming:
            return failed_ == 0;
        case phase::streamed:
            return true;
        default:
            return false;
    }
}

/// Drives call_ to its end. False when `limit` passes first; asks the server to stop when `ask`
/// passes, and again as long as it takes.
bool mariadb_connection::finish_call(deadline limit, deadline& ask) {
    while (!call_.done()) {
        if (ask.passed()) {
            canceller_.request();
            ask = deadline::after(ask_again);
        }
        if (limit.passed()) return false;
        if (wait_socket(handle_.get(), call_.events(), earlier(limit, ask)) != 0) {
            call_.resume([this](int ready) { return continue_call(ready); });
        }
    }
    return true;
}

bool mariadb_connection::drain(deadline limit) {
    deadline ask = deadline::after(canceller_.requested() ? ask_again : patience);
    if (!finish_call(limit, ask)) return false;
    if (phase_ == phase::preparing && failed_ == 0) front().statement->ready = true;
    if (phase_ == phase::querying && failed_ == 0 && mysql_field_count(handle_.get()) > 0) {
        start(phase::storing_text);
        if (!finish_call(limit, ask)) return false;
    }
    if (phase_ == phase::storing_text) text_result_.reset(std::exchange(stored_, nullptr));
    if (rows_are_left()) {
        start(phase::flushing);
        if (!finish_call(limit, ask)) return false;
    }
    const bool text = front().statement == nullptr;
    const server_error e = text ? error_of(handle_.get()) : error_of(front_handle());
    if (e.number != 0) note_failure(e);
    return !broken_ && (server_status() & SERVER_MORE_RESULTS_EXIST) == 0;
}

void mariadb_connection::absorb_cancel(deadline limit) {
    if (!canceller_.settled(limit)) {
        broken_ = true;
        return;
    }
    // The request may have come too late and wait for the following statement: give it one.
    try {
        run_text(handle_.get(), "DO 0", limit);
    } catch (const error& e) {
        if (e.code() != error_code::cancelled) broken_ = true;
    }
    canceller_.absorb();
}

bool mariadb_connection::drop_pending(deadline limit) noexcept {
    try {
        if (!broken_ && !queue_.empty() && phase_ != phase::waiting && !drain(limit)) {
            broken_ = true;
        }
        if (broken_) {
            if (!call_.done()) canceller_.request_at_close();
            cut(handle_.get());
            while (!call_.done()) call_.resume([this](int ready) { return continue_call(ready); });
        }
        while (!queue_.empty()) pop();
        batch_failed_ = false;
        if (!broken_ && canceller_.requested()) absorb_cancel(limit);
    } catch (...) {
        broken_ = true;
    }
    return !broken_;
}

}  // namespace shardwise::engine::mariadb
