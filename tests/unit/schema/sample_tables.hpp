// SPDX-License-Identifier: MIT
// Good tables to start from: each test breaks one thing.
#pragma once

#include <utility>

#include "schema/table.hpp"

namespace shardwise::schema {

inline column column_of(std::string name, column_type type, bool nullable = false) {
    column c;
    c.name = std::move(name);
    c.type = type;
    c.nullable = nullable;
    return c;
}

inline column decimal_of(std::string name, std::uint8_t precision, std::uint8_t scale) {
    column c = column_of(std::move(name), column_type::decimal);
    c.precision = precision;
    c.scale = scale;
    return c;
}

inline column stored_bucket_column() {
    column c = column_of("sw_bucket", column_type::int16);
    c.generated = generation::bucket;
    return c;
}

/// countries(code, name): a reference table.
inline table countries() {
    table t;
    t.name = "countries";
    t.columns = {column_of("code", column_type::text), column_of("name", column_type::text)};
    t.primary_key = {0};
    t.placed.kind = distribution_kind::reference;
    return t;
}

/// customers(id, email, country, balance, sw_bucket): sharded by hash of id.
inline table customers() {
    table t;
    t.name = "customers";
    t.columns = {column_of("id", column_type::int64), column_of("email", column_type::text),
                 column_of("country", column_type::text, true), decimal_of("balance", 12, 2),
                 stored_bucket_column()};
    t.primary_key = {0};
    t.placed.shard_key = {0};
    t.placed.stored_bucket = true;
    return t;
}

/// orders(order_no, customer_id, note): lives with its customer.
inline table orders() {
    table t;
    t.name = "orders";
    t.columns = {column_of("order_no", column_type::int64),
                 column_of("customer_id", column_type::int64),
                 column_of("note", column_type::text, true)};
    t.primary_key = {0};
    t.placed.kind = distribution_kind::colocated;
    t.placed.parent_table = "customers";
    t.placed.shard_key = {1};
    t.foreign_keys = {{"orders_customer_id_fkey", {1}, "customers", {"id"}, delete_rule::restrict}};
    return t;
}

/// order_lines(order_no, line, customer_id): carries a copy of its order's shard key.
inline table order_lines() {
    table t;
    t.name = "order_lines";
    t.columns = {column_of("order_no", column_type::int64), column_of("line", column_type::int32),
                 column_of("customer_id", column_type::int64)};
    t.primary_key = {0, 1};
    t.placed.kind = distribution_kind::colocated;
    t.placed.parent_table = "orders";
    t.placed.shard_key = {2};
    t.foreign_keys = {
        {"order_lines_order_no_fkey", {0}, "orders", {"order_no"}, delete_rule::cascade}};
    return t;
}

}  // namespace shardwise::schema
