// SPDX-License-Identifier: MIT
// range: n ascending bounds make n+1 intervals; bucket i holds bounds[i-1] <= key < bounds[i], with
// open ends. Keys and bounds order as shardwise::compare says. One column: for a composite key the
// bounds would have to be tuples.
#include <fmt/format.h>

#include <algorithm>

#include "sharding/builtin.hpp"
#include "sharding/key_kind.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

namespace {

constexpr bool has_range_order(kind k) noexcept { return identifies(k) && k != kind::boolean; }

class range_strategy final : public sharding_strategy {
public:
    explicit range_strategy(std::vector<value> bounds) : bounds_(std::move(bounds)) {}

    std::uint32_t bucket_count() const noexcept override {
        return static_cast<std::uint32_t>(bounds_.size() + 1);
    }
    std::string describe() const override { return fmt::format("range({})", bucket_count()); }

    std::optional<bucket_id> bucket_of(const arg* key, std::size_t count) const override {
        require_single_column("range", count);
        if (!identifies(key->kind()) || !same_family(key->kind(), key_kind()))
            refuse_key(fmt::format("range over {}", name_of(key_kind())), *key);
        return bounds_not_above(*key);
    }

    std::optional<bucket_set> buckets_in(const key_range& range) const override {
        for (const arg* end : {range.low, range.high})
            if (end != nullptr && !comparable_end(end->kind(), key_kind())) return std::nullopt;
        // Only for keys that are whole numbers is "greater than 9" the same as "at least 10", which
        // saves the bucket below a bound at 10.
        const auto keys = whole_interval_of(range);
        if (keys && is_whole(key_kind())) {
            if (keys->empty()) return bucket_set::none(bucket_count());
            return run(whole_bucket(keys->low), whole_bucket(keys->high));
        }
        if (is_empty(range)) return bucket_set::none(bucket_count());
        const bucket_id first = range.low == nullptr ? 0 : bounds_not_above(*range.low);
        bucket_id last = bucket_count() - 1;
        if (range.high != nullptr)
            last = range.high_included ? bounds_not_above(*range.high) : bounds_below(*range.high);
        return run(first, last);
    }

private:
    kind key_kind() const noexcept { return bounds_.front().kind(); }

    bucket_id bounds_not_above(const arg& key) const {
        const auto it =
            std::upper_bound(bounds_.begin(), bounds_.end(), key,
                             [](const arg& k, const value& b) { return compare(k, b.view()) < 0; });
        return static_cast<bucket_id>(it - bounds_.begin());
    }

    bucket_id bounds_below(const arg& key) const {
        const auto it =
            std::lower_bound(bounds_.begin(), bounds_.end(), key,
                             [](const value& b, const arg& k) { return compare(b.view(), k) < 0; });
        return static_cast<bucket_id>(it - bounds_.begin());
    }

    static bool is_empty(const key_range& range) {
        if (range.low == nullptr || range.high == nullptr) return false;
        const int order = compare(*range.low, *range.high);
        return order > 0 || (order == 0 && !(range.low_included && range.high_included));
    }

    bucket_id whole_bucket(std::int64_t key) const {
        const auto it =
            std::upper_bound(bounds_.begin(), bounds_.end(), key,
                             [](std::int64_t k, const value& b) { return k < b.view().integer(); });
        return static_cast<bucket_id>(it - bounds_.begin());
    }

    bucket_set run(bucket_id first, bucket_id last) const {
        bucket_set found = bucket_set::none(bucket_count());
        for (bucket_id b = first; b <= last; ++b) found.add(b);
        return found;
    }

    std::vector<value> bounds_;
};

}  // namespace

strategy_ptr make_range(const strategy_spec& spec) {
    const auto refuse = [](std::string message) {
        raise(error_info{.code = error_code::bad_config, .message = std::move(message)});
    };
    const std::vector<value>& bounds = spec.bounds;
    if (bounds.empty() || bounds.size() >= max_bucket_count)
        refuse(
            fmt::format("range needs 1 to {} bounds, not {}", max_bucket_count - 1, bounds.size()));
    const kind first = bounds.front().kind();
    if (!has_range_order(first))
        refuse(
            fmt::format("range cannot be over keys of kind {}: use integers, text, bytes, dates, "
                        "timestamps, uuids or decimals",
                        name_of(first)));
    for (std::size_t i = 1; i < bounds.size(); ++i) {
        if (bounds[i].kind() != first)
            refuse(
                fmt::format("bounds 1 and {} of a range are of different kinds, {} and {}: write "
                            "all of them in one kind",
                            i + 1, name_of(first), name_of(bounds[i].kind())));
        if (compare(bounds[i - 1].view(), bounds[i].view()) >= 0)
            refuse(
                fmt::format("bound {} of a range is not greater than the one before it: sort the "
                            "bounds and name each once",
                            i + 1));
    }
    return std::make_shared<range_strategy>(bounds);
}

}  // namespace shardwise::sharding
