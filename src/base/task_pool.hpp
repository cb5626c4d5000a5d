// SPDX-License-Identifier: MIT
// At most so many threads that run jobs in the order in which they were submitted. Threads are
// started when a job finds none idle, and stay. Thread-safe; the destructor belongs to one thread,
// and no job may submit to a pool that is being destroyed.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace shardwise {

class task_pool {
public:
    /// No thread is started yet. 0 means 1.
    explicit task_pool(std::size_t max_threads);
    /// Runs what was submitted, so that nobody waits for a job in vain, and joins.
    ~task_pool();
    task_pool(const task_pool&) = delete;
    task_pool& operator=(const task_pool&) = delete;

    /// Never waits for a job. A job must not let an exception out (the program would end): whoever
    /// wants the result carries the exception over, too. Throws only when not a
    /// single thread can be started; the job is not run then.
    void submit(std::function<void()> job);

    std::size_t thread_count() const;

private:
    void start_thread();
    void work() noexcept;

    const std::size_t max_threads_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> jobs_;
    std::vector<std::thread> threads_;
    std::size_t idle_ = 0;
    bool closing_ = false;
};

}  // namespace shardwise
