// SPDX-License-Identifier: MIT
// The model of the tests of import and verify: every kind of distribution, with constraints that
// bad rows can break.
#pragma once

#include "shardwise/shardwise.hpp"

namespace shardwise::ops_test {

struct Country {
    std::int32_t id{};
    std::string name;
};
struct Person {
    std::int64_t id{};
    std::string name;
    std::optional<std::string> email{};
    std::optional<std::int32_t> country_id{};
    std::int32_t age{};
    std::optional<decimal> balance{};
    std::optional<date> born{};
    std::optional<timestamp> seen{};
    std::optional<bool> active{};
};
struct Visit {
    std::int64_t id{};
    std::optional<std::int64_t> person_id{};
    std::string what;
};
struct Event {
    std::int64_t id{};
    std::string what;
};
struct Tag {
    std::int64_t id{};
    std::string label;
};
struct Place {
    std::string code;
    std::string name;
};

}  // namespace shardwise::ops_test

template <>
struct shardwise::mapping<shardwise::ops_test::Country>
    : table<ops_test::Country, "countries", reference_table> {
    column<&ops_test::Country::id, primary_key> id;
    column<&ops_test::Country::name, unique> name;
};
template <>
struct shardwise::mapping<shardwise::ops_test::Person>
    : table<ops_test::Person, "people", check<"people_age", "age >= 0">> {
    column<&ops_test::Person::id, primary_key, shard_key> id;
    column<&ops_test::Person::name, length<10>> name;
    column<&ops_test::Person::email, unique_per_shard> email;
    column<&ops_test::Person::country_id, references<&ops_test::Country::id>> country_id;
    column<&ops_test::Person::age> age;
    column<&ops_test::Person::balance, digits<8, 2>> balance;
    column<&ops_test::Person::born> born;
    column<&ops_test::Person::seen> seen;
    column<&ops_test::Person::active> active;
};
/// Lives with its person; visits of nobody live in bucket 0. Its key does not contain the shard
/// key.
template <>
struct shardwise::mapping<shardwise::ops_test::Visit>
    : table<ops_test::Visit, "visits", nulls_in_bucket<0>> {
    column<&ops_test::Visit::id, primary_key> id;
    column<&ops_test::Visit::person_id, references<&ops_test::Person::id>, shard_key, indexed>
        person_id;
    column<&ops_test::Visit::what> what;
};
/// Placed by an id that the library makes.
template <>
struct shardwise::mapping<shardwise::ops_test::Event>
    : table<ops_test::Event, "events", by_modulo> {
    column<&ops_test::Event::id, primary_key, generated, shard_key> id;
    column<&ops_test::Event::what> what;
};
/// On each shard, with an id that the library makes.
template <>
struct shardwise::mapping<shardwise::ops_test::Tag>
    : table<ops_test::Tag, "tags", reference_table> {
    column<&ops_test::Tag::id, primary_key, generated> id;
    column<&ops_test::Tag::label, unique> label;
};
template <>
struct shardwise::mapping<shardwise::ops_test::Place>
    : table<ops_test::Place, "places", by_directory> {
    column<&ops_test::Place::code, primary_key, shard_key, length<20>> code;
    column<&ops_test::Place::name> name;
};
