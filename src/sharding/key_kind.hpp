// SPDX-License-Identifier: MIT
// What all strategies agree on about keys: which kinds identify a row, which of them are whole
// numbers, and how a range of whole numbers looks when both ends are closed. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "shardwise/sharding/strategy.hpp"

namespace shardwise::sharding {

/// boolean, integer, date (days), timestamp (microseconds): placed by their 64-bit integer.
constexpr bool is_whole(kind k) noexcept {
    return k == kind::boolean || k == kind::integer || k == kind::date || k == kind::timestamp;
}

/// Doubles do not identify (0.1 + 0.2, -0.0, NaN) and JSON has many texts for one document, so
/// neither is ever a shard key.
constexpr bool identifies(kind k) noexcept {
    return k != kind::null && k != kind::real && k != kind::json;
}

/// Keys of the one can be looked up among keys of the other: the same kind, or both exact numbers.
constexpr bool same_family(kind a, kind b) noexcept {
    const bool both_numbers =
        (a == kind::integer || a == kind::decimal) && (b == kind::integer || b == kind::decimal);
    return a == b || both_numbers;
}

/// The end of a range may also be a real number: keys are compared with it by value.
constexpr bool comparable_end(kind end, kind key) noexcept {
    return same_family(end, key) || (end == kind::real && same_family(key, kind::integer));
}

/// Throws bad_value: `strategy` cannot place this kind of key. NULL: no_shard_key.
[[noreturn]] void refuse_key(std::string_view strategy, const arg& key);

/// Throws bad_config unless the key has exactly one column.
void require_single_column(std::string_view strategy, std::size_t count);

/// A closed interval; empty when low > high.
struct whole_interval {
    std::int64_t low;
    std::int64_t high;
    bool empty() const noexcept { return low > high; }
    /// high - low; well defined for the whole 64-bit range. Not for empty intervals.
    std::uint64_t width() const noexcept {
        return static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    }
};

/// The interval as whole numbers; nothing when an end is of another kind, the ends are of
/// different kinds, or both are open (the kind of the keys is not known then).
std::optional<whole_interval> whole_interval_of(const key_range& range) noexcept;

}  // namespace shardwise::sharding
