// The sound model that the cases start from.
#pragma once
#include "shardwise/shardwise.hpp"

namespace sw = shardwise;

enum class Color : int { red, green };
struct Country {
    std::int32_t id{};
    std::string name;
};
struct User {
    std::int64_t id{};
    std::string name;
    std::optional<std::string> email;
    std::int32_t country_id{};
};
struct Post {
    std::int64_t id{};
    std::int64_t author_id{};
    std::string title;
    std::int32_t likes{};
    Color color{};
};
struct Other {  // sharded by something else
    std::int64_t id{};
    std::int64_t user_id{};
};

template <>
struct sw::mapping<Country> : table<Country, "countries", reference_table> {
    column<&Country::id, primary_key> id;
    column<&Country::name, unique> name;
};
template <>
struct sw::mapping<User> : table<User, "users", by_modulo> {
    column<&User::id, primary_key, generated, shard_key> id;
    column<&User::name> name;
    column<&User::email, unique_per_shard> email;
    column<&User::country_id, references<&Country::id>> country_id;
    has_many<&Post::author_id> posts;
};
template <>
struct sw::mapping<Post> : table<Post, "posts"> {
    column<&Post::id, primary_key, generated> id;
    column<&Post::author_id, references<&User::id>, shard_key> author_id;
    column<&Post::title> title;
    column<&Post::likes> likes;
    column<&Post::color> color;
    belongs_to<&Post::author_id> author;
};
template <>
struct sw::mapping<Other> : table<Other, "others"> {
    column<&Other::id, primary_key, shard_key> id;
    column<&Other::user_id> user_id;
};
inline constexpr sw::mapping<User> users;
inline constexpr sw::mapping<Post> posts;
inline constexpr sw::mapping<Other> others;
