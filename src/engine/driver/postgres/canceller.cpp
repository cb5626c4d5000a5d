// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/canceller.hpp"

#include <pthread.h>

#include <array>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace shardwise::engine::postgres {
namespace {

constexpr int most_requests = 32;
std::atomic<int> requests_under_way = 0;  // of the process: its threads are what is limited

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
        PQcancel(handle, reason.data(), static_cast<int>(reason.size()));
        finish();
    }
    void finish() noexcept {
        --requests_under_way;
        const std::lock_guard lock(mutex);
        under_way.store(false);
        done.notify_all();
    }

    PGcancel* handle;
    std::mutex mutex;
    std::condition_variable done;
    std::atomic<bool> under_way = false;
};

canceller::canceller(PGconn& connection) : state_(std::make_shared<state>(connection)) {}

void canceller::request() noexcept {
    if (state_->handle == nullptr || state_->under_way.exchange(true)) return;
    requested_.store(true, std::memory_order_relaxed);
    if (++requests_under_way > most_requests) return state_->finish();
    try {
        std::thread([s = state_] { s->run(); }).detach();
    } catch (...) {  // no thread to be had
        state_->finish();
    }
}

bool canceller::settled(deadline limit) noexcept {
    if (!under_way()) return true;
    std::unique_lock lock(state_->mutex);
    const auto idle = [this] { return !state_->under_way.load(); };
    if (limit.is_never()) {
        state_->done.wait(lock, idle);
        return true;
    }
    return state_->done.wait_until(lock, limit.at(), idle);
}

bool canceller::under_way() const noexcept { return state_->under_way.load(); }

}  // namespace shardwise::engine::postgres
