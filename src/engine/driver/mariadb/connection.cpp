// SPDX-License-Identifier: MIT
// The dialogue: queueing and the way of the oldest request through its phases. Clean-up after
// errors is in recovery.cpp.
#include "engine/driver/mariadb/connection.hpp"

#include <fmt/format.h>

#include "engine/driver/mariadb/bulk_writer.hpp"

namespace shardwise::engine::mariadb {
namespace {

/// libmariadb would read beyond the end of what is bound.
void check_parameters(const prepared& p, std::size_t declared) {
    const auto places = mysql_stmt_param_count(p.handle());
    if (places == declared) return;
    raise({.code = error_code::bad_query,
           .message = fmt::format("the statement has {} places for parameters, {} are declared",
                                  places, declared),
           .statement = p.text()});
}

}  // namespace

mariadb_connection::mariadb_connection(handle_ptr handle, const session_facts& facts,
                                       const url& where, std::size_t statement_cache_size)
    : handle_(std::move(handle)),
      facts_(facts),
      server_(where.display()),
      cache_(statement_cache_size),
      canceller_(where, mysql_thread_id(handle_.get())) {}

mariadb_connection::~mariadb_connection() {
    // The server would work on for nobody; and closing in order would wait for it.
    if (!call_.done()) canceller_.request_at_close();
    if (!queue_.empty() || broken_) give_up();
    while (!call_.done()) call_.resume([this](int ready) { return continue_call(ready); });
    text_result_.reset();
    // First the connection: statements then are only memory and need not be closed one by one.
    handle_.reset();
}

std::unique_ptr<mariadb_connection::request> mariadb_connection::new_request() {
    if (spare_.empty()) return std::make_unique<request>();
    auto r = std::move(spare_.back());
    spare_.pop_back();
    return r;
}

void mariadb_connection::send(const statement& s, std::span<const arg> args) {
    if (broken_) raise(error_code::connection_lost, "the connection is broken");
    if (batch_failed_) {
        raise(error_code::bad_state, "a statement failed: discard() what is left of its batch");
    }
    auto r = new_request();
    r->retried = false;
    if (!s.prepare && !s.streaming && s.parameters.empty() && args.empty()) {
        if (s.text.size() >= facts_.max_packet) {
            raise(error_code::value_not_storable,
                  "the statement is larger than the server's max_allowed_packet");
        }
        r->statement = nullptr;
        r->text = s.text;
        r->columns = s.columns;
    } else {
        r->parameters.assign(s.parameters, args, facts_.max_packet);
        prepared& p = cache_.get(handle_.get(), s);
        if (p.ready) check_parameters(p, args.size());
        r->statement = &p;
        ++p.users;
    }
    queue_.push_back(std::move(r));
    if (queue_.size() == 1 && !doomed_) begin();
}

void mariadb_connection::begin() {
    const request& r = front();
    rows_ = 0;
    if (doomed_) refuse_if_doomed(text_of(r));
    if (r.statement == nullptr) {
        start(phase::querying);
    } else if (r.statement->ready) {
        begin_execution();
    } else {
        start(phase::preparing);
    }
}

void mariadb_connection::begin_execution() {
    request& r = front();
    MYSQL_STMT* s = front_handle();
    if (r.parameters.size() > 0 && mysql_stmt_bind_param(s, r.parameters.binds()) != 0) {
        fail(error_of(s));
    }
    start(phase::executing);
}

void mariadb_connection::start(phase p) {
    phase_ = p;
    failed_ = 0;
    call_.start([&] {
        switch (p) {
            case phase::preparing:
                return mysql_stmt_prepare_start(&failed_, front_handle(),
                                                front().statement->text().data(),
                                                front().statement->text().size());
            case phase::executing:
                return mysql_stmt_execute_start(&failed_, front_handle());
            case phase::storing:
                return mysql_stmt_store_result_start(&failed_, front_handle());
            case phase::streaming:
                return mysql_stmt_fetch_start(&failed_, front_handle());
            case phase::querying:
                return mysql_real_query_start(&failed_, handle_.get(), front().text.data(),
                                              front().text.size());
            case phase::storing_text:
                return mysql_store_result_start(&stored_, handle_.get());
            case phase::flushing:
                return mysql_stmt_free_result_start(&flush_failed_, front_handle());
            default:
                return 0;
        }
    });
    fresh_ = !call_.done();
}

int mariadb_connection::continue_call(int ready) {
    switch (phase_) {
        case phase::preparing:
            return mysql_stmt_prepare_cont(&failed_, front_handle(), ready);
        case phase::executing:
            return mysql_stmt_execute_cont(&failed_, front_handle(), ready);
        case phase::storing:
            return mysql_stmt_store_result_cont(&failed_, front_handle(), ready);
        case phase::streaming:
            return mysql_stmt_fetch_cont(&failed_, front_handle(), ready);
        case phase::querying:
            return mysql_real_query_cont(&failed_, handle_.get(), ready);
        case phase::storing_text:
            return mysql_store_result_cont(&stored_, handle_.get(), ready);
        case phase::flushing:
            return mysql_stmt_free_result_cont(&flush_failed_, front_handle(), ready);
        default:
            return 0;
    }
}

fetch mariadb_connection::next_answer(std::span<arg> row) {
    if (queue_.empty()) raise(error_code::bad_state, "no statement was sent");
    if (batch_failed_) {
        raise(error_code::bad_state, "a statement failed: discard() what is left of its batch");
    }
    if (phase_ == phase::waiting) begin();
    if (phase_ == phase::streamed) start(phase::streaming);
    // Right after it was started a call has just found the socket empty: wait before asking again.
    if (!call_.done() && !fresh_) call_.resume([this](int ready) { return continue_call(ready); });
    for (;;) {
        if (!call_.done()) {
            fresh_ = false;
            return fetch::wait;
        }
        if (const auto answer = step(row)) return *answer;
    }
}

/// The present phase's call is done: on to the following one, or an answer.
std::optional<fetch> mariadb_connection::step(std::span<arg> row) {
    switch (phase_) {
        case phase::preparing:
            prepared_done();
            return std::nullopt;
        case phase::executing:
            return executed();
        case phase::storing:
            return stored();
        case phase::streaming:
            return fetched(failed_, row);
        case phase::querying:
            return queried();
        case phase::storing_text:
            return stored_text();
        case phase::text_rows:
            return text_row(row);
        default:
            raise(error_code::internal, "MariaDB driver in a wrong phase");
    }
}

void mariadb_connection::prepared_done() {
    request& r = front();
    if (failed_ != 0) {
        const server_error e = reason();
        // The server's limit counts the statements of all connections: give ours back once.
        if (e.number == too_many_prepared && !r.retried && cache_.close_unused(1)) {
            r.retried = true;
            start(phase::preparing);
            return;
        }
        cache_.forget(*r.statement);
        fail(e);
    }
    r.statement->ready = true;
    try {
        check_parameters(*r.statement, r.parameters.size());
    } catch (const error& e) {
        fail_here(e.info());
    }
    // The server had nothing to stop yet: it would run to its end what is executed now.
    if (canceller_.requested()) {
        fail_here({.code = error_code::cancelled,
                   .message = "the statement was cancelled before it began",
                   .sqlstate = "70100"});
    }
    begin_execution();
}

std::optional<fetch> mariadb_connection::executed() {
    const request& r = front();
    MYSQL_STMT* s = front_handle();
    if (failed_ != 0) fail(reason());
    if (mysql_field_count(handle_.get()) == 0) {
        const auto changed = static_cast<std::int64_t>(mysql_stmt_affected_rows(s));
        // A DELETE whose condition the server knows to be false is over before RETURNING is.
        const bool nothing = r.statement->returns_changes() && changed == 0;
        if (!r.statement->columns().empty() && !nothing) {
            fail_here({.code = error_code::bad_query,
                       .message = "the statement returns no rows, though columns are declared"});
        }
        return end(changed);
    }
    // Rows are read one by one: to store them first costs as much again as to read them, and there
    // is no bound for what would be stored. Those that nobody declared are read and dropped.
    start(r.statement->columns().empty() ? phase::storing : phase::streaming);
    return std::nullopt;
}

std::optional<fetch> mariadb_connection::stored() {
    if (failed_ != 0) fail(reason());
    return end(0);
}

fetch mariadb_connection::fetched(int result, std::span<arg> row) {
    const prepared& p = *front().statement;
    if (result == MYSQL_NO_DATA) {
        return end(p.returns_changes() ? rows_ : 0);
    }
    if (result != 0) fail(reason());
    phase_ = phase::streamed;
    if (mysql_stmt_field_count(p.handle()) != p.columns().size()) {
        fail_here({.code = error_code::bad_query,
                   .message = fmt::format("the statement returns {} columns, {} are declared",
                                          mysql_stmt_field_count(p.handle()), p.columns().size())});
    }
    try {
        p.decode(row);
    } catch (const error& e) {
        fail_here(e.info());
    }
    ++rows_;
    return fetch::row;
}

std::optional<fetch> mariadb_connection::queried() {
    if (failed_ != 0) fail(error_of(handle_.get()));
    if (mysql_field_count(handle_.get()) == 0) {
        if (!front().columns.empty()) {
            fail_here({.code = error_code::bad_query,
                       .message = "the statement returns no rows, though columns are declared"});
        }
        return end(static_cast<std::int64_t>(mysql_affected_rows(handle_.get())));
    }
    start(phase::storing_text);
    return std::nullopt;
}

std::optional<fetch> mariadb_connection::stored_text() {
    text_result_.reset(stored_);
    stored_ = nullptr;
    if (text_result_ == nullptr) fail(error_of(handle_.get()));
    const auto declared = front().columns.size();
    if (declared == 0) return end(0);
    if (mysql_num_fields(text_result_.get()) != declared) {
        fail_here({.code = error_code::bad_query,
                   .message = fmt::format("the statement returns {} columns, {} are declared",
                                          mysql_num_fields(text_result_.get()), declared)});
    }
    phase_ = phase::text_rows;
    return std::nullopt;
}

fetch mariadb_connection::text_row(std::span<arg> row) {
    const MYSQL_ROW texts = mysql_fetch_row(text_result_.get());
    if (texts == nullptr) return end(0);
    const unsigned long* lengths = mysql_fetch_lengths(text_result_.get());
    const auto& columns = front().columns;
    try {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            row[i] = texts[i] == nullptr
                         ? arg{}
                         : decode_text({texts[i], lengths[i]}, columns[i].type, i + 1);
        }
    } catch (const error& e) {
        fail_here(e.info());
    }
    return fetch::row;
}

fetch mariadb_connection::end(std::int64_t affected) {
    if ((server_status() & SERVER_MORE_RESULTS_EXIST) != 0) {
        broken_ = true;  // what follows belongs to no statement of ours
        fail_here({.code = error_code::not_supported,
                   .message = "a statement with several results (CALL) is not supported"});
    }
    affected_ = affected;
    if (doomed_) note_success(text_of(front()));
    pop();
    if (!queue_.empty() && !doomed_) begin();
    return fetch::end;
}

void mariadb_connection::pop() noexcept {
    auto r = std::move(queue_.front());
    queue_.pop_front();
    phase_ = phase::waiting;
    text_result_.reset();
    if (r->statement != nullptr) cache_.release(*r->statement);
    r->parameters.shrink();
    spare_.push_back(std::move(r));
}

wait_handle mariadb_connection::waits_on() const noexcept {
    if (call_.done()) return {};
    return {.fd = mysql_get_socket(handle_.get()), .events = call_.events()};
}

std::unique_ptr<bulk_writer> mariadb_connection::bulk_insert(std::string_view table,
                                                             std::span<const bulk_column> columns,
                                                             deadline limit) {
    return std::make_unique<array_writer>(*this, table, columns, limit);
}

}  // namespace shardwise::engine::mariadb
