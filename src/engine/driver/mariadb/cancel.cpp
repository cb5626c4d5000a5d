// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/cancel.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/driver/mariadb/connect.hpp"

namespace shardwise::engine::mariadb {
namespace {

constexpr std::chrono::milliseconds patience{2000};  // for the second connection, in all

}  // namespace

canceller::canceller(url where, unsigned long server_thread)
    : where_(std::move(where)),
      server_thread_(server_thread),
      abort_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

canceller::~canceller() {
    if (abort_fd_ >= 0) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(abort_fd_, &one, sizeof one);
    }
    if (thread_.joinable()) thread_.join();
    if (abort_fd_ >= 0) ::close(abort_fd_);
}

void canceller::request() noexcept {
    try {
        const std::lock_guard lock(mutex_);
        if (running_) return;
        if (thread_.joinable()) thread_.join();
        running_ = requested_ = true;
        try {
            thread_ = std::thread([this] { run(); });
        } catch (...) {
            running_ = false;  // no thread to be had: nothing was cancelled
        }
    } catch (...) {
        return;  // best effort: the statement runs on
    }
}

bool canceller::requested() const noexcept {
    const std::lock_guard lock(mutex_);
    return requested_;
}

bool canceller::settled(deadline limit) noexcept {
    std::unique_lock lock(mutex_);
    if (limit.is_never()) {
        changed_.wait(lock, [this] { return !running_; });
        return true;
    }
    return changed_.wait_until(lock, limit.at(), [this] { return !running_; });
}

void canceller::absorb() noexcept {
    const std::lock_guard lock(mutex_);
    requested_ = false;
}

void canceller::run() noexcept {
    try {
        const deadline limit = deadline::after(patience);
        const handle_ptr handle = open_handle(where_, limit, abort_fd_);
        run_text(handle.get(), fmt::format("KILL QUERY {}", server_thread_), limit, abort_fd_);
    } catch (...) {
        // Nobody is left to be told; the statement's own deadline still holds.
    }
    mysql_thread_end();
    const std::lock_guard lock(mutex_);
    running_ = false;
    changed_.notify_all();
}

}  // namespace shardwise::engine::mariadb
