// Written by 'shardwise generate' from the tables of a SQLite database.
// The tables are used as they are: cluster.adopt<...>() once, then verify_schema.
// How rows are distributed is said in the table options; change it before adopting.
// clang-format off
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <shardwise/shardwise.hpp>

namespace retail_sqlite {

// Table countries: reference table; as it was said.
struct country {
    std::int64_t country_id{};
    std::string name;
};

// Table customers: sharded by customer_id; as it was said.
struct customer {
    std::int64_t customer_id{};
    std::int64_t country_id{};
    std::int64_t first_ordered_at{};
};

// Table order_lines: sharded by customer_id; as it was said.
struct order_line {
    std::int64_t line_id{};
    std::string order_no;
    std::int64_t line_no{};
    std::optional<std::int64_t> customer_id;
    std::string stock_code;
    std::int64_t quantity{};
    std::int64_t unit_price{};
};

// Table orders: sharded by customer_id; as it was said.
struct order {
    std::string order_no;
    std::optional<std::int64_t> customer_id;
    std::int64_t country_id{};
    std::int64_t ordered_at{};
    std::string kind;
};

// Table products: reference table; as it was said.
struct product {
    std::string stock_code;
    std::optional<std::string> description;
};

}  // namespace retail_sqlite

template <>
struct shardwise::mapping<::retail_sqlite::country>
    : table<::retail_sqlite::country, "countries",
            reference_table> {
    column<&::retail_sqlite::country::country_id, primary_key, generated> country_id;
    column<&::retail_sqlite::country::name, unique, length<100>> name;
    has_many<&::retail_sqlite::customer::country_id> customers;
    has_many<&::retail_sqlite::order::country_id> orders;
};

template <>
struct shardwise::mapping<::retail_sqlite::customer>
    : table<::retail_sqlite::customer, "customers",
            by_hash,
            bucket_by_expression> {
    column<&::retail_sqlite::customer::customer_id, primary_key, shard_key> customer_id;
    column<&::retail_sqlite::customer::country_id, references<&::retail_sqlite::country::country_id>> country_id;
    column<&::retail_sqlite::customer::first_ordered_at> first_ordered_at;
    belongs_to<&::retail_sqlite::customer::country_id> country;
    has_many<&::retail_sqlite::order_line::customer_id> order_lines;
    has_many<&::retail_sqlite::order::customer_id> orders;
};

template <>
struct shardwise::mapping<::retail_sqlite::order_line>
    : table<::retail_sqlite::order_line, "order_lines",
            colocated_with<::retail_sqlite::customer>,
            bucket_by_expression,
            nulls_in_bucket<0>,
            unique_together_per_shard<&::retail_sqlite::order_line::order_no, &::retail_sqlite::order_line::line_no>> {
    column<&::retail_sqlite::order_line::line_id, primary_key> line_id;
    column<&::retail_sqlite::order_line::order_no, length<20>, references<&::retail_sqlite::order::order_no>> order_no;
    column<&::retail_sqlite::order_line::line_no> line_no;
    column<&::retail_sqlite::order_line::customer_id, shard_key, indexed, references<&::retail_sqlite::customer::customer_id>> customer_id;
    column<&::retail_sqlite::order_line::stock_code, length<20>, references<&::retail_sqlite::product::stock_code>> stock_code;
    column<&::retail_sqlite::order_line::quantity> quantity;
    column<&::retail_sqlite::order_line::unit_price> unit_price;
    belongs_to<&::retail_sqlite::order_line::order_no> order_no_order;
    belongs_to<&::retail_sqlite::order_line::customer_id> customer;
    belongs_to<&::retail_sqlite::order_line::stock_code> stock_code_product;
};

template <>
struct shardwise::mapping<::retail_sqlite::order>
    : table<::retail_sqlite::order, "orders",
            colocated_with<::retail_sqlite::customer>,
            bucket_by_expression,
            nulls_in_bucket<0>> {
    column<&::retail_sqlite::order::order_no, primary_key, length<20>> order_no;
    column<&::retail_sqlite::order::customer_id, shard_key, indexed, references<&::retail_sqlite::customer::customer_id>> customer_id;
    column<&::retail_sqlite::order::country_id, references<&::retail_sqlite::country::country_id>> country_id;
    column<&::retail_sqlite::order::ordered_at> ordered_at;
    column<&::retail_sqlite::order::kind, length<20>> kind;
    has_many<&::retail_sqlite::order_line::order_no> order_lines;
    belongs_to<&::retail_sqlite::order::customer_id> customer;
    belongs_to<&::retail_sqlite::order::country_id> country;
};

template <>
struct shardwise::mapping<::retail_sqlite::product>
    : table<::retail_sqlite::product, "products",
            reference_table> {
    column<&::retail_sqlite::product::stock_code, primary_key, length<20>> stock_code;
    column<&::retail_sqlite::product::description> description;
    has_many<&::retail_sqlite::order_line::stock_code> order_lines;
};

namespace retail_sqlite {

inline constexpr shardwise::mapping<country> countries;
inline constexpr shardwise::mapping<customer> customers;
inline constexpr shardwise::mapping<order_line> order_lines;
inline constexpr shardwise::mapping<order> orders;
inline constexpr shardwise::mapping<product> products;

}  // namespace retail_sqlite
