// SPDX-License-Identifier: MIT
// Short forms for the keys that sharding tests write down, and the code of a thrown error.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "sharding/strategies.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::sharding::testing {

inline value whole(std::int64_t v) { return value{arg{v}}; }
inline value text(std::string_view v) { return value{arg{v}}; }
inline value day(std::int32_t v) { return value{arg{date{v}}}; }
inline value instant(std::int64_t v) { return value{arg{timestamp{v}}}; }
inline value exact(std::string_view v) { return value{arg{decimal::parse(v)}}; }
inline value id(std::string_view v) { return value{arg{uuid::parse(v)}}; }
inline value octets(std::string_view v) { return value{arg::of_bytes(v.data(), v.size())}; }

inline std::optional<bucket_id> place(const sharding_strategy& s, const value& key) {
    const arg a = key.view();
    return s.bucket_of(&a, 1);
}

inline bucket_id hashed(const std::vector<value>& key) {
    std::vector<arg> args;
    for (const value& v : key) args.push_back(v.view());
    return hash_bucket(args.data(), args.size());
}

/// A closed or half-open range that owns its ends.
struct range_of {
    std::optional<value> low;
    bool low_included = true;
    std::optional<value> high;
    bool high_included = true;

    std::optional<bucket_set> in(const sharding_strategy& s) const {
        const arg l = low ? low->view() : arg{};
        const arg h = high ? high->view() : arg{};
        return s.buckets_in({low ? &l : nullptr, low_included, high ? &h : nullptr, high_included});
    }
    bool holds(const value& key) const {
        if (low) {
            const int order = compare(key.view(), low->view());
            if (order < 0 || (order == 0 && !low_included)) return false;
        }
        if (high) {
            const int order = compare(key.view(), high->view());
            if (order > 0 || (order == 0 && !high_included)) return false;
        }
        return true;
    }
};

inline strategy_spec modulo_spec(std::uint32_t n) {
    strategy_spec s;
    s.kind = schema::strategy_kind::modulo;
    s.modulus = n;
    return s;
}
inline strategy_spec directory_spec(std::uint32_t n) {
    strategy_spec s = modulo_spec(n);
    s.kind = schema::strategy_kind::directory;
    return s;
}
inline strategy_spec range_spec(std::vector<value> bounds) {
    strategy_spec s;
    s.kind = schema::strategy_kind::range;
    s.bounds = std::move(bounds);
    return s;
}
inline strategy_spec list_spec(std::vector<std::vector<value>> lists,
                               std::optional<bucket_id> fallback = std::nullopt) {
    strategy_spec s;
    s.kind = schema::strategy_kind::list;
    s.lists = std::move(lists);
    s.default_bucket = fallback;
    return s;
}

/// The code of the error that `action` throws; nothing when it throws none.
template <class Action>
std::optional<error_code> code_of(Action&& action) {
    try {
        action();
    } catch (const error& e) {
        return e.code();
    }
    return std::nullopt;
}

}  // namespace shardwise::sharding::testing
