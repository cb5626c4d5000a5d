// SPDX-License-Identifier: MIT
// Reads one embedded connection on pool threads, a bounded chunk at a time. A job never waits for
// the consumer: when its chunk is full it ends, and taking a chunk submits the next job. So a small
// pool cannot be blocked by streams that nobody reads yet, and a job that no thread has taken up is
// run by the consumer itself.
//
//   idle -> queued -> running -> filled -> idle ...   ended: nothing more will come
//
// fill() runs on any thread, one at a time; everything else belongs to the consumer's thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "base/deadline.hpp"
#include "base/task_pool.hpp"
#include "engine/driver.hpp"
#include "exec/row_buffer.hpp"

namespace shardwise::exec {

class background_reader : public std::enable_shared_from_this<background_reader> {
public:
    background_reader(engine::connection& link, std::size_t width, task_pool& tasks)
        : link_(link), tasks_(tasks), filling_(width), reading_(width), row_(width) {}

    void start() { request(); }

    enum class answer : std::uint8_t { row, end, timeout };
    /// The next row, valid until the following call. Rethrows what the connection threw.
    answer next(const arg*& row, deadline limit);

    /// No job touches the connection after this: a running one is cancelled and waited for.
    void stop() noexcept;

    /// Time that jobs have spent on the connection until its first chunk was full.
    std::uint64_t first_chunk_us() const noexcept { return first_chunk_us_; }

private:
    enum class state : std::uint8_t { idle, queued, running, filled };
    void request();
    void fill() noexcept;
    void run_if_queued() noexcept;

    engine::connection& link_;
    task_pool& tasks_;

    std::mutex mutex_;
    std::condition_variable changed_;
    state state_ = state::idle;
    bool stopped_ = false;

    // The job's while running, the consumer's otherwise.
    row_buffer filling_;
    bool ended_ = false;
    std::exception_ptr failure_;
    std::uint64_t first_chunk_us_ = 0;
    bool measured_ = false;

    // The consumer's.
    row_buffer reading_;
    std::size_t at_ = 0;
    std::vector<arg> row_;
};

}  // namespace shardwise::exec
