// SPDX-License-Identifier: MIT
#include "base/task_pool.hpp"

#include <utility>

namespace shardwise {

task_pool::task_pool(std::size_t max_threads) : max_threads_(max_threads == 0 ? 1 : max_threads) {}

task_pool::~task_pool() {
    {
        const std::lock_guard lock{mutex_};
        closing_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void task_pool::submit(std::function<void()> job) {
    {
        const std::lock_guard lock{mutex_};
        jobs_.push_back(std::move(job));
        // Each idle thread will take one of the waiting jobs.
        if (jobs_.size() > idle_ && threads_.size() < max_threads_) start_thread();
    }
    changed_.notify_one();
}

/// With the lock held.
void task_pool::start_thread() {
    try {
        threads_.emplace_back([this] { work(); });
    } catch (...) {
        if (!threads_.empty()) return;  // the others will come to it
        jobs_.pop_back();
        throw;
    }
}

void task_pool::work() noexcept {
    std::unique_lock lock{mutex_};
    while (true) {
        while (jobs_.empty()) {
            if (closing_) return;
            ++idle_;
            changed_.wait(lock);
            --idle_;
        }
        std::function<void()> job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        job = nullptr;  // what it holds is released before the lock is taken
        lock.lock();
    }
}

std::size_t task_pool::thread_count() const {
    const std::lock_guard lock{mutex_};
    return threads_.size();
}

}  // namespace shardwise
