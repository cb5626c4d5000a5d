// SPDX-License-Identifier: MIT
#include "plan/key_buckets.hpp"

#include "shardwise/base/error.hpp"

namespace shardwise::plan {

key_buckets::found key_buckets::find(std::span<const arg> key) {
    if (map_.spec().kind != schema::strategy_kind::directory) {
        try {
            const auto b = map_.strategy().bucket_of(key.data(), key.size());
            return b ? found{answer::bucket, *b} : found{answer::unknown, 0};
        } catch (const error& e) {
            if (e.code() == error_code::unroutable_key) return {answer::nowhere, 0};
            throw;
        }
    }
    std::string encoded = encode_key(key.data(), key.size());
    if (const auto* const entry = entries_.find(map_.group(), encoded)) {
        if (!*entry || **entry >= map_.bucket_count()) return {answer::nowhere, 0};
        return {answer::bucket, **entry};
    }
    if (remembered_.insert(std::move(encoded)).second) {
        pending_key missing{map_.group(), {}};
        for (const arg& a : key) missing.key.emplace_back(a);
        pending_.push_back(std::move(missing));
    }
    return {answer::pending, 0};
}

}  // namespace shardwise::plan
