// SPDX-License-Identifier: MIT
// A point on the steady clock after which nobody waits any longer, and the way to end a call before
// that from another thread. A deadline is an immutable value, for any thread; what it refers to
// must outlive it.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "shardwise/base/error_code.hpp"

namespace shardwise {

/// Ends the calls of one caller. Each call has a number; stop() ends those that have begun, and
/// never one that begins later.
class stop_source {
public:
    /// The caller's thread.
    std::uint64_t begin_call() noexcept { return begun_.fetch_add(1) + 1; }
    /// Any thread.
    void stop() noexcept {
        const std::uint64_t now = begun_.load();
        std::uint64_t before = stopped_.load();
        while (before < now && !stopped_.compare_exchange_weak(before, now)) continue;
    }
    bool stopped(std::uint64_t call) const noexcept {
        return stopped_.load(std::memory_order_relaxed) >= call;
    }

private:
    std::atomic<std::uint64_t> begun_{0};
    std::atomic<std::uint64_t> stopped_{0};
};

class deadline {
public:
    using clock = std::chrono::steady_clock;

    /// Never passes.
    constexpr deadline() noexcept = default;

    static deadline after(std::chrono::milliseconds wait) {
        deadline d;
        d.at_ = clock::now() + wait;
        return d;
    }
    static constexpr deadline never() { return {}; }

    /// The same, and it passes when `source` stops this call.
    deadline with(const stop_source& source, std::uint64_t call) const noexcept {
        deadline d = *this;
        d.stop_ = &source;
        d.call_ = call;
        return d;
    }
    /// The same call, with more time.
    deadline renewed(const deadline& until) const noexcept {
        deadline d = *this;
        d.at_ = until.at_;
        return d;
    }
    /// The same for what must be brought to its end.
    deadline without_stop() const noexcept {
        deadline d;
        d.at_ = at_;
        return d;
    }

    bool is_never() const noexcept { return at_ == clock::time_point::max() && stop_ == nullptr; }
    bool cancelled() const noexcept { return stop_ != nullptr && stop_->stopped(call_); }
    bool passed() const noexcept {
        return cancelled() || (at_ != clock::time_point::max() && clock::now() >= at_);
    }
    /// Until when to wait before asking passed() again: not later than it may pass.
    clock::time_point at() const noexcept {
        return stop_ == nullptr ? at_ : std::min(at_, clock::now() + look_every);
    }

    /// Time left; a day when it never passes by itself.
    std::chrono::milliseconds left() const noexcept {
        constexpr std::chrono::hours a_day{24};
        if (at_ == clock::time_point::max()) return a_day;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - clock::now());
        return std::max(left, std::chrono::milliseconds{0});
    }

    /// For poll(2): milliseconds left, rounded up; 0 when passed, -1 when it never passes. A wait
    /// that ended without result is over only when passed() says so.
    int poll_timeout() const noexcept {
        if (is_never()) return -1;
        if (cancelled()) return 0;
        const auto left = at() - clock::now();
        if (left <= clock::duration::zero()) return 0;
        const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        return static_cast<int>(std::min<std::int64_t>(ms, 1'000'000'000));
    }

    /// What to raise once it has passed, and why in words.
    error_code late_code() const noexcept {
        return cancelled() ? error_code::cancelled : error_code::timeout;
    }
    std::string_view why_late() const noexcept {
        return cancelled() ? "the call was cancelled" : "the deadline passed";
    }

    /// The earlier of the two, stopped by what stops one of them.
    friend deadline earlier(deadline a, deadline b) noexcept {
        deadline d = a.at_ < b.at_ ? a : b;
        const deadline& other = a.at_ < b.at_ ? b : a;
        if (d.stop_ == nullptr) {
            d.stop_ = other.stop_;
            d.call_ = other.call_;
        }
        return d;
    }

private:
    /// How soon a waiting thread sees that its call was stopped.
    static constexpr std::chrono::milliseconds look_every{20};

    clock::time_point at_ = clock::time_point::max();
    const stop_source* stop_ = nullptr;
    std::uint64_t call_ = 0;
};

}  // namespace shardwise
