// SPDX-License-Identifier: MIT
// Running averages by id, for decisions that only cost time when they are wrong (is this statement
// worth a thread?). Fixed size, lock-free; ids that share a place share their average. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace shardwise {

class cost_table {
public:
    /// The average of what was noted for `id`, in the unit of the caller.
    std::optional<std::uint32_t> average(std::uint64_t id) const noexcept {
        const std::uint32_t a = places_[id % size].load(std::memory_order_relaxed);
        if (a == 0) return std::nullopt;
        return a - 1;
    }
    /// A new measurement counts an eighth. Two threads at once may lose one of theirs.
    void note(std::uint64_t id, std::uint64_t cost) noexcept {
        constexpr std::uint64_t highest = 0xffff'fff0u;
        constexpr std::uint64_t share = 8;
        std::atomic<std::uint32_t>& place = places_[id % size];
        const std::uint64_t now = (cost < highest ? cost : highest) + 1;
        const std::uint64_t before = place.load(std::memory_order_relaxed);
        const std::uint64_t after = before == 0 ? now : (before * (share - 1) + now) / share;
        place.store(static_cast<std::uint32_t>(after == 0 ? 1 : after), std::memory_order_relaxed);
    }

private:
    static constexpr std::size_t size = 1024;
    std::array<std::atomic<std::uint32_t>, size> places_{};
};

}  // namespace shardwise
