// SPDX-License-Identifier: MIT
#include "sharding/id_sequence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

namespace {

constexpr std::uint32_t counter_mask = (1U << id_counter_bits) - 1;
constexpr std::int64_t max_ms = id_epoch_ms + (std::int64_t{1} << 41) - 1;

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbours become unrelated numbers.
std::uint32_t scattered(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return static_cast<std::uint32_t>((x ^ (x >> 31)) >> 32);
}

std::int64_t id_of(std::int64_t ms, std::uint16_t worker, std::uint32_t counter) {
    return (ms - id_epoch_ms) << (id_worker_bits + id_counter_bits) |
           std::int64_t{worker} << id_counter_bits | std::int64_t{counter};
}

}  // namespace

void id_sequence::renew(const grant& g) {
    if (g.worker >= 1U << id_worker_bits || g.from_ms < id_epoch_ms - 1 || g.until_ms > max_ms)
        raise(error_info{
            .code = error_code::lease_lost,
            .message = fmt::format("worker {} cannot make ids from millisecond {} to {}: workers "
                                   "are below {} and times lie in 2024 to 2093; check the clocks",
                                   g.worker, g.from_ms, g.until_ms, 1 << id_worker_bits)});
    const std::lock_guard lock(mutex_);
    const bool continued = grant_ && grant_->worker == g.worker && g.from_ms <= grant_->until_ms;
    if (!continued) floor_ms_ = g.from_ms;
    // Another worker's ids of the same millisecond are not ordered with those made before.
    if (grant_ && grant_->worker != g.worker) floor_ms_ = std::max(floor_ms_, last_ms_);
    // A process that makes a single id and ends must not always make the same residue.
    if (!grant_)
        counter_ = scattered(static_cast<std::uint64_t>(g.from_ms) << id_worker_bits | g.worker) &
                   counter_mask;
    grant_ = g;
}

std::optional<std::int64_t> id_sequence::next(std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    if (!grant_) return std::nullopt;
    std::int64_t ms = std::max({now_ms, floor_ms_ + 1, last_ms_});
    std::uint32_t step = 1;
    if (ms != last_ms_)
        step += 16 * (scattered(static_cast<std::uint64_t>(ms)) & 15);
    else if (counter_ == counter_mask)
        ++ms;  // borrowed: the counter wraps
    if (ms > grant_->until_ms) return std::nullopt;
    last_ms_ = ms;
    counter_ = (counter_ + step) & counter_mask;
    return id_of(ms, grant_->worker, counter_);
}

bool id_sequence::wants_renewal(std::int64_t now_ms) const {
    const std::lock_guard lock(mutex_);
    if (!grant_) return true;
    const std::int64_t half = grant_->from_ms + (grant_->until_ms - grant_->from_ms) / 2;
    return std::max(now_ms, last_ms_) >= half;
}

}  // namespace shardwise::sharding
