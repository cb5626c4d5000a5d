// SPDX-License-Identifier: MIT
// KILL QUERY over a second connection, in a thread of its own, so that whoever cancels waits for
// nothing. Thread-safe.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/deadline.hpp"
#include "engine/url.hpp"

namespace shardwise::engine::mariadb {

class canceller {
public:
    canceller(url where, unsigned long server_thread);
    /// Gives a request that still runs up, and waits for its thread (not for the server).
    ~canceller();
    canceller(const canceller&) = delete;

    /// Asks the server to stop what the connection runs. One request at a time: a second one while
    /// the first still runs does nothing.
    void request() noexcept;
    /// True since a request was made, until absorb().
    bool requested() const noexcept;
    /// Waits until the request has reached the server or failed; false at the deadline.
    bool settled(deadline limit) noexcept;
    /// The connection has answered after the request was settled: it is forgotten.
    void absorb() noexcept;

private:
    void run() noexcept;

    const url where_;
    const unsigned long server_thread_;
    int abort_fd_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool requested_ = false;
    bool running_ = false;
    std::thread thread_;
};

}  // namespace shardwise::engine::mariadb
