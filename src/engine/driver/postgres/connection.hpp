// SPDX-License-Identifier: MIT
// The dialogue of one PostgreSQL connection. One thread at a time, except cancel().
//
// Statements are queued by send() and leave as one batch at the first next() when nothing is under
// way. A batch of one known statement is Bind/Execute/Sync; every other one is a libpq pipeline:
//
//     [deallocate ... sync]  ([prepare] execute)...  sync
//
// A statement alone whose rows are streamed, or are known to be many, is read by COPY instead,
// which costs both sides a third: one message of the simple protocol with two statements,
//
//     SELECT * FROM (...) LIMIT 0;  COPY (...) TO STDOUT (FORMAT binary)
//
// The first one tells the types of the columns, which COPY does not. Both run in one transaction,
// so the locks that the first one has taken keep the tables as they were described.
//
// `steps_` says whose answers libpq delivers next. An answer is complete at NULL (a command) or
// PGRES_PIPELINE_SYNC; the end of a batch's last statement is told only after the sync, because the
// commit of an implicit transaction happens there and can still fail.
//
//   steps_ empty, pending() == 0   idle
//   steps_ empty, pending() > 0    a batch waits for next(); if failed_, it is refused until
//   discard() steps_ not empty               under way; abandoned_: its answers are thrown away
//   broken_                        libpq or the server gave up; nothing works any more
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/driver.hpp"
#include "engine/driver/postgres/canceller.hpp"
#include "engine/driver/postgres/copied_rows.hpp"
#include "engine/driver/postgres/errors.hpp"
#include "engine/driver/postgres/handles.hpp"
#include "engine/driver/postgres/parameters.hpp"
#include "engine/driver/postgres/rows.hpp"
#include "engine/driver/postgres/statement_cache.hpp"

namespace shardwise::engine::postgres {

class pg_connection final : public connection {
public:
    pg_connection(connection_handle handle, std::string server, const connect_options& options);
    ~pg_connection() override;

    std::string_view server() const noexcept override { return server_; }
    void send(const statement& s, std::span<const arg> args) override;
    wait_handle waits_on() const noexcept override;
    std::size_t pending() const noexcept override { return operations_.size() - head_; }
    std::int64_t affected_rows() const noexcept override { return affected_; }
    void count_received(received_bytes* counter) noexcept override;

    bool in_transaction() const noexcept override;
    bool transaction_failed() const noexcept override;
    bool usable() noexcept override;
    void cancel() noexcept override { canceller_.request(); }

    std::unique_ptr<bulk_writer> bulk_insert(std::string_view table,
                                             std::span<const bulk_column> columns,
                                             deadline limit) override;

    // For copy_writer, which takes over the dialogue between start_copy() and end_copy().
    PGconn* handle() const noexcept { return handle_.get(); }
    /// The types of the columns that `select` would return. Nothing is executed.
    std::vector<Oid> column_types_of(const std::string& select, deadline limit);
    /// Runs COPY ... FROM STDIN up to the point where data is expected.
    void start_copy(const std::string& sql, deadline limit);
    /// Gives data to libpq once what it had before has left. False: `limit` would have to pass.
    void put_copy_data(std::string_view data, deadline limit);
    /// Ends the data and returns the number of rows that the server took.
    std::int64_t end_copy(deadline limit);
    /// Makes the server forget the copied rows. Its answer is read later.
    void abandon_copy() noexcept;

private:
    fetch next_answer(std::span<arg> row) override;
    bool drop_pending(deadline limit) noexcept override;

    struct operation {
        prepared_ptr what;
        std::size_t first_parameter;
        bool streaming;
        std::string copy;  ///< the text that reads it by COPY; empty: it is executed
    };
    enum class step_kind : std::uint8_t {
        deallocate,
        prepare,
        execute,
        describe,
        copy_in,
        copy_out,
        sync
    };
    struct step {
        step_kind kind;
        std::size_t index;  ///< of the operation
    };
    enum class progress : std::uint8_t { more, row, end };

    bool under_way() const noexcept { return step_ < steps_.size(); }

    // Sending (sending.cpp)
    void dispatch();
    void dispatch_one();
    void dispatch_copy();
    void dispatch_pipeline(bool with_deallocations);
    std::string copy_text(const statement& s, const prepared_statement& what,
                          std::span<const arg> args) const;
    void send_execute(std::size_t index);
    void add_step(step_kind kind, std::size_t index = 0) { steps_.push_back({kind, index}); }
    void require_sent(int libpq_result);
    void enter_step();

    // Receiving
    fetch advance(std::span<arg> row);
    fetch read_row(std::span<arg> row);
    bool answer_ready();
    bool has_answer();
    void consume() noexcept;
    void note_received() noexcept;
    void forget_received() noexcept;
    void drain_tls();
    [[noreturn]] void refuse_too_large();
    progress absorb_next();
    progress absorb(result_handle result);
    progress absorb_rows(result_handle result);
    progress refuse_copy(ExecStatusType status);
    // Rows of COPY (copying_out.cpp)
    progress start_copying_out(const PGresult& result);
    bool take_message();
    progress absorb_message();
    void check_copied(const char* tag, const char* count);
    void end_copying_out() noexcept;

    void note_command(const PGresult& result);
    void note_failure(const PGresult& result);
    progress answer_over();
    progress sync_over();
    progress batch_over();
    bool retry_stale();
    void report_failure();
    [[noreturn]] void fail_connection(const PGresult* result);
    void abandon_operation() noexcept;
    void forget_finished() noexcept;
    failure_context context() const;

    // Blocking until a deadline (discard, COPY)
    bool absorb_until(deadline limit);
    /// The same, asking the server to stop as often as it takes.
    bool absorb_cancelled(deadline limit);
    bool wait_for(short events, deadline limit) const noexcept;
    [[noreturn]] void time_out(std::string_view what, deadline limit);

    static void receive_notice(void* self, const PGresult* notice);

    connection_handle handle_;
    std::string server_;
    bool has_statement_timeout_;
    bool tls_;
    statement_cache cache_;
    parameters parameters_;
    canceller canceller_;
    rows rows_;
    copied_rows copied_;
    buffer_handle message_;  ///< what copied_ reads
    int message_size_ = 0;   ///< 0: nothing has come; as of PQgetCopyData()

    std::vector<operation> operations_;
    std::size_t head_ = 0;         ///< the oldest operation whose end has not been delivered
    std::size_t batch_first_ = 0;  ///< of the batch under way
    std::size_t batch_end_ = 0;
    std::vector<step> steps_;
    std::size_t step_ = 0;

    std::optional<error_info> failure_;  ///< thrown when the batch is over
    stale_statement stale_;
    std::int64_t affected_ = 0;
    std::int64_t affected_so_far_ = 0;
    received_bytes* received_ = nullptr;
    std::size_t received_now_ = 0;  ///< of `received_`, what this connection has added
    bool pipelined_ = false;
    bool copying_out_ = false;  ///< libpq has messages of COPY, not results
    bool started_idle_ = true;  ///< no transaction was open when the batch left
    bool retried_ = false;
    bool waited_ = false;  ///< the last answer was `wait`: the socket should have something
    bool unflushed_ = false;
    bool failed_ = false;
    bool abandoned_ = false;
    bool broken_ = false;
};

}  // namespace shardwise::engine::postgres
