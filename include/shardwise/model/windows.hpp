// SPDX-License-Identifier: MIT
// Typed window functions: sum(x).over(partition_by(a), order_by(b.desc())), row_number().over(...).
// What they give is used like an aggregate: selected, sorted by, computed with; never in where().
// Values; safe to share between threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shardwise/model/aggregates.hpp"
#include "shardwise/model/functions.hpp"

namespace shardwise {
namespace detail {

template <class... Es>
struct partition_part {
    using entities = types<Es...>;
    std::vector<sql::expr_ptr> keys;
};
template <class... Es>
struct order_part {
    using entities = types<Es...>;
    std::vector<sql::ordering> keys;
};
struct frame_part {
    using entities = types<>;
    sql::frame rows;
};

/// What over() collects.
struct window_parts {
    std::vector<sql::expr_ptr> partition;
    std::vector<sql::ordering> order;
    sql::frame rows;

    template <class... Es>
    void add(const partition_part<Es...>& p) {
        partition.insert(partition.end(), p.keys.begin(), p.keys.end());
    }
    template <class... Es>
    void add(const order_part<Es...>& o) {
        order.insert(order.end(), o.keys.begin(), o.keys.end());
    }
    void add(const frame_part& f) { rows = f.rows; }
    sql::window_description description() const {
        return {partition.data(), partition.size(), order.data(), order.size(), rows};
    }
};
template <class... Parts>
window_parts collect(const Parts&... parts) {
    window_parts all;
    (all.add(parts), ...);
    return all;
}

/// A window function before over().
template <class T, class... Es>
struct window_call {
    using entities = types<Es...>;
    sql::window_function function;
    std::vector<sql::expr_ptr> arguments;

    template <class... Parts>
    auto over(const Parts&... parts) const {
        using all = entities_of_all<window_call, Parts...>;
        return typename spread<all, aggregate_expression, T>::type{sql::over(
            function, arguments.data(), arguments.size(), collect(parts...).description())};
    }
};
template <class T, class... Xs>
auto window_of(sql::window_function f, const Xs&... xs) {
    return typename spread<entities_of_all<Xs...>, window_call, T>::type{f, {node_of(xs)...}};
}
template <operand X>
using nullable_value = std::optional<bare<typename X::value_type>>;

}  // namespace detail

template <class T, class... Es>
template <class... Parts>
auto aggregate_expression<T, Es...>::over(const Parts&... parts) const {
    return detail::computed<T, aggregate_expression, Parts...>(
        sql::over(node, detail::collect(parts...).description()));
}

template <detail::operand... Cs>
auto partition_by(const Cs&... cs) {
    return typename detail::spread<detail::entities_of_all<Cs...>, detail::partition_part>::type{
        {detail::node_of(cs)...}};
}
template <class... Ks>
auto order_by(const Ks&... keys) {
    return typename detail::spread<detail::entities_of_all<Ks...>, detail::order_part>::type{
        {detail::to_ordering(keys)...}};
}

/// An end of a frame: preceding(3), current_row, following(1), unbounded.
struct frame_bound {
    sql::frame::edge edge = sql::frame::edge::unbounded;
    std::int64_t rows = 0;
};
inline constexpr frame_bound unbounded{};
inline constexpr frame_bound current_row{sql::frame::edge::current, 0};
constexpr frame_bound preceding(std::int64_t rows) { return {sql::frame::edge::offset, -rows}; }
constexpr frame_bound following(std::int64_t rows) { return {sql::frame::edge::offset, rows}; }
/// ROWS BETWEEN ... AND ...
constexpr detail::frame_part rows_between(frame_bound from, frame_bound to) {
    return {{sql::frame::unit::rows, from.edge, from.rows, to.edge, to.rows}};
}

/// GROUPS BETWEEN ... AND ...: rows that are equal in the window's order count as one.
constexpr detail::frame_part groups_between(frame_bound from, frame_bound to) {
    return {{sql::frame::unit::groups, from.edge, from.rows, to.edge, to.rows}};
}

inline detail::window_call<std::int64_t> row_number() {
    return {sql::window_function::row_number, {}};
}
inline detail::window_call<std::int64_t> rank() { return {sql::window_function::rank, {}}; }
inline detail::window_call<std::int64_t> dense_rank() {
    return {sql::window_function::dense_rank, {}};
}
/// (rank - 1) / (rows - 1)
inline detail::window_call<double> percent_rank() {
    return {sql::window_function::percent_rank, {}};
}
/// The share of rows that are not behind this one.
inline detail::window_call<double> cume_dist() { return {sql::window_function::cume_dist, {}}; }
/// The number of the row's part when the partition is cut into so many parts, from 1.
inline detail::window_call<std::int64_t> ntile(std::int64_t parts) {
    return {sql::window_function::ntile, {sql::constant(arg{parts})}};
}
/// The value so many rows before (after) this one; NULL outside the partition.
template <detail::operand X>
auto lag(const X& x, std::int64_t rows = 1) {
    return detail::window_of<detail::nullable_value<X>>(sql::window_function::lag, x,
                                                        value_of(rows));
}
template <detail::operand X>
auto lead(const X& x, std::int64_t rows = 1) {
    return detail::window_of<detail::nullable_value<X>>(sql::window_function::lead, x,
                                                        value_of(rows));
}
/// Of the frame; NULL when it is empty.
template <detail::operand X>
auto first_value(const X& x) {
    return detail::window_of<detail::nullable_value<X>>(sql::window_function::first_value, x);
}
template <detail::operand X>
auto last_value(const X& x) {
    return detail::window_of<detail::nullable_value<X>>(sql::window_function::last_value, x);
}
/// Of this row of the frame, from 1; NULL when it has fewer.
template <detail::operand X>
auto nth_value(const X& x, std::int64_t number) {
    return detail::window_of<detail::nullable_value<X>>(sql::window_function::nth_value, x,
                                                        value_of(number));
}

namespace detail {
template <class>
inline constexpr bool is_order_part = false;
template <class... Es>
inline constexpr bool is_order_part<order_part<Es...>> = true;
}  // namespace detail

/// string_agg(x, ", ", order_by(...)): the texts that are not NULL with the separator between them;
/// NULL when there is none. Without order_by() they come in the order of their bytes.
template <detail::operand X, class... Order>
auto string_agg(const X& x, std::string_view separator, const Order&... order) {
    static_assert(std::same_as<detail::bare_argument<X>, std::string>,
                  "shardwise: string_agg() needs text; use cast_to<std::string>(...)");
    static_assert(sizeof...(Order) <= 1 && (detail::is_order_part<Order> && ...),
                  "shardwise: string_agg() takes a text, a separator and order_by(...)");
    const detail::window_parts parts = detail::collect(order...);
    return typename detail::spread<detail::entities_of_all<X, Order...>, aggregate_expression,
                                   std::optional<std::string>>::type{
        sql::string_agg(detail::node_of(x), sql::constant(arg{separator}), false,
                        parts.order.data(), parts.order.size())};
}

}  // namespace shardwise
