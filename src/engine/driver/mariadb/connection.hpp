// SPDX-License-Identifier: MIT
// The dialogue with one MariaDB server. One thread at a time; cancel() from any thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/driver.hpp"
#include "engine/driver/mariadb/bind.hpp"
#include "engine/driver/mariadb/cancel.hpp"
#include "engine/driver/mariadb/client.hpp"
#include "engine/driver/mariadb/connect.hpp"
#include "engine/driver/mariadb/statement_cache.hpp"

namespace shardwise::engine::mariadb {

class mariadb_connection final : public connection {
public:
    mariadb_connection(handle_ptr handle, const session_facts& facts, const url& where,
                       std::size_t statement_cache_size);
    ~mariadb_connection() override;

    void send(const statement& s, std::span<const arg> args) override;
    wait_handle waits_on() const noexcept override;
    std::size_t pending() const noexcept override { return queue_.size(); }
    std::int64_t affected_rows() const noexcept override { return affected_; }
    bool in_transaction() const noexcept override;
    bool usable() noexcept override;
    void cancel() noexcept override { canceller_.request(); }
    std::uint64_t number() const noexcept override { return mysql_thread_id(handle_.get()); }
    std::string_view server() const noexcept override { return server_; }
    std::unique_ptr<bulk_writer> bulk_insert(std::string_view table,
                                             std::span<const bulk_column> columns,
                                             deadline limit) override;

    // For the bulk writer and describe(), which have the connection to themselves.

    MYSQL* handle() const noexcept { return handle_.get(); }
    std::size_t max_packet() const noexcept { return facts_.max_packet; }
    /// Calls `work`, which talks to the server through client.hpp; keeps the state of this
    /// connection right when it throws and names server and statement in the error.
    template <typename Work>
    void talk(std::string_view text, Work&& work) {
        begin_talk(text);
        try {
            work();
        } catch (error& e) {
            failed_talk(e, text);
        }
        note_success(text);
    }
    void run_now(std::string_view text, deadline limit) {
        talk(text, [&] { run_text(handle(), text, limit); });
    }
    /// The server rolled the transaction back by itself.
    bool is_doomed() const noexcept { return doomed_; }
    /// No further dialogue is possible: the server rolls back what is open.
    void give_up() noexcept;

private:
    fetch next_answer(std::span<arg> row) override;
    bool drop_pending(deadline limit) noexcept override;

    /// What the oldest request is doing. `waiting`, `text_rows` and `streamed` have no
    /// call of libmariadb under way, every other has its call in call_.
    enum class phase : std::uint8_t {
        waiting,  ///< not begun
        preparing,
        executing,
        storing,    ///< rows that nobody declared are being read
        streaming,  ///< the following row is being read
        streamed,   ///< a row was delivered, the following one has not been asked for
        querying,   ///< text protocol
        storing_text,
        text_rows,
        flushing,  ///< rows nobody wants are being read
    };
    struct request {
        prepared* statement = nullptr;  ///< nullptr: text protocol
        std::string text;
        std::vector<statement::result_column> columns;  ///< of the text protocol
        parameter_set parameters;
        bool retried = false;
    };

    request& front() noexcept { return *queue_.front(); }
    MYSQL_STMT* front_handle() noexcept { return front().statement->handle(); }
    std::unique_ptr<request> new_request();
    void begin();
    void begin_execution();
    void start(phase p);
    int continue_call(int ready);

    std::optional<fetch> step(std::span<arg> row);
    void prepared_done();
    std::optional<fetch> executed();
    std::optional<fetch> stored();
    fetch fetched(int result, std::span<arg> row);
    std::optional<fetch> queried();
    std::optional<fetch> stored_text();
    fetch text_row(std::span<arg> row);
    fetch end(std::int64_t affected);
    void pop() noexcept;

    const std::string& text_of(const request& r) const noexcept {
        return r.statement != nullptr ? r.statement->text() : r.text;
    }
    /// Why the present call on the front's statement failed.
    server_error reason();
    [[noreturn]] void fail(const server_error& e);
    [[noreturn]] void fail_here(error_info info);
    void note_failure(const server_error& e) noexcept;
    void note_success(std::string_view text) noexcept;
    void refuse_if_doomed(std::string_view text) const;
    void begin_talk(std::string_view text);
    [[noreturn]] void failed_talk(const error& e, std::string_view text);
    unsigned server_status() const noexcept;

    bool drain(deadline limit);
    bool finish_call(deadline limit, deadline& ask);
    bool rows_are_left() noexcept;
    void absorb_cancel(deadline limit);

    handle_ptr handle_;
    const session_facts facts_;
    const std::string server_;
    statement_cache cache_;
    canceller canceller_;
    std::deque<std::unique_ptr<request>> queue_;
    std::vector<std::unique_ptr<request>> spare_;

    pending_call call_;
    phase phase_ = phase::waiting;
    bool fresh_ = false;  ///< call_ was suspended since next() was asked last
    int failed_ = 0;      ///< result of call_
    my_bool flush_failed_ = 0;
    MYSQL_RES* stored_ = nullptr;  ///< result of storing_text
    result_ptr text_result_;
    std::int64_t rows_ = 0;  ///< delivered of the present request
    std::int64_t affected_ = 0;
    bool batch_failed_ = false;  ///< discard() is due
    bool doomed_ = false;        ///< rolled back by the server, ROLLBACK not yet seen
    bool broken_ = false;
};

}  // namespace shardwise::engine::mariadb
