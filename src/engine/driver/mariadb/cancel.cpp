// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/cancel.hpp"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/driver/mariadb/connect.hpp"

namespace shardwise::engine::mariadb {
namespace {

constexpr std::chrono::milliseconds patience{2000};  // for the second connection, in all

/// Servers that do not answer must not fill the process with threads.
constexpr int most_requests = 64;
std::atomic<int> requests_under_way{0};

}  // namespace

struct canceller::shared_state {
    url where;
    unsigned long server_thread = 0;
    std::mutex mutex;
    std::condition_variable changed;
    bool requested = false;
    bool running = false;
    bool again = false;    ///< requested while a request was under way
    bool closing = false;  ///< the connection is given up, too

    void run() noexcept {
        do kill();
        while (wanted_again());
        mysql_thread_end();
        --requests_under_way;
    }
    /// A connection that is killed ends also when its statement has not begun.
    void kill() noexcept {
        bool whole = false;
        {
            const std::lock_guard lock(mutex);
            whole = closing;
        }
        try {
            const deadline limit = deadline::after(patience);
            const handle_ptr handle = open_handle(where, limit);
            run_text(handle.get(),
                     fmt::format("KILL {} {}", whole ? "CONNECTION" : "QUERY", server_thread),
                     limit);
        } catch (...) {
            // Nobody is left to be told; the statement's own deadline still holds.
        }
    }
    /// Otherwise the request is over.
    bool wanted_again() noexcept {
        const std::lock_guard lock(mutex);
        if (std::exchange(again, false)) return true;
        running = false;
        changed.notify_all();
        return false;
    }
};

canceller::canceller(url where, unsigned long server_thread)
    : state_(std::make_shared<shared_state>()) {
    state_->where = std::move(where);
    state_->server_thread = server_thread;
}

canceller::~canceller() = default;

void canceller::request() noexcept { request(false); }

void canceller::request_at_close() noexcept { request(true); }

void canceller::request(bool closing) noexcept {
    {
        const std::lock_guard lock(state_->mutex);
        state_->requested = true;
        state_->closing = state_->closing || closing;
        if (state_->running) {
            state_->again = true;
            return;
        }
        state_->running = true;
    }
    try {
        if (++requests_under_way <= most_requests) {
            std::thread([s = state_] { s->run(); }).detach();
            return;
        }
    } catch (...) {  // no thread to be had
    }
    --requests_under_way;
    const std::lock_guard lock(state_->mutex);
    state_->running = false;
    state_->changed.notify_all();
}

bool canceller::requested() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->requested;
}

bool canceller::settled(deadline limit) noexcept {
    std::unique_lock lock(state_->mutex);
    const auto idle = [this] { return !state_->running; };
    if (limit.is_never()) {
        state_->changed.wait(lock, idle);
        return true;
    }
    while (!state_->changed.wait_until(lock, limit.at(), idle))
        if (limit.passed()) return false;
    return true;
}

void canceller::absorb() noexcept {
    const std::lock_guard lock(state_->mutex);
    state_->requested = false;
}

}  // namespace shardwise::engine::mariadb
