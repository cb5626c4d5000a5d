// SPDX-License-Identifier: MIT
// How long to wait before trying again: exponential growth with full jitter, so that many waiters
// do not come back at the same moment. Pure: the caller brings the random number and sleeps.
#pragma once

#include <chrono>
#include <cstdint>

namespace shardwise {

struct backoff {
    std::chrono::milliseconds first{10};  ///< the longest wait before the second attempt
    std::chrono::milliseconds longest{1000};

    struct range {
        std::chrono::milliseconds min{0};
        std::chrono::milliseconds max{0};
        friend constexpr bool operator==(const range&, const range&) = default;
    };

    /// Between 0 and min(longest, first * 2^attempt); attempt 0 is the first repetition.
    constexpr range wait_after(unsigned attempt) const noexcept {
        std::int64_t max = first.count() > 0 ? first.count() : 0;
        for (unsigned i = 0; i < attempt && max > 0 && max < longest.count(); ++i)
            max = max > longest.count() / 2 ? longest.count() : max * 2;
        return {std::chrono::milliseconds{0},
                std::chrono::milliseconds{max < longest.count() ? max : longest.count()}};
    }

    /// One point of that range, from 64 random bits.
    constexpr std::chrono::milliseconds pick(unsigned attempt,
                                             std::uint64_t random) const noexcept {
        const auto span = static_cast<std::uint64_t>(wait_after(attempt).max.count()) + 1;
        return std::chrono::milliseconds{static_cast<std::int64_t>(random % span)};
    }
};

}  // namespace shardwise
