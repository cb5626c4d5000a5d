// SPDX-License-Identifier: MIT
// The model of the tests of changing statements: that of the SQL tests, and what people have in
// stock (a key of two columns, one of them the shard key), memos with generated ids and defaults,
// and codes with a second unique key.
#pragma once

#include "integration/sql_text/model.hpp"

namespace shardwise::test {

struct stock {
    std::int64_t person_id{};
    std::string label;
    std::int32_t amount{};
    std::optional<decimal> price{};
    std::optional<std::string> remark{};
};
struct memo {
    std::int64_t id{};
    std::string text;
    std::int32_t rank{};
    std::optional<timestamp> at{};
};
struct code {
    std::string code;
    std::int32_t number{};
    std::string title;
};

}  // namespace shardwise::test

template <>
struct shardwise::mapping<shardwise::test::stock>
    : table<shardwise::test::stock, "stock", colocated_with<shardwise::test::person>,
            unique_together<&shardwise::test::stock::person_id, &shardwise::test::stock::remark>> {
    using row = shardwise::test::stock;
    column<&row::person_id, primary_key, shard_key> person_id;
    column<&row::label, primary_key, length<20>> label;
    column<&row::amount> amount;
    column<&row::price, digits<10, 2>> price;
    column<&row::remark, length<10>> remark;
};
template <>
struct shardwise::mapping<shardwise::test::memo> : table<shardwise::test::memo, "memo"> {
    using row = shardwise::test::memo;
    column<&row::id, primary_key, generated, shard_key> id;
    column<&row::text, length<30>> text;
    column<&row::rank, defaults_to<"7">> rank;
    column<&row::at> at;
};
template <>
struct shardwise::mapping<shardwise::test::code>
    : table<shardwise::test::code, "code", reference_table> {
    using row = shardwise::test::code;
    column<&row::code, primary_key, length<4>> code;
    column<&row::number, unique> number;
    column<&row::title> title;
};
