// SPDX-License-Identifier: MIT
// EXPECT: verify_relations\(\) takes has_many, has_one and belongs_to
#include <shardwise/ops/verify_relations.hpp>

#include "model.hpp"

struct Like {
    std::int64_t id{};
    std::int64_t user_id{};
    std::int32_t country_id{};
};
template <>
struct sw::mapping<Like> : table<Like, "likes"> {
    column<&Like::id, primary_key> id;
    column<&Like::user_id, references<&User::id>, shard_key> user_id;
    column<&Like::country_id, references<&Country::id>> country_id;
};
inline constexpr sw::many_to_many<&Like::user_id, &Like::country_id> liked{};

auto use(sw::cluster& db) { return sw::verify_relations(db, liked); }
