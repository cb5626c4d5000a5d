// SPDX-License-Identifier: MIT
// KILL QUERY over a second connection, in a thread of its own, so that whoever cancels waits for
// nothing. Thread-safe.
#pragma once

#include <memory>

#include "base/deadline.hpp"
#include "engine/url.hpp"

namespace shardwise::engine::mariadb {

class canceller {
public:
    canceller(url where, unsigned long server_thread);
    /// A request that still runs goes on, for two seconds at most: the server would work on for a
    /// connection that is gone. (Its thread numbers are not given a second time.)
    ~canceller();
    canceller(const canceller&) = delete;

    /// Asks the server to stop what the connection runs; a request that is under way is followed by
    /// another. The server drops a request that comes before it has begun the statement: whoever
    /// waits for the end repeats it.
    void request() noexcept;
    /// The last one: the connection is closed, and its statement ends, begun or not.
    void request_at_close() noexcept;
    /// True since a request was made, until absorb().
    bool requested() const noexcept;
    /// Waits until the request has reached the server or failed; false at the deadline.
    bool settled(deadline limit) noexcept;
    /// The connection has answered after the request was settled: it is forgotten.
    void absorb() noexcept;

private:
    void request(bool closing) noexcept;

    struct shared_state;
    std::shared_ptr<shared_state> state_;  ///< the thread has its part of it
};

}  // namespace shardwise::engine::mariadb
