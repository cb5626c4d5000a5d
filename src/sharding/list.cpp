// SPDX-License-Identifier: MIT
// list: every key is written down with its bucket; what is in no list goes to the default bucket or
// is refused. Numbers are found by value (5 and 5.0 are one key); a key of another kind than the
// listed ones is refused and never falls into the default bucket, where nobody would look for it.
#include <fmt/format.h>

#include <unordered_map>

#include "sharding/builtin.hpp"
#include "sharding/key_kind.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

namespace {

struct list_key_hash {
    using is_transparent = void;
    std::size_t operator()(const arg& a) const noexcept { return hash_of(a); }
    std::size_t operator()(const value& v) const noexcept { return hash_of(v.view()); }
};

struct list_key_equal {
    using is_transparent = void;
    bool operator()(const value& a, const value& b) const { return same(a.view(), b.view()); }
    bool operator()(const arg& a, const value& b) const { return same(a, b.view()); }
    bool operator()(const value& a, const arg& b) const { return same(a.view(), b); }
};

using listed_keys = std::unordered_map<value, bucket_id, list_key_hash, list_key_equal>;

class list_strategy final : public sharding_strategy {
public:
    list_strategy(listed_keys keys, std::uint32_t bucket_count, std::optional<bucket_id> fallback)
        : keys_(std::move(keys)), bucket_count_(bucket_count), default_bucket_(fallback) {}

    std::uint32_t bucket_count() const noexcept override { return bucket_count_; }
    std::string describe() const override { return fmt::format("list({})", bucket_count_); }

    std::optional<bucket_id> bucket_of(const arg* key, std::size_t count) const override {
        require_single_column("list", count);
        if (!identifies(key->kind()) || !same_family(key->kind(), key_kind()))
            refuse_key(fmt::format("list of {} keys", name_of(key_kind())), *key);
        const auto found = keys_.find(*key);
        if (found != keys_.end()) return found->second;
        if (default_bucket_) return *default_bucket_;
        raise(error_info{.code = error_code::unroutable_key,
                         .message = "a key is in no list of its list strategy and there is no "
                                    "default bucket: add it to a list or declare a default",
                         .detail = to_display(*key)});
    }

    std::optional<bucket_set> buckets_in(const key_range& range) const override {
        for (const arg* end : {range.low, range.high})
            if (end != nullptr && !comparable_end(end->kind(), key_kind())) return std::nullopt;
        bucket_set found = bucket_set::none(bucket_count_);
        std::uint64_t members = 0;
        for (const auto& [key, bucket] : keys_) {
            if (!inside(key.view(), range)) continue;
            found.add(bucket);
            ++members;
        }
        if (default_bucket_ && !covered(range, members)) found.add(*default_bucket_);
        return found;
    }

private:
    kind key_kind() const noexcept { return keys_.begin()->first.kind(); }

    static bool inside(const arg& key, const key_range& range) {
        if (range.low != nullptr) {
            const int order = compare(key, *range.low);
            if (order < 0 || (order == 0 && !range.low_included)) return false;
        }
        if (range.high != nullptr) {
            const int order = compare(key, *range.high);
            if (order > 0 || (order == 0 && !range.high_included)) return false;
        }
        return true;
    }

    /// No key of the range can be missing in the lists.
    bool covered(const key_range& range, std::uint64_t members) const {
        if (range.low != nullptr && range.high != nullptr) {
            const int order = compare(*range.low, *range.high);
            if (order > 0) return true;
            if (order == 0) return members == 1 || !(range.low_included && range.high_included);
        }
        const auto keys = whole_interval_of(range);
        if (!keys || !is_whole(key_kind())) return false;
        return keys->empty() || members > keys->width();
    }

    listed_keys keys_;
    std::uint32_t bucket_count_;
    std::optional<bucket_id> default_bucket_;
};

[[noreturn]] void refuse_list(std::string message) {
    raise(error_info{.code = error_code::bad_config, .message = std::move(message)});
}

listed_keys checked_keys(const std::vector<std::vector<value>>& lists) {
    listed_keys keys;
    for (std::size_t b = 0; b < lists.size(); ++b) {
        for (const value& key : lists[b]) {
            if (!identifies(key.kind()))
                refuse_list(
                    fmt::format("list {} holds a key of kind {}, which cannot be a shard "
                                "key",
                                b, name_of(key.kind())));
            if (!keys.empty() && key.kind() != keys.begin()->first.kind())
                refuse_list(
                    fmt::format("list {} holds a key of kind {} beside keys of kind {}: "
                                "write all keys in one kind",
                                b, name_of(key.kind()), name_of(keys.begin()->first.kind())));
            const auto [at, added] = keys.emplace(key, static_cast<bucket_id>(b));
            if (!added)
                refuse_list(fmt::format("the key {} is named twice, in list {} and in list {}",
                                        to_display(key.view()), at->second, b));
        }
    }
    return keys;
}

}  // namespace

strategy_ptr make_list(const strategy_spec& spec) {
    if (spec.lists.empty() || spec.lists.size() > max_bucket_count)
        refuse_list(
            fmt::format("list needs 1 to {} lists, not {}", max_bucket_count, spec.lists.size()));
    if (spec.default_bucket && *spec.default_bucket >= spec.lists.size())
        refuse_list(
            fmt::format("the default bucket {} does not exist: there are {} lists, counted "
                        "from 0",
                        *spec.default_bucket, spec.lists.size()));
    listed_keys keys = checked_keys(spec.lists);
    if (keys.empty()) refuse_list("list needs at least one key in its lists");
    return std::make_shared<list_strategy>(
        std::move(keys), static_cast<std::uint32_t>(spec.lists.size()), spec.default_bucket);
}

}  // namespace shardwise::sharding
