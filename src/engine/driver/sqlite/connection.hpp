// SPDX-License-Identifier: MIT
// One open SQLite database. Statements wait in a queue and work inside next(). One thread at a
// time, except cancel().
//
// Like PostgreSQL, and unlike plain SQLite, a transaction that an error has rolled back stays "open
// and failed" until ROLLBACK: otherwise the statements that follow would each commit by themselves.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "engine/driver.hpp"
#include "engine/driver/sqlite/recorder.hpp"
#include "engine/driver/sqlite/statement_cache.hpp"

namespace shardwise::engine::sqlite {

struct close_database {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
};
using database = std::unique_ptr<sqlite3, close_database>;

class sqlite_connection final : public connection {
public:
    struct limits {
        std::chrono::milliseconds busy{5'000};   ///< for another connection's lock
        std::chrono::milliseconds statement{0};  ///< for one statement, 0: none
        std::size_t statement_cache = 256;
    };
    sqlite_connection(database db, std::string server, const limits& l);
    ~sqlite_connection() override;

    std::string_view server() const noexcept override { return server_; }
    void limit_to(deadline limit) noexcept override { limit_ = limit; }
    void limit_lock_waits(std::chrono::milliseconds most) noexcept override { lock_wait_ = most; }
    void send(const statement& s, std::span<const arg> args) override;
    wait_handle waits_on() const noexcept override { return {}; }
    std::size_t pending() const noexcept override {
        return (current_.what != nullptr ? 1U : 0U) + later_.size();
    }
    std::int64_t affected_rows() const noexcept override { return affected_; }
    bool in_transaction() const noexcept override {
        return aborted_ || sqlite3_get_autocommit(db_.get()) == 0;
    }
    bool usable() noexcept override { return true; }
    change_recorder* recorder() noexcept override { return &recorder_; }
    void cancel() noexcept override;
    std::unique_ptr<bulk_writer> bulk_insert(std::string_view table,
                                             std::span<const bulk_column> columns,
                                             deadline limit) override;

    // For the bulk writer of this folder.
    sqlite3* handle() const noexcept { return db_.get(); }
    /// Steps a statement that returns no rows and resets it; raises on errors.
    void step_to_end(sqlite3_stmt* s, std::string_view text);
    void execute(std::string_view text);

private:
    fetch next_answer(std::span<arg> row) override;
    bool drop_pending(deadline limit) noexcept override;

    struct queued {
        const statement* what = nullptr;
        std::vector<value> args;
    };
    struct running {
        const statement* what = nullptr;
        prepared* compiled = nullptr;  ///< null: args still wait in `args`
        bool started = false;
        std::vector<value> args;
    };

    static int on_progress(void* self) noexcept;
    static int on_busy(void* self, int count) noexcept;
    bool out_of_time() noexcept;

    void bind(prepared& p, const statement& s, std::span<const arg> args);
    void start();
    void begin_work(bool in_transaction_before) noexcept;
    void end_current() noexcept;
    void wait_until_unblocked();
    void execute_now(const char* text) noexcept;
    fetch finish();
    [[noreturn]] void fail(int rc, std::string_view text);
    [[noreturn]] void refuse_in_aborted_transaction(std::string_view text) const;

    database db_;
    std::string server_;
    limits limits_;
    statement_cache cache_;  // after db_: finalized before it is closed
    sqlite_recorder recorder_;

    running current_;
    std::deque<queued> later_;
    bool failed_ = false;   ///< a statement of this batch failed: discard() comes next
    bool aborted_ = false;  ///< an error has ended the transaction; ROLLBACK comes next
    bool was_in_transaction_ = false;
    std::int64_t affected_ = 0;

    deadline limit_;            ///< of the caller
    deadline statement_limit_;  ///< of the running statement
    deadline busy_limit_;
    std::chrono::milliseconds lock_wait_{0};  ///< limit_lock_waits()
    bool timed_out_ = false;
    std::atomic<bool> cancelled_{false};
};

}  // namespace shardwise::engine::sqlite
