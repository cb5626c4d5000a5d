// SPDX-License-Identifier: MIT
#include "sharding/key_kind.hpp"

#include <fmt/format.h>

#include <limits>

#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

void refuse_key(std::string_view strategy, const arg& key) {
    if (key.is_null())
        raise(error_info{.code = error_code::no_shard_key,
                         .message = fmt::format("a column of the shard key is NULL, so {} cannot "
                                                "place the row: give it a value",
                                                strategy)});
    raise(error_info{.code = error_code::bad_value,
                     .message = fmt::format("{} cannot place a key of kind {}: use a column type "
                                            "that this strategy accepts, or another strategy",
                                            strategy, name_of(key.kind()))});
}

void require_single_column(std::string_view strategy, std::size_t count) {
    if (count == 1) return;
    raise(error_info{
        .code = error_code::bad_config,
        .message = fmt::format("{} places rows by one column, but the shard key has {}: use hash "
                               "or directory for a key of several columns",
                               strategy, count)});
}

std::optional<whole_interval> whole_interval_of(const key_range& range) noexcept {
    constexpr whole_interval nothing{1, 0};
    if (range.low == nullptr && range.high == nullptr) return std::nullopt;
    if (range.low != nullptr && !is_whole(range.low->kind())) return std::nullopt;
    if (range.high != nullptr && !is_whole(range.high->kind())) return std::nullopt;
    if (range.low != nullptr && range.high != nullptr && range.low->kind() != range.high->kind())
        return std::nullopt;
    whole_interval closed{std::numeric_limits<std::int64_t>::min(),
                          std::numeric_limits<std::int64_t>::max()};
    if (range.low != nullptr) {
        const std::int64_t low = range.low->integer();
        if (!range.low_included && low == closed.high) return nothing;
        closed.low = range.low_included ? low : low + 1;
    }
    if (range.high != nullptr) {
        const std::int64_t high = range.high->integer();
        if (!range.high_included && high == std::numeric_limits<std::int64_t>::min())
            return nothing;
        closed.high = range.high_included ? high : high - 1;
    }
    return closed;
}

}  // namespace shardwise::sharding
