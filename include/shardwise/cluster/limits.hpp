// SPDX-License-Identifier: MIT
// How far statements may go and how much they may hold: said for a cluster, a session or one call
// (docs/guide/limits.md). Plain values.
#pragma once

#include <cstdint>

namespace shardwise {

struct explanation;

/// How many shards a statement may ask. Said with a call, it is a promise: a statement that would
/// ask more is refused (too_many_shards) before anything is sent, and no policy is asked.
struct reach {
    std::uint32_t most = 0;  ///< 0: not said; the policy of the session or the cluster decides
};
inline constexpr reach one_shard{1};
inline constexpr reach all_shards{0xFFFF'FFFFU};
constexpr reach at_most_shards(std::uint32_t n) noexcept { return {n == 0 ? 1 : n}; }

/// What happens to a scatter: a statement that asks more than `few` shards without saying so.
/// Changes of reference tables, which live everywhere, are none.
struct fan_out {
    enum class policy : std::uint8_t { allow, warn, refuse };
    policy scatters = policy::allow;
    std::uint32_t few = 1;
    /// Of warn: called with the statement, its shards and why, before it is sent, in the thread
    /// that asks. nullptr: one line on the standard error output.
    void (*on_scatter)(void* context, const explanation& what) = nullptr;
    void* context = nullptr;
};

/// What one statement may hold in this process at a time; more is an error (result_too_large),
/// never a process that the system kills. 0: no limit. Streams hold one row of each shard.
struct result_limits {
    /// Rows, groups and objects that are kept: result lists, sorting, grouping, DISTINCT.
    std::int64_t rows = 10'000'000;
    /// The memory for them and for answers that have arrived but are not read yet.
    std::int64_t bytes = std::int64_t{1} << 30;
    /// Rows that are fetched to compute a statement in the client; they are kept in a temporary
    /// file when they are many.
    std::int64_t scratch_bytes = std::int64_t{16} << 30;
};

}  // namespace shardwise
