// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/canceller.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

namespace shardwise::engine::postgres {
namespace {

constexpr int most_requests = 32;
std::atomic<int> requests_under_way = 0;  // of the process: its threads are what is limited

/// When the connection is closed nobody is left to see whether the server has heard.
constexpr int last_requests = 4;
constexpr std::chrono::milliseconds pause_between_last_requests{50};

/// Signals are the program's business, not this thread's.
void block_signals() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

struct canceller::state {
    explicit state(PGconn& connection) : handle(PQgetCancel(&connection)) {}
    ~state() { PQfreeCancel(handle); }
    state(const state&) = delete;
    state& operator=(const state&) = delete;

    void run() noexcept {
        block_signals();
        std::array<char, 256> reason{};
        do PQcancel(handle, reason.data(), static_cast<int>(reason.size()));
        while (wanted_again());
        --requests_under_way;
    }
    /// Otherwise the request is over.
    bool wanted_again() noexcept {
        std::unique_lock lock(mutex);
        if (repeats > 0) {
            --repeats;
            lock.unlock();
            std::this_thread::sleep_for(pause_between_last_requests);
            return true;
        }
        if (std::exchange(again, false)) return true;
        under_way.store(false);
        done.notify_all();
        return false;
    }

    PGcancel* handle;
    std::mutex mutex;
    std::condition_variable done;
    std::atomic<bool> under_way = false;
    bool again = false;  ///< requested while a request was under way
    int repeats = 0;
};

canceller::canceller(PGconn& connection) : state_(std::make_shared<state>(connection)) {}

void canceller::request() noexcept { request(0); }

void canceller::request_at_close() noexcept { request(last_requests - 1); }

void canceller::request(int repeats) noexcept {
    if (state_->handle == nullptr) return;
    requested_.store(true, std::memory_order_relaxed);
    {
        const std::lock_guard lock(state_->mutex);
        state_->repeats = std::max(state_->repeats, repeats);
        if (state_->under_way.exchange(true)) {
            state_->again = true;
            return;
        }
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
    state_->under_way.store(false);
    state_->done.notify_all();
}

bool canceller::settled(deadline limit) noexcept {
    if (!under_way()) return true;
    std::unique_lock lock(state_->mutex);
    const auto idle = [this] { return !state_->under_way.load(); };
    if (limit.is_never()) {
        state_->done.wait(lock, idle);
        return true;
    }
    while (!state_->done.wait_until(lock, limit.at(), idle))
        if (limit.passed()) return false;
    return true;
}

bool canceller::under_way() const noexcept { return state_->under_way.load(); }

}  // namespace shardwise::engine::postgres
