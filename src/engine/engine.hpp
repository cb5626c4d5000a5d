// SPDX-License-Identifier: MIT
// One database endpoint: URL, driver, dialect and the pool of its connections. Shared by all
// threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/deadline.hpp"
#include "engine/driver.hpp"
#include "engine/statement.hpp"
#include "engine/url.hpp"
#include "sql/dialect.hpp"

namespace shardwise::engine {

struct pool_options {
    std::size_t size = 8;  ///< most connections at a time; :memory: databases always have one
    std::chrono::milliseconds wait_timeout{5'000};     ///< for a free connection
    std::chrono::milliseconds connect_timeout{5'000};  ///< to open one
    std::chrono::milliseconds statement_timeout{0};    ///< on the server, 0: none
    /// The server ends a transaction that nobody goes on with, 0: never.
    std::chrono::milliseconds idle_transaction{0};
    std::chrono::milliseconds max_idle{300'000};    ///< an older idle connection is closed
    std::chrono::milliseconds check_after{30'000};  ///< idle longer than this: ping before reuse
};

class pool;

/// A connection borrowed from the pool. Returned on destruction: with a clean connection
/// (nothing pending, no open transaction) it can be used again, otherwise it is cleaned within a
/// short deadline or closed. Movable, one thread at a time; must not outlive the engine.
class lease {
public:
    lease() noexcept = default;
    lease(lease&& other) noexcept;
    lease& operator=(lease&& other) noexcept;
    ~lease();

    explicit operator bool() const noexcept { return connection_ != nullptr; }
    connection& operator*() const noexcept { return *connection_; }
    connection* operator->() const noexcept { return connection_.get(); }
    /// The connection is broken: close it instead of returning it.
    void poison() noexcept { poisoned_ = true; }
    void release() noexcept;

private:
    friend class pool;
    friend class engine;
    pool* pool_ = nullptr;  ///< null: opened beside the pool, and closed after use
    std::unique_ptr<connection> connection_;
    bool poisoned_ = false;
};

class engine {
public:
    /// Does not connect. Options of the URL (pool_size, ...) win over `options`. `on_connect` runs
    /// on each new connection before it is handed out (the cluster checks the shard's identity
    /// there); what it throws reaches the caller of acquire.
    engine(url where, pool_options options,
           std::function<void(connection&, deadline)> on_connect = {});
    ~engine();
    engine(const engine&) = delete;

    /// A connection, at the latest at `limit` (and within wait_timeout). Throws pool_exhausted,
    /// connect_failed, timeout.
    lease acquire(deadline limit);

    /// The same for the library's own short work, which may be asked for by somebody who holds
    /// connections already: waits for the pool at most `patience`, then opens one beside it.
    /// Otherwise those who hold connections and those who wait for them could wait for each other.
    lease acquire_or_open(std::chrono::milliseconds patience, deadline limit);

    /// A connection beside the pool, for work that must not wait for those who wait for it: ending
    /// transactions that a dead process has left. Waits for locks at most `lock_timeout`. Not for
    /// :memory: databases, which have one connection only.
    std::unique_ptr<connection> open_unpooled(std::chrono::milliseconds lock_timeout,
                                              deadline limit);

    /// The interned form of `s` for this engine.
    statement_ptr prepare(statement s) { return statements_.intern(std::move(s)); }

    const url& where() const noexcept { return where_; }
    engine_kind kind() const noexcept { return where_.kind; }
    /// Its connections work inside next(): there is no socket to wait on.
    bool embedded() const noexcept { return where_.kind == engine_kind::sqlite; }
    const sql::dialect& dialect() const noexcept { return *dialect_; }
    driver& client() const noexcept { return *driver_; }
    const pool_options& options() const noexcept { return options_; }

    struct pool_stats {
        std::size_t open = 0, idle = 0, waiting = 0;
        std::uint64_t opened = 0, closed = 0, reused = 0;
    };
    pool_stats stats() const;
    /// Closes idle connections (after a server restart, before a test ends). Not those of :memory:
    /// databases, whose rows would be lost.
    void close_idle();

private:
    url where_;
    pool_options options_;
    std::function<void(connection&, deadline)> on_connect_;
    driver* driver_;
    const sql::dialect* dialect_;
    statement_registry statements_;
    std::unique_ptr<pool> pool_;
};

/// Runs one statement to its end, waiting with poll(2) until `limit`; for catalog work, DDL and
/// tests. On time-out the statement is cancelled and `timeout` is thrown. Calls `on_row` for each
/// row. Returns the affected rows.
std::int64_t run(connection& c, const statement& s, std::span<const arg> args, deadline limit,
                 const std::function<void(std::span<const arg>)>& on_row = {});

/// For text without parameters and results (DDL, BEGIN, COMMIT).
void run(connection& c, std::string_view text, deadline limit);

/// Waits until `c` can make progress; throws timeout when `limit` passes first.
void wait(connection& c, deadline limit);

}  // namespace shardwise::engine
