// SPDX-License-Identifier: MIT
// The model of the SQL tests: people with their purchases, items placed by a key of their own that
// name a person, lands as reference table. Every type that SQL can compute with.
#pragma once

#include "shardwise/shardwise.hpp"

namespace shardwise::test {

struct person {
    std::int64_t id{};
    std::optional<std::string> name{};
    std::string country;
    std::optional<std::int32_t> age{};
    std::optional<decimal> score{};
    std::optional<date> born{};
    timestamp seen;
    bool active{};
    std::optional<double> ratio{};
};
struct purchase {
    std::int64_t id{};
    std::int64_t person_id{};
    decimal total;
    timestamp at;
    std::int16_t qty{};
};
struct item {
    std::int64_t id{};
    std::optional<std::int64_t> person_id{};
    std::string label;
    decimal weight;
    std::optional<json> info{};
};
struct land {
    std::string code;
    std::string title;
};

}  // namespace shardwise::test

template <>
struct shardwise::mapping<shardwise::test::person>
    : table<shardwise::test::person, "person", by_modulo> {
    using row = shardwise::test::person;
    column<&row::id, primary_key, shard_key> id;
    column<&row::name> name;
    column<&row::country> country;
    column<&row::age> age;
    column<&row::score, digits<12, 2>> score;
    column<&row::born> born;
    column<&row::seen> seen;
    column<&row::active> active;
    column<&row::ratio> ratio;
};
template <>
struct shardwise::mapping<shardwise::test::purchase>
    : table<shardwise::test::purchase, "purchase", colocated_with<shardwise::test::person>> {
    using row = shardwise::test::purchase;
    column<&row::id, primary_key> id;
    column<&row::person_id, shard_key> person_id;
    column<&row::total, digits<12, 2>> total;
    column<&row::at> at;
    column<&row::qty> qty;
};
template <>
struct shardwise::mapping<shardwise::test::item> : table<shardwise::test::item, "item"> {
    using row = shardwise::test::item;
    column<&row::id, primary_key, shard_key> id;
    column<&row::person_id> person_id;
    column<&row::label, length<40>> label;
    column<&row::weight, digits<10, 3>> weight;
    column<&row::info> info;
};
template <>
struct shardwise::mapping<shardwise::test::land>
    : table<shardwise::test::land, "land", reference_table> {
    using row = shardwise::test::land;
    column<&row::code, primary_key, length<2>> code;
    column<&row::title> title;
};
