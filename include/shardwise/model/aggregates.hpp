// SPDX-License-Identifier: MIT
// Typed aggregates: values of a group of rows. They stand in select(), having(), order_by() and in
// arithmetic, never in where(). Values; safe to share between threads.
#pragma once

#include <cstdint>
#include <optional>

#include "shardwise/model/expression.hpp"

namespace shardwise {

namespace detail {
template <class T>
struct sum_of {
    using type = std::optional<std::conditional_t<
        std::same_as<bare<T>, double>, double,
        std::conditional_t<std::same_as<bare<T>, decimal>, decimal, std::int64_t>>>;
    static_assert(storable_integer<bare<T>> || std::same_as<bare<T>, double> ||
                      std::same_as<bare<T>, decimal>,
                  "shardwise: sum() and avg() need a number");
};
template <class R, sql::aggregate F, operand A>
auto aggregate_of(const A& a) {
    static_assert(!is_aggregate<A>,
                  "shardwise: an aggregate of an aggregate; compute it from the rows of a query");
    return typename spread<typename entities_of<A>::type, aggregate_expression, R>::type{
        sql::call(F, node_of(a))};
}
}  // namespace detail

/// COUNT(*)
inline aggregate_expression<std::int64_t> count() {
    return {sql::call(sql::aggregate::count_all, {})};
}
/// Rows where it is not NULL.
template <detail::operand A>
auto count(const A& a) {
    return detail::aggregate_of<std::int64_t, sql::aggregate::count>(a);
}
template <detail::operand A>
auto count_distinct(const A& a) {
    return detail::aggregate_of<std::int64_t, sql::aggregate::count_distinct>(a);
}
/// NULL over no rows. Integer sums that leave 64 bits are an error, never wrapped.
template <detail::operand A>
auto sum(const A& a) {
    return detail::aggregate_of<typename detail::sum_of<typename A::value_type>::type,
                                sql::aggregate::sum>(a);
}
template <detail::operand A>
auto avg(const A& a) {
    static_assert(sizeof(detail::sum_of<typename A::value_type>) > 0);
    return detail::aggregate_of<std::optional<double>, sql::aggregate::avg>(a);
}
template <detail::operand A>
auto min(const A& a) {
    return detail::aggregate_of<std::optional<detail::bare<typename A::value_type>>,
                                sql::aggregate::min>(a);
}
template <detail::operand A>
auto max(const A& a) {
    return detail::aggregate_of<std::optional<detail::bare<typename A::value_type>>,
                                sql::aggregate::max>(a);
}

/// The sum and the average of the different values.
template <detail::operand A>
auto sum_distinct(const A& a) {
    return detail::aggregate_of<typename detail::sum_of<typename A::value_type>::type,
                                sql::aggregate::sum_distinct>(a);
}
template <detail::operand A>
auto avg_distinct(const A& a) {
    static_assert(sizeof(detail::sum_of<typename A::value_type>) > 0);
    return detail::aggregate_of<std::optional<double>, sql::aggregate::avg_distinct>(a);
}
/// Variance and standard deviation of numbers as doubles: NULL over no rows, samples also over one.
template <detail::operand A>
auto var_pop(const A& a) {
    static_assert(sizeof(detail::sum_of<typename A::value_type>) > 0);
    return detail::aggregate_of<std::optional<double>, sql::aggregate::var_pop>(a);
}
template <detail::operand A>
auto var_samp(const A& a) {
    static_assert(sizeof(detail::sum_of<typename A::value_type>) > 0);
    return detail::aggregate_of<std::optional<double>, sql::aggregate::var_samp>(a);
}
template <detail::operand A>
auto stddev_pop(const A& a) {
    static_assert(sizeof(detail::sum_of<typename A::value_type>) > 0);
    return detail::aggregate_of<std::optional<double>, sql::aggregate::stddev_pop>(a);
}
template <detail::operand A>
auto stddev_samp(const A& a) {
    static_assert(sizeof(detail::sum_of<typename A::value_type>) > 0);
    return detail::aggregate_of<std::optional<double>, sql::aggregate::stddev_samp>(a);
}
namespace detail {
template <class R, class A>
auto ordered_set(sql::aggregate f, double fraction, const A& a) {
    static_assert(!is_aggregate<A>,
                  "shardwise: an aggregate of an aggregate; compute it from the rows of a query");
    return
        typename spread<typename entities_of<A>::type, aggregate_expression,
                        std::optional<R>>::type{sql::ordered_set(f, fraction, node_of(a), false)};
}
}  // namespace detail
/// The value below which so many of all values are (0.5: the median), between two of them if need
/// be. Of numbers; computed in the client.
template <detail::operand A>
auto percentile_cont(const A& a, double fraction) {
    static_assert(sizeof(detail::sum_of<typename A::value_type>) > 0);
    return detail::ordered_set<double>(sql::aggregate::percentile_cont, fraction, a);
}
/// The first value that so many of all values reach; computed in the client.
template <detail::operand A>
auto percentile_disc(const A& a, double fraction) {
    return detail::ordered_set<detail::bare<typename A::value_type>>(
        sql::aggregate::percentile_disc, fraction, a);
}
/// The most frequent value, the least of several; computed in the client.
template <detail::operand A>
auto mode(const A& a) {
    return detail::ordered_set<detail::bare<typename A::value_type>>(sql::aggregate::mode, 0, a);
}
/// Are all (some) of the conditions that are not NULL true? NULL when there is none.
template <class P, class... Es>
aggregate_expression<std::optional<bool>, Es...> bool_and(const predicate<P, Es...>& p) {
    return {sql::call(sql::aggregate::min, p.node)};
}
template <class P, class... Es>
aggregate_expression<std::optional<bool>, Es...> bool_or(const predicate<P, Es...>& p) {
    return {sql::call(sql::aggregate::max, p.node)};
}
/// The rows that meet a condition.
template <class P, class... Es>
aggregate_expression<std::int64_t, Es...> count_if(const predicate<P, Es...>& p) {
    return {sql::filtered(sql::call(sql::aggregate::count_all, {}), p.node)};
}

template <class T, class... Es>
template <class P, class... Fs>
auto aggregate_expression<T, Es...>::filter(const predicate<P, Fs...>& rows) const {
    return detail::computed<T, aggregate_expression, predicate<P, Fs...>>(
        sql::filtered(node, rows.node));
}

// ---------------------------------------------------------------- conditions on groups

namespace detail {
/// Two conditions of which at least one is over groups; the other may be over grouped columns.
template <class A, class B>
concept group_logic = (is_group_condition<A> && (is_group_condition<B> || is_predicate<B>)) ||
                      (is_predicate<A> && is_group_condition<B>);
// In the namespace of group_condition, where argument-dependent lookup finds them.
template <class A, class B>
requires group_logic<A, B>
auto operator&&(const A& a, const B& b) {
    return condition<A, B>(sql::binary(sql::op::conj, a.node, b.node));
}
template <class A, class B>
requires group_logic<A, B>
auto operator||(const A& a, const B& b) {
    return condition<A, B>(sql::binary(sql::op::disj, a.node, b.node));
}
template <class A>
requires is_group_condition<A> A operator!(const A& a) {
    return {sql::unary(sql::op::neg, a.node)};
}
}  // namespace detail

}  // namespace shardwise
