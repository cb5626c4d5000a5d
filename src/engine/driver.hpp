// SPDX-License-Identifier: MIT
// What a C client library must offer to the rest of shardwise: a Driver opens Connections, a
// Connection runs Statements without blocking. Everything above this file is the same for all
// databases.
//
// The dialogue of one connection:
//
//     send(s1, a1) send(s2, a2) ...      queue; nothing waits for the server
//     next(row) -> wait                  poll on waits_on(), then call again
//     next(row) -> row ... row           `row` holds views valid until the following call
//     next(row) -> end                   s1 is done, affected_rows() tells; the next call is s2's
//     ...                                until pending() == 0
//
// send_ahead() queues what only prepares for the statement that follows (BEGIN): next() delivers no
// end of it, so both leave together and nobody has to know of it.
//
// Statements that are sent together run in order; after one fails (next() throws) the later ones of
// the same batch are not run: discard() drops them, and the connection can be used again unless the
// error poisons it. An embedded engine (SQLite) never says wait: it works inside next().
//
// Thread-safety: a Connection belongs to one thread at a time; cancel() may come from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "engine/url.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise::engine {

/// SQL text compiled for one dialect. Immutable and shared; `id` is what prepared-statement caches
/// are keyed by: statements with equal text and types have equal ids within one process
/// (engine/statement.hpp interns them).
struct statement {
    /// How a result column is decoded. `scale` tells the fraction digits of decimals where the
    /// engine keeps them as scaled integers (SQLite).
    struct result_column {
        column_type type = column_type::int64;
        std::uint8_t scale = 0;
    };
    struct parameter {
        column_type type = column_type::int64;
        std::uint8_t scale = 0;
    };
    std::string text;
    std::vector<parameter> parameters;
    std::vector<result_column> columns;  ///< empty: the statement returns no rows
    std::uint64_t id = 0;
    bool prepare = true;     ///< false: used once (DDL, BEGIN): never cached on the server
    bool streaming = false;  ///< rows are delivered as they arrive, with bounded memory
};

enum class fetch : std::uint8_t {
    row,   ///< a row was stored
    end,   ///< this statement has no more rows
    wait,  ///< nothing yet: wait on waits_on()
};

/// What to hand to poll(2). fd < 0: never has to wait.
struct wait_handle {
    int fd = -1;
    short events = 0;
};

/// What answers occupy that have arrived and are not read yet, of all connections of one statement.
/// One thread.
struct received_bytes {
    std::size_t most = static_cast<std::size_t>(-1);  ///< more is result_too_large
    std::size_t held = 0;
    std::size_t peak = 0;

    void add(std::size_t bytes) noexcept {
        held += bytes;
        if (held > peak) peak = held;
    }
    void remove(std::size_t bytes) noexcept { held -= bytes; }
};

/// Streams rows into one table by the fastest way that the server has (COPY BINARY, multi-row
/// INSERT, ...). All rows become visible with the transaction that surrounds it, none if it is
/// destroyed before finish(). Values must have been checked with storable() first.
class bulk_writer {
public:
    virtual ~bulk_writer() = default;
    /// Buffers one row, in the order of the columns given at the start; sends when a chunk is full.
    /// May block until `limit`.
    virtual void put(std::span<const arg> row, deadline limit) = 0;
    /// Sends what is buffered and waits for the server's answer. Returns the number of rows.
    virtual std::int64_t finish(deadline limit) = 0;
};

/// For databases that cannot prepare a transaction by themselves (SQLite): what a transaction has
/// changed, as bytes that can be stored and applied again later. All rows must be as they were when
/// the recording began.
class change_recorder {
public:
    virtual ~change_recorder() = default;
    /// Records the changes of rows from now on, inside the open transaction.
    virtual void start() = 0;
    /// Ends the recording. Throws foreign_key_violation when a deferred constraint is broken.
    virtual std::string take() = 0;
    /// Forgets what is being recorded, if anything is.
    virtual void stop() noexcept = 0;
    /// Makes the recorded changes inside the open transaction: rows only, no triggers fire.
    virtual void apply(std::string_view changes) = 0;
    /// From now on BEGIN IMMEDIATE waits (as it does for locks) while this query returns a row.
    virtual void wait_while(std::string_view query) = 0;
};

class connection {
public:
    virtual ~connection() = default;

    /// The server's display name (url::display()), for messages. The view lives as long as this.
    virtual std::string_view server() const noexcept { return {}; }

    /// Until when the statements that follow may work. For engines that work inside next() (SQLite
    /// stops there with `timeout`); clients of servers wait outside, with engine::wait(), and need
    /// not override it. Holds until it is set again; the pool sets it back to never.
    virtual void limit_to(deadline) noexcept {}
    /// How long the statements that follow wait for locks at most; zero: as long as the connection
    /// was opened with. For engines that wait inside next().
    virtual void limit_lock_waits(std::chrono::milliseconds) noexcept {}

    /// Clients that keep whole answers count them here and refuse what is too large; those that
    /// read row by row need not override it. nullptr: nobody counts.
    virtual void count_received(received_bytes*) noexcept {}

    /// Queues a statement. `args` are copied or encoded before it returns; `s` must live until its
    /// end was delivered or discard() was called. Throws bad_value / value_not_storable for
    /// arguments that do not fit, before anything is sent.
    virtual void send(const statement& s, std::span<const arg> args) = 0;
    /// The same for one without parameters and rows, when nothing is unread: the next() that follow
    /// are those of the next statement, and throw what this one throws.
    void send_ahead(const statement& s) {
        send(s, {});
        ++ahead_;
    }
    /// Advances the oldest unfinished statement. `row` has at least s.columns.size() places.
    fetch next(std::span<arg> row) {
        try {
            for (;;) {
                const fetch got = next_answer(row);
                if (got != fetch::end || ahead_ == 0) return got;
                --ahead_;
                if (pending() == 0) return got;
            }
        } catch (...) {
            ahead_ = 0;
            throw;
        }
    }
    virtual wait_handle waits_on() const noexcept = 0;
    /// Statements sent whose end has not come, also those of send_ahead().
    virtual std::size_t pending() const noexcept = 0;
    /// Somebody has not taken the end of what he sent.
    bool unread() const noexcept { return pending() > ahead_; }
    /// Rows changed by the statement that ended last.
    virtual std::int64_t affected_rows() const noexcept = 0;
    /// Drops what is pending and makes the connection usable again (waits at most until `limit`);
    /// false when it has to be closed: usable() is false from then on.
    bool discard(deadline limit) noexcept {
        ahead_ = 0;
        return drop_pending(limit);
    }

    /// The server (or SQLite) holds an open transaction on this connection, failed or not.
    virtual bool in_transaction() const noexcept = 0;
    /// The open transaction cannot be committed any more, only rolled back.
    virtual bool transaction_failed() const noexcept { return false; }
    /// A cheap look without a round trip: not closed by the peer, nothing unexpected to read.
    virtual bool usable() noexcept = 0;
    /// Asks the server to stop the running statement. Any thread; best effort; never throws.
    virtual void cancel() noexcept = 0;

    /// Null where the database prepares transactions by itself.
    virtual change_recorder* recorder() noexcept { return nullptr; }
    /// The number by which the server knows this connection (KILL); 0: it has none.
    virtual std::uint64_t number() const noexcept { return 0; }

    /// `columns`: names and types in the order of the rows that will come.
    struct bulk_column {
        std::string name;
        column_type type;
        std::uint8_t scale = 0;
    };
    virtual std::unique_ptr<bulk_writer> bulk_insert(std::string_view table,
                                                     std::span<const bulk_column> columns,
                                                     deadline limit) = 0;

protected:
    virtual fetch next_answer(std::span<arg> row) = 0;
    virtual bool drop_pending(deadline limit) noexcept = 0;

private:
    std::size_t ahead_ = 0;  ///< the first of those that are pending
};

/// What a server says of itself; filled at connect.
struct server_info {
    std::string version;
    bool prepared_transactions = false;  ///< cross-shard commits may include this server
    bool encrypted = false;
};

/// Session settings that the pool gives to each new connection.
struct connect_options {
    std::chrono::milliseconds statement_timeout{0};  ///< server side, 0: none
    std::chrono::milliseconds lock_timeout{0};       ///< server side, 0: none
    std::chrono::milliseconds idle_transaction{0};   ///< server side, 0: none
    std::size_t statement_cache = 256;               ///< prepared statements kept per connection
};

class driver {
public:
    virtual ~driver() = default;
    /// Opens a connection and sets it up (time zone UTC, strict SQL mode, UTF-8, binary formats).
    /// Throws connect_failed / timeout / permission_denied with the server's name and without
    /// secrets.
    virtual std::unique_ptr<connection> connect(const url& where, const connect_options& options,
                                                deadline limit) = 0;
    virtual server_info describe(connection& c, deadline limit) = 0;
    /// Throws value_not_storable when this engine cannot keep `v` unchanged in a column of `type`
    /// (NaN on MariaDB, a zero byte in text anywhere, ...). Called before anything is sent.
    virtual void check_storable(const arg& v, column_type type) const = 0;
};

/// The driver for a URL's scheme. Static storage, thread-safe.
driver& driver_for(engine_kind kind);

}  // namespace shardwise::engine
