// SPDX-License-Identifier: MIT
// The model of the session tests: users by modulo, their posts with them, a reference table, and a
// hash-sharded table with every column type.
#pragma once

#include "shardwise/shardwise.hpp"

namespace shardwise::test {

enum class Mood : std::int16_t { calm = 1, angry = -7 };

struct User {
    std::int64_t id{};
    std::string name;
    std::optional<std::string> email{};
    std::int32_t score{};
};
struct Post {
    std::int64_t id{};
    std::int64_t author_id{};
    std::string title;
    std::int32_t likes{};
};
struct Country {
    std::int32_t id{};
    std::string name;
};
struct Everything {
    uuid id;
    bool flag{};
    std::int16_t small{};
    std::int32_t medium{};
    std::int64_t large{};
    double real{};
    std::string words;
    bytes raw;
    Mood mood = Mood::calm;
    date day;
    timestamp at;
    decimal price;
    json document;
    std::optional<std::int64_t> maybe_number{};
    std::optional<std::string> maybe_words{};
};

}  // namespace shardwise::test

template <>
struct shardwise::mapping<shardwise::test::User> : table<test::User, "users", by_modulo> {
    column<&test::User::id, primary_key, generated, shard_key> id;
    column<&test::User::name> name;
    column<&test::User::email, unique_per_shard> email;
    column<&test::User::score> score;
    has_many<&test::Post::author_id> posts;
};
template <>
struct shardwise::mapping<shardwise::test::Post> : table<test::Post, "posts"> {
    column<&test::Post::id, primary_key, generated> id;
    column<&test::Post::author_id, references<&test::User::id, on_delete::cascade>, shard_key>
        author_id;
    column<&test::Post::title> title;
    column<&test::Post::likes> likes;
    belongs_to<&test::Post::author_id> author;
};
template <>
struct shardwise::mapping<shardwise::test::Country>
    : table<test::Country, "countries", reference_table> {
    column<&test::Country::id, primary_key> id;
    column<&test::Country::name, unique> name;
};
template <>
struct shardwise::mapping<shardwise::test::Everything> : table<test::Everything, "everything"> {
    column<&test::Everything::id, primary_key, generated, shard_key> id;
    column<&test::Everything::flag> flag;
    column<&test::Everything::small> small;
    column<&test::Everything::medium> medium;
    column<&test::Everything::large> large;
    column<&test::Everything::real> real;
    column<&test::Everything::words> words;
    column<&test::Everything::raw> raw;
    column<&test::Everything::mood> mood;
    column<&test::Everything::day> day;
    column<&test::Everything::at> at;
    column<&test::Everything::price, digits<18, 4>> price;
    column<&test::Everything::document> document;
    column<&test::Everything::maybe_number> maybe_number;
    column<&test::Everything::maybe_words> maybe_words;
};

namespace shardwise::test {
inline constexpr mapping<User> users;
inline constexpr mapping<Post> posts;
inline constexpr mapping<Country> countries;
inline constexpr mapping<Everything> everything;
}  // namespace shardwise::test
