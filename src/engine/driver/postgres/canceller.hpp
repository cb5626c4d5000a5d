// SPDX-License-Identifier: MIT
// Asks the server to stop what a connection runs. libpq does that over a connection of its own and
// blocks until the server answers, which a stopped server never does; so each request runs in a
// thread of its own that may outlive the connection. Thread-safe.
#pragma once

#include <libpq-fe.h>

#include <atomic>
#include <memory>

#include "base/deadline.hpp"

namespace shardwise::engine::postgres {

class canceller {
public:
    explicit canceller(PGconn& connection);

    /// Starts a request; one that is under way is followed by another. The server drops a request
    /// that comes before it has begun the statement: whoever waits for the end repeats it. Does
    /// nothing when too many requests of this process hang at servers that do not answer.
    void request() noexcept;
    /// The last one, for a statement that nobody waits for any longer; repeats itself.
    void request_at_close() noexcept;
    /// Waits until no request is under way; false when `limit` passed first. Before that a request
    /// may still hit whatever the connection runs next.
    bool settled(deadline limit) noexcept;

    bool under_way() const noexcept;
    /// A request was made since the last clear().
    bool was_requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
    void clear() noexcept { requested_.store(false, std::memory_order_relaxed); }

private:
    void request(int repeats) noexcept;

    struct state;
    std::shared_ptr<state> state_;
    std::atomic<bool> requested_ = false;
};

}  // namespace shardwise::engine::postgres
