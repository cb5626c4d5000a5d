// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/cancel.hpp"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

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

    void run() noexcept {
        try {
            const deadline limit = deadline::after(patience);
            const handle_ptr handle = open_handle(where, limit);
            run_text(handle.get(), fmt::format("KILL QUERY {}", server_thread), limit);
        } catch (...) {
            // Nobody is left to be told; the statement's own deadline still holds.
        }
        mysql_thread_end();
        finish();
    }
    void finish() noexcept {
        --requests_under_way;
        const std::lock_guard lock(mutex);
        running = false;
        changed.notify_all();
    }
};

canceller::canceller(url where, unsigned long server_thread)
    : state_(std::make_shared<shared_state>()) {
    state_->where = std::move(where);
    state_->server_thread = server_thread;
}

canceller::~canceller() = default;

void canceller::request() noexcept {
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->running) return;
        state_->running = state_->requested = true;
    }
    if (++requests_under_way > most_requests) return state_->finish();
    try {
        std::thread([s = state_] { s->run(); }).detach();
    } catch (...) {
        state_->finish();  // no thread to be had: nothing was cancelled
    }
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
    return state_->changed.wait_until(lock, limit.at(), idle);
}

void canceller::absorb() noexcept {
    const std::lock_guard lock(state_->mutex);
    state_->requested = false;
}

}  // namespace shardwise::engine::mariadb
