// SPDX-License-Identifier: MIT
// A point on the steady clock after which nobody waits any longer. Immutable value, any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace shardwise {

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

    bool is_never() const noexcept { return at_ == clock::time_point::max(); }
    bool passed() const noexcept { return !is_never() && clock::now() >= at_; }
    clock::time_point at() const noexcept { return at_; }

    /// For poll(2): milliseconds left, rounded up; 0 when passed, -1 when it never passes.
    int poll_timeout() const noexcept {
        if (is_never()) return -1;
        const auto left = at_ - clock::now();
        if (left <= clock::duration::zero()) return 0;
        const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        return static_cast<int>(std::min<std::int64_t>(ms, 1'000'000'000));
    }

    /// The earlier of the two.
    friend deadline earlier(deadline a, deadline b) noexcept { return a.at_ < b.at_ ? a : b; }

private:
    clock::time_point at_ = clock::time_point::max();
};

}  // namespace shardwise
