// SPDX-License-Identifier: MIT
// The contract's tables as they are: plain tables, placed by the remainder of the user's id.
#pragma once

#include <shardwise/shardwise.hpp>

namespace bench {

struct user {
    std::int64_t id{};
    std::string name;
    std::string email;
    std::string country;
    std::int64_t balance{};
    shardwise::timestamp created;
};

struct post {
    std::int64_t id{};
    std::int64_t user_id{};
    std::string title;
    std::int32_t score{};
};

/// The columns of users in another table.
struct inserted_user {
    std::int64_t id{};
    std::string name;
    std::string email;
    std::string country;
    std::int64_t balance{};
    shardwise::timestamp created;
};

/// And in one with an email that is unique in the cluster.
struct unique_user {
    std::int64_t id{};
    std::string name;
    std::string email;
    std::string country;
    std::int64_t balance{};
    shardwise::timestamp created;
};

}  // namespace bench

template <>
struct shardwise::mapping<bench::user> : table<bench::user, "users", by_modulo> {
    column<&bench::user::id, primary_key, shard_key> id;
    column<&bench::user::name> name;
    column<&bench::user::email> email;
    column<&bench::user::country> country;
    column<&bench::user::balance> balance;
    column<&bench::user::created> created;
};

template <>
struct shardwise::mapping<bench::post> : table<bench::post, "posts", colocated_with<bench::user>> {
    column<&bench::post::id, primary_key> id;
    column<&bench::post::user_id, shard_key> user_id;
    column<&bench::post::title> title;
    column<&bench::post::score> score;
};

template <>
struct shardwise::mapping<bench::inserted_user>
    : table<bench::inserted_user, "users_ins", by_modulo> {
    column<&bench::inserted_user::id, primary_key, shard_key> id;
    column<&bench::inserted_user::name> name;
    column<&bench::inserted_user::email> email;
    column<&bench::inserted_user::country> country;
    column<&bench::inserted_user::balance> balance;
    column<&bench::inserted_user::created> created;
};

template <>
struct shardwise::mapping<bench::unique_user>
    : table<bench::unique_user, "users_unique", by_modulo> {
    column<&bench::unique_user::id, primary_key, generated, shard_key> id;
    column<&bench::unique_user::name> name;
    column<&bench::unique_user::email, cluster_unique> email;
    column<&bench::unique_user::country> country;
    column<&bench::unique_user::balance> balance;
    column<&bench::unique_user::created> created;
};

namespace bench {
inline constexpr shardwise::mapping<user> users;
inline constexpr shardwise::mapping<post> posts;
inline constexpr shardwise::mapping<inserted_user> users_ins;
inline constexpr shardwise::mapping<unique_user> users_unique;
}  // namespace bench
