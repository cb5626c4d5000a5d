// SPDX-License-Identifier: MIT
// The connections of one server. Any thread.
//
// What must stay true: open connections, those being opened included, never exceed `size`; waiters
// are served in the order in which they came; while somebody waits there is no idle connection and
// no free place, because both are handed to the first waiter at once. Nothing slow (opening,
// closing, asking the server) happens under the lock.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/engine.hpp"

namespace shardwise::engine {

class pool {
public:
    using clock = std::chrono::steady_clock;
    using opener = std::function<std::unique_ptr<connection>(deadline)>;

    /// `name` is the server's display name. `keep_forever`: idle connections are never closed,
    /// because the data would go with them (:memory:).
    enum class idle_rule : bool { close_old, keep_forever };
    pool(std::string name, const pool_options& options, idle_rule rule, opener open);
    ~pool();
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    lease acquire(deadline limit, std::optional<std::chrono::milliseconds> patience = {});
    engine::pool_stats stats() const;
    void close_idle();

private:
    friend class lease;
    struct idle_connection {
        std::unique_ptr<connection> client;
        clock::time_point since;
        int processor = 0;  ///< where it was used last
    };
    /// One blocked acquire(), on its own stack.
    struct waiter {
        std::condition_variable woken;
        waiter* next = nullptr;
        std::unique_ptr<connection> client;  ///< handed over by a release
        bool may_open = false;               ///< a place was handed over instead
    };

    idle_connection take_idle();
    lease hand_out(std::unique_ptr<connection> c) noexcept;
    lease open_new(deadline limit);
    std::unique_ptr<connection> still_good(idle_connection found, deadline limit) noexcept;
    lease wait_for_one(std::unique_lock<std::mutex>& guard, deadline limit,
                       std::chrono::milliseconds patience);
    [[noreturn]] void refuse_exhausted() const;

    void give_back(std::unique_ptr<connection> c) noexcept;
    void drop(std::unique_ptr<connection> c) noexcept;
    waiter* first_waiter() noexcept;
    void forget(waiter& w) noexcept;
    void free_place() noexcept;

    const std::string name_;
    const pool_options options_;
    const idle_rule rule_;
    const opener open_connection_;

    mutable std::mutex lock_;
    std::vector<idle_connection> idle_;  ///< the one used last at the back
    waiter* waiting_first_ = nullptr;
    waiter* waiting_last_ = nullptr;
    engine::pool_stats counts_;
};

}  // namespace shardwise::engine
