// SPDX-License-Identifier: MIT
#include "engine/driver/sqlite/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "engine/driver/sqlite/bulk_writer.hpp"
#include "engine/driver/sqlite/errors.hpp"
#include "engine/driver/sqlite/values.hpp"
#include "engine/storable.hpp"

namespace shardwise::engine::sqlite {
namespace {

/// Steps of SQLite's machine between two looks at the clock: well under a millisecond, and more
/// than any point read needs.
constexpr int steps_between_checks = 20'000;
/// Bound values longer than this are not kept alive by an idle prepared statement.
constexpr std::size_t heavy_value = 4'096;

}  // namespace

sqlite_connection::sqlite_connection(database db, std::string server, const limits& l)
    : db_(std::move(db)),
      server_(std::move(server)),
      limits_(l),
      cache_(l.statement_cache),
      recorder_(db_.get(), server_) {
    sqlite3_progress_handler(db_.get(), steps_between_checks, &on_progress, this);
    sqlite3_busy_handler(db_.get(), &on_busy, this);
}

sqlite_connection::~sqlite_connection() = default;

bool sqlite_connection::out_of_time() noexcept {
    timed_out_ = timed_out_ || limit_.passed() || statement_limit_.passed();
    return timed_out_;
}

int sqlite_connection::on_progress(void* self) noexcept {
    auto& c = *static_cast<sqlite_connection*>(self);
    return c.cancelled_.load(std::memory_order_relaxed) || c.out_of_time() ? 1 : 0;
}

/// Another connection holds a lock. Returns 0 to give up.
int sqlite_connection::on_busy(void* self, int count) noexcept {
    using std::chrono::microseconds;
    auto& c = *static_cast<sqlite_connection*>(self);
    if (count == 0) {
        const bool shorter = c.lock_wait_.count() > 0 && c.lock_wait_ < c.limits_.busy;
        c.busy_limit_ = deadline::after(shorter ? c.lock_wait_ : c.limits_.busy);
    }
    if (c.cancelled_.load(std::memory_order_relaxed) || c.out_of_time() || c.busy_limit_.passed())
        return 0;
    constexpr int longest_shift = 6;
    std::this_thread::sleep_for(microseconds(100) * (1 << std::min(count, longest_shift)));
    return 1;
}

void sqlite_connection::cancel() noexcept {
    cancelled_.store(true, std::memory_order_relaxed);
    sqlite3_interrupt(db_.get());
}

void sqlite_connection::send(const statement& s, std::span<const arg> args) {
    if (failed_)
        raise(error_code::bad_state, "a statement of this batch has failed: discard() comes first");
    if (args.size() != s.parameters.size())
        raise({.code = error_code::internal,
               .message = fmt::format("{} values were given for {} parameters", args.size(),
                                      s.parameters.size()),
               .statement = s.text});
    for (std::size_t i = 0; i < args.size(); ++i) {
        check_argument(args[i], s.parameters[i].type, i + 1);
        check_value(args[i], s.parameters[i], i + 1);
    }
    if (current_.what != nullptr) {
        queued q{&s, {}};
        for (const arg& a : args) q.args.emplace_back(a);
        later_.push_back(std::move(q));
        return;
    }
    cancelled_.store(false, std::memory_order_relaxed);
    prepared* const known = s.id != 0 && s.prepare ? cache_.find(s.id) : nullptr;
    if (known != nullptr) {
        bind(*known, s, args);
    } else {  // compiled in next(): a mistake in the text is the database's answer
        for (const arg& a : args) current_.args.emplace_back(a);
    }
    current_.what = &s;
    current_.compiled = known;
    current_.started = false;
}

void sqlite_connection::bind(prepared& p, const statement& s, std::span<const arg> args) {
    if (static_cast<std::size_t>(sqlite3_bind_parameter_count(p.handle)) != args.size())
        raise({.code = error_code::internal,
               .message = fmt::format("the statement has {} parameters, {} were declared",
                                      sqlite3_bind_parameter_count(p.handle), args.size()),
               .server = server_,
               .statement = s.text});
    int position = 0;
    for (const arg& a : args) {
        const auto& parameter = s.parameters[static_cast<std::size_t>(position)];
        const int rc = bind_value(p.handle, ++position, a, parameter, lifetime::copied);
        if (rc != SQLITE_OK) raise_error(db_.get(), rc, server_, s.text);
        const kind k = a.kind();
        if ((k == kind::text || k == kind::blob || k == kind::json) &&
            a.text().size() > heavy_value)
            p.heavy = true;
    }
}

void sqlite_connection::begin_work(bool in_transaction_before) noexcept {
    timed_out_ = false;
    was_in_transaction_ = in_transaction_before;
    statement_limit_ =
        limits_.statement.count() > 0 ? deadline::after(limits_.statement) : deadline::never();
}

void sqlite_connection::refuse_in_aborted_transaction(std::string_view text) const {
    raise({.code = error_code::statement_failed,
           .message = "the transaction was rolled back by an earlier error; ROLLBACK comes first",
           .server = server_,
           .statement = std::string(text),
           .sqlstate = "25P02"});
}

/// Compiles and binds what send() has left, and checks that the statement may run.
void sqlite_connection::start() {
    const statement& s = *current_.what;
    if (current_.compiled == nullptr) {
        prepared* known = s.id != 0 && s.prepare ? cache_.find(s.id) : nullptr;
        if (known == nullptr) known = &cache_.add(db_.get(), s, server_);
        current_.compiled = known;
        std::vector<arg> views;
        views.reserve(current_.args.size());
        for (const value& v : current_.args) views.push_back(v.view());
        bind(*known, s, views);
    }
    if (aborted_ && !current_.compiled->is_rollback) refuse_in_aborted_transaction(s.text);
    if (!s.columns.empty() && static_cast<std::size_t>(sqlite3_column_count(
                                  current_.compiled->handle)) != s.columns.size())
        raise({.code = error_code::internal,
               .message =
                   fmt::format("the statement returns {} columns, {} were declared",
                               sqlite3_column_count(current_.compiled->handle), s.columns.size()),
               .server = server_,
               .statement = s.text});
    begin_work(sqlite3_get_autocommit(db_.get()) == 0);
    current_.started = true;
    if (cancelled_.load(std::memory_order_relaxed) || out_of_time()) fail(SQLITE_INTERRUPT, s.text);
}

fetch sqlite_connection::next_answer(std::span<arg> row) {
    if (current_.what == nullptr || failed_)
        raise(error_code::bad_state, failed_ ? "a statement of this batch has failed: discard() "
                                               "comes first"
                                             : "no statement was sent");
    try {
        if (!current_.started) start();
        if (aborted_) {  // ROLLBACK of a transaction that is gone already
            aborted_ = false;
            return finish();
        }
        const statement& s = *current_.what;
        sqlite3_stmt* const handle = current_.compiled->handle;
        int rc = sqlite3_step(handle);
        while (rc == SQLITE_ROW && s.columns.empty()) rc = sqlite3_step(handle);
        if (rc == SQLITE_DONE && current_.compiled->is_begin && recorder_.guarded())
            wait_until_unblocked();
        if (rc == SQLITE_DONE) return finish();
        if (rc != SQLITE_ROW) fail(rc, s.text);
        read_row(handle, s.columns, row);
        return fetch::row;
    } catch (...) {
        end_current();
        failed_ = pending() > 0;
        throw;
    }
}

/// BEGIN IMMEDIATE is done. While changes of a prepared transaction wait in this file nobody else
/// may write: the lock is given back, and taken again until they are gone.
void sqlite_connection::wait_until_unblocked() {
    sqlite3_stmt* const begin = current_.compiled->handle;
    for (int count = 0; recorder_.blocked(); ++count) {
        execute_now("ROLLBACK");
        if (on_busy(this, count) == 0) {
            if (timed_out_ || cancelled_.load(std::memory_order_relaxed))
                fail(SQLITE_BUSY, current_.what->text);
            raise({.code = error_code::lock_timeout,
                   .message = fmt::format("a transaction over several shards that has prepared its "
                                          "changes keeps other writers out of {}",
                                          server_),
                   .server = server_,
                   .statement = current_.what->text,
                   .sqlstate = "55P03"});
        }
        sqlite3_reset(begin);
        const int rc = sqlite3_step(begin);
        if (rc != SQLITE_DONE) fail(rc, current_.what->text);
    }
}

void sqlite_connection::execute_now(const char* text) noexcept {
    sqlite3_exec(db_.get(), text, nullptr, nullptr, nullptr);
}

fetch sqlite_connection::finish() {
    if (current_.compiled->is_rollback) recorder_.stop();
    affected_ = current_.compiled->counts_rows ? sqlite3_changes64(db_.get()) : 0;
    end_current();
    return fetch::end;
}

/// Resets at once: a statement left half-read would hold back SQLite's checkpoints and commits.
void sqlite_connection::end_current() noexcept {
    if (prepared* const p = current_.compiled; p != nullptr) {
        sqlite3_reset(p->handle);
        if (p->heavy) sqlite3_clear_bindings(p->handle);
        p->heavy = false;
        cache_.release(*p);
    }
    current_.what = nullptr;
    current_.compiled = nullptr;
    current_.started = false;
    current_.args.clear();
    if (later_.empty()) return;
    current_.what = later_.front().what;
    current_.args = std::move(later_.front().args);
    later_.pop_front();
}

void sqlite_connection::fail(int rc, std::string_view text) {
    if (was_in_transaction_ && sqlite3_get_autocommit(db_.get()) != 0) aborted_ = true;
    const int primary = rc & 0xff;
    const bool stopped = primary == SQLITE_INTERRUPT || primary == SQLITE_BUSY;
    if (stopped && timed_out_)
        raise({.code = limit_.late_code(),
               .message = fmt::format("{} before the statement had ended on {}", limit_.why_late(),
                                      server_),
               .server = server_,
               .statement = std::string(text),
               .sqlstate = "57014"});
    if (stopped && cancelled_.load(std::memory_order_relaxed))
        raise({.code = error_code::cancelled,
               .message = "the statement was cancelled",
               .server = server_,
               .statement = std::string(text),
               .sqlstate = "57014"});
    raise_error(db_.get(), rc, server_, text);
}

bool sqlite_connection::drop_pending(deadline) noexcept {
    later_.clear();
    end_current();
    failed_ = false;
    return true;
}

void sqlite_connection::step_to_end(sqlite3_stmt* s, std::string_view text) {
    begin_work(sqlite3_get_autocommit(db_.get()) == 0);
    int rc = SQLITE_ROW;
    while (rc == SQLITE_ROW) rc = sqlite3_step(s);
    if (rc == SQLITE_DONE) {
        sqlite3_reset(s);
        return;
    }
    try {
        fail(rc, text);
    } catch (...) {
        sqlite3_reset(s);
        throw;
    }
}

void sqlite_connection::execute(std::string_view text) {
    prepared p;
    compile(db_.get(), text, 0, server_, p);
    step_to_end(p.handle, text);
}

std::unique_ptr<bulk_writer> sqlite_connection::bulk_insert(std::string_view table,
                                                            std::span<const bulk_column> columns,
                                                            deadline limit) {
    if (pending() > 0)
        raise(error_code::bad_state, "a bulk insert cannot begin while statements are pending");
    if (aborted_) refuse_in_aborted_transaction("bulk insert");
    cancelled_.store(false, std::memory_order_relaxed);
    return std::make_unique<sqlite_bulk_writer>(*this, table, columns, limit);
}

}  // namespace shardwise::engine::sqlite
