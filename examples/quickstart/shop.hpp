// SPDX-License-Identifier: MIT
// The model of the online retail data: customers with their orders and order lines live together,
// countries and products are on every shard.
#pragma once

#include <shardwise/shardwise.hpp>

namespace shop {

namespace sw = shardwise;

struct Country {
    std::int32_t country_id{};
    std::string name;
};
struct Product {
    std::string stock_code;
    std::optional<std::string> description;
};
struct Customer {
    std::int64_t customer_id{};
    std::int32_t country_id{};
    sw::timestamp first_ordered_at;
};
struct Order {
    std::string order_no;
    std::optional<std::int64_t> customer_id;
    std::int32_t country_id{};
    sw::timestamp ordered_at;
    std::string kind;
};
struct OrderLine {
    std::int64_t line_id{};
    std::string order_no;
    std::int32_t line_no{};
    std::optional<std::int64_t> customer_id;
    std::string stock_code;
    std::int32_t quantity{};
    sw::decimal unit_price;
};

}  // namespace shop

template <>
struct shardwise::mapping<shop::Country> : table<shop::Country, "countries", reference_table> {
    column<&shop::Country::country_id, primary_key> country_id;
    column<&shop::Country::name, unique> name;
};
template <>
struct shardwise::mapping<shop::Product> : table<shop::Product, "products", reference_table> {
    column<&shop::Product::stock_code, primary_key, length<20>> stock_code;
    column<&shop::Product::description> description;
};
template <>
struct shardwise::mapping<shop::Customer> : table<shop::Customer, "customers"> {
    column<&shop::Customer::customer_id, primary_key, shard_key> customer_id;
    column<&shop::Customer::country_id, references<&shop::Country::country_id>> country_id;
    column<&shop::Customer::first_ordered_at> first_ordered_at;
    has_many<&shop::Order::customer_id> orders;
    belongs_to<&shop::Customer::country_id> country;
};
// One order in seven has no customer: those live together in bucket 0.
template <>
struct shardwise::mapping<shop::Order> : table<shop::Order, "orders", nulls_in_bucket<0>> {
    column<&shop::Order::order_no, primary_key, length<20>> order_no;
    column<&shop::Order::customer_id, references<&shop::Customer::customer_id>, shard_key, indexed>
        customer_id;
    column<&shop::Order::country_id, references<&shop::Country::country_id>> country_id;
    column<&shop::Order::ordered_at> ordered_at;
    column<&shop::Order::kind, length<20>> kind;
    belongs_to<&shop::Order::customer_id> customer;
    has_many<&shop::OrderLine::order_no> lines;
};
template <>
struct shardwise::mapping<shop::OrderLine>
    : table<shop::OrderLine, "order_lines", nulls_in_bucket<0>,
            unique_together_per_shard<&shop::OrderLine::order_no, &shop::OrderLine::line_no>> {
    column<&shop::OrderLine::line_id, primary_key> line_id;
    column<&shop::OrderLine::order_no, references<&shop::Order::order_no>, length<20>> order_no;
    column<&shop::OrderLine::line_no> line_no;
    column<&shop::OrderLine::customer_id, references<&shop::Customer::customer_id>, shard_key,
           indexed>
        customer_id;
    column<&shop::OrderLine::stock_code, references<&shop::Product::stock_code>, length<20>>
        stock_code;
    column<&shop::OrderLine::quantity> quantity;
    column<&shop::OrderLine::unit_price, digits<12, 3>> unit_price;
    belongs_to<&shop::OrderLine::order_no> order;
    belongs_to<&shop::OrderLine::stock_code> product;
};

namespace shop {
inline constexpr sw::mapping<Country> countries;
inline constexpr sw::mapping<Product> products;
inline constexpr sw::mapping<Customer> customers;
inline constexpr sw::mapping<Order> orders;
inline constexpr sw::mapping<OrderLine> order_lines;
}  // namespace shop
