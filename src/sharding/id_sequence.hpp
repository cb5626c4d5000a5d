// SPDX-License-Identifier: MIT
// 64-bit time-ordered ids of one leased worker number; a state machine without I/O: the clock is an
// argument, the lease is renewed by the caller (catalog/worker_lease). Thread-safe.
//
// Layout, high to low (after Twitter's Snowflake): 0 | 41 bits milliseconds since 2024-01-01 |
// 10 bits worker | 12 bits counter. The counter is not reset each millisecond but runs on, so that
// ids made at low rates spread evenly under every strategy, modulo 2 included; when it would wrap
// inside one millisecond, the next millisecond is borrowed. From one millisecond to the next it
// goes on by 1 plus a scattered multiple of 16: the low four bits count evenly (modulo 2, 4, 8,
// 16), and ids made in a steady rhythm do not stay in one residue of an odd number (2^22 + 1 is a
// multiple of 5: with steps of 1, one id each millisecond would use one of 5 residues).
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

namespace shardwise::sharding {

inline constexpr std::int64_t id_epoch_ms = 1'704'067'200'000;  ///< DO NOT CHANGE
inline constexpr int id_worker_bits = 10;                       ///< DO NOT CHANGE
inline constexpr int id_counter_bits = 12;                      ///< DO NOT CHANGE

class id_sequence {
public:
    /// The right to make ids of `worker` with from_ms < millisecond <= until_ms. Whoever had the
    /// worker number before never used a millisecond above from_ms: that, and no clock, makes two
    /// holders' ids different.
    struct grant {
        std::uint16_t worker = 0;
        std::int64_t from_ms = 0;
        std::int64_t until_ms = 0;
    };

    /// Replaces the grant. What is left of an older grant of the same worker stays usable when the
    /// new one continues it (from_ms <= the old until_ms: nobody else can have been in between).
    /// Throws lease_lost when the grant cannot give ids: a clock before 2024, a worker above 1023.
    void renew(const grant& g);

    /// The next id, greater than all before it; empty when the grant has to be renewed first
    /// (until_ms reached, or none yet). A clock that steps back continues from the last
    /// millisecond used.
    std::optional<std::int64_t> next(std::int64_t now_ms);

    /// Half of the granted time is used up, or nothing is granted: renew in the background.
    bool wants_renewal(std::int64_t now_ms) const;

private:
    mutable std::mutex mutex_;
    std::optional<grant> grant_;
    std::int64_t floor_ms_ = 0;  ///< ids have a millisecond above it: grant_.from_ms or earlier
    std::int64_t last_ms_ = 0;   ///< of the last id, 0 before the first
    std::uint32_t counter_ = 0;  ///< of the last id
};

}  // namespace shardwise::sharding
