// Written by 'shardwise generate' from the tables of a MariaDB database.
// The tables are used as they are: cluster.adopt<...>() once, then verify_schema.
// How rows are distributed is said in the table options; change it before adopting.
// clang-format off
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <shardwise/shardwise.hpp>

namespace retail_mariadb {

// Table countries: reference table; as it was said.
struct country {
    std::int32_t country_id{};
    std::string name;
};

// Table customers: sharded by customer_id; as it was said.
struct customer {
    std::int64_t customer_id{};
    std::int32_t country_id{};
    shardwise::timestamp first_ordered_at;
};

// Table order_lines: sharded by customer_id; as it was said.
struct order_line {
    std::int64_t line_id{};
    std::string order_no;
    std::int32_t line_no{};
    std::optional<std::int64_t> customer_id;
    std::string stock_code;
    std::int32_t quantity{};
    shardwise::decimal unit_price;
};

// Table orders: sharded by customer_id; as it was said.
struct order {
    std::string order_no;
    std::optional<std::int64_t> customer_id;
    std::int32_t country_id{};
    shardwise::timestamp ordered_at;
    std::string kind;
};

// Table products: reference table; as it was said.
struct product {
    std::string stock_code;
    std::optional<std::string> description;
};

}  // namespace retail_mariadb

template <>
struct shardwise::mapping<::retail_mariadb::country>
    : table<::retail_mariadb::country, "countries",
            reference_table> {
    column<&::retail_mariadb::country::country_id, primary_key> country_id;
    column<&::retail_mariadb::country::name, unique, length<100>> name;
    has_many<&::retail_mariadb::customer::country_id> customers;
    has_many<&::retail_mariadb::order::country_id> orders;
};

template <>
struct shardwise::mapping<::retail_mariadb::customer>
    : table<::retail_mariadb::customer, "customers",
            by_hash,
            bucket_by_expression> {
    column<&::retail_mariadb::customer::customer_id, primary_key, shard_key> customer_id;
    column<&::retail_mariadb::customer::country_id, references<&::retail_mariadb::country::country_id>> country_id;
    column<&::retail_mariadb::customer::first_ordered_at> first_ordered_at;
    belongs_to<&::retail_mariadb::customer::country_id> country;
    has_many<&::retail_mariadb::order_line::customer_id> order_lines;
    has_many<&::retail_mariadb::order::customer_id> orders;
};

template <>
struct shardwise::mapping<::retail_mariadb::order_line>
    : table<::retail_mariadb::order_line, "order_lines",
            colocated_with<::retail_mariadb::customer>,
            bucket_by_expression,
            nulls_in_bucket<0>,
            unique_together_per_shard<&::retail_mariadb::order_line::order_no, &::retail_mariadb::order_line::line_no>> {
    column<&::retail_mariadb::order_line::line_id, primary_key> line_id;
    column<&::retail_mariadb::order_line::order_no, length<20>, references<&::retail_mariadb::order::order_no>> order_no;
    column<&::retail_mariadb::order_line::line_no> line_no;
    column<&::retail_mariadb::order_line::customer_id, shard_key, references<&::retail_mariadb::customer::customer_id>> customer_id;
    column<&::retail_mariadb::order_line::stock_code, length<20>, references<&::retail_mariadb::product::stock_code>> stock_code;
    column<&::retail_mariadb::order_line::quantity> quantity;
    column<&::retail_mariadb::order_line::unit_price, digits<10, 2>> unit_price;
    belongs_to<&::retail_mariadb::order_line::order_no> order_no_order;
    belongs_to<&::retail_mariadb::order_line::customer_id> customer;
    belongs_to<&::retail_mariadb::order_line::stock_code> stock_code_product;
};

template <>
struct shardwise::mapping<::retail_mariadb::order>
    : table<::retail_mariadb::order, "orders",
            colocated_with<::retail_mariadb::customer>,
            bucket_by_expression,
            nulls_in_bucket<0>> {
    column<&::retail_mariadb::order::order_no, primary_key, length<20>> order_no;
    column<&::retail_mariadb::order::customer_id, shard_key, references<&::retail_mariadb::customer::customer_id>> customer_id;
    column<&::retail_mariadb::order::country_id, references<&::retail_mariadb::country::country_id>> country_id;
    column<&::retail_mariadb::order::ordered_at> ordered_at;
    column<&::retail_mariadb::order::kind, length<20>> kind;
    has_many<&::retail_mariadb::order_line::order_no> order_lines;
    belongs_to<&::retail_mariadb::order::customer_id> customer;
    belongs_to<&::retail_mariadb::order::country_id> country;
};

template <>
struct shardwise::mapping<::retail_mariadb::product>
    : table<::retail_mariadb::product, "products",
            reference_table> {
    column<&::retail_mariadb::product::stock_code, primary_key, length<20>> stock_code;
    column<&::retail_mariadb::product::description> description;
    has_many<&::retail_mariadb::order_line::stock_code> order_lines;
};

namespace retail_mariadb {

inline constexpr shardwise::mapping<country> countries;
inline constexpr shardwise::mapping<customer> customers;
inline constexpr shardwise::mapping<order_line> order_lines;
inline constexpr shardwise::mapping<order> orders;
inline constexpr shardwise::mapping<product> products;

}  // namespace retail_mariadb
