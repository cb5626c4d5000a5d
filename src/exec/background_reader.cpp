// SPDX-License-Identifier: MIT
#include "exec/background_reader.hpp"

#include <chrono>
#include <utility>

namespace shardwise::exec {
namespace {
/// One chunk is read while the consumer works on another: twice this per stream.
constexpr std::size_t chunk_bytes = 256 * 1024;
}  // namespace

/// Consumer's thread, state idle.
void background_reader::request() {
    {
        const std::lock_guard lock(mutex_);
        state_ = state::queued;
    }
    try {
        tasks_.submit([self = shared_from_this()] { self->run_if_queued(); });
    } catch (...) {
        // No thread can be had: next() finds the job queued and runs it.
    }
}

void background_reader::run_if_queued() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (state_ != state::queued || stopped_) return;
        state_ = state::running;
    }
    fill();
    {
        const std::lock_guard lock(mutex_);
        state_ = state::filled;
    }
    changed_.notify_all();
}

void background_reader::fill() noexcept {
    using clock = std::chrono::steady_clock;
    const clock::time_point begin = clock::now();
    try {
        while (filling_.bytes() < chunk_bytes) {
            if (link_.next(row_) == engine::fetch::end) {
                ended_ = true;
                break;
            }
            filling_.append(row_);
        }
    } catch (...) {
        failure_ = std::current_exception();
        ended_ = true;
    }
    if (measured_) return;
    measured_ = true;
    first_chunk_us_ = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - begin).count());
}

background_reader::answer background_reader::next(const arg*& row, deadline limit) {
    while (at_ == reading_.size()) {
        bool mine = false;
        {
            std::unique_lock lock(mutex_);
            if (state_ == state::idle) {
                if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
                return answer::end;
            }
            mine = state_ == state::queued;
            const auto filled = [&] { return state_ == state::filled; };
            if (!mine) {
                if (limit.is_never()) changed_.wait(lock, filled);
                while (!limit.is_never() && !changed_.wait_until(lock, limit.at(), filled))
                    if (limit.passed()) return answer::timeout;
            }
        }
        // A pool thread may be faster in taking it: then wait in the next round.
        if (mine) {
            run_if_queued();
            continue;
        }
        // The rows before the failure come first.
        std::swap(reading_, filling_);
        filling_.clear();
        at_ = 0;
        if (!ended_) {
            request();
            continue;
        }
        const std::lock_guard lock(mutex_);
        state_ = state::idle;
    }
    row = reading_[at_++];
    return answer::row;
}

void background_reader::stop() noexcept {
    std::unique_lock lock(mutex_);
    stopped_ = true;
    if (state_ != state::running) return;
    link_.cancel();
    changed_.wait(lock, [&] { return state_ != state::running; });
}

}  // namespace shardwise::exec
