// SPDX-License-Identifier: MIT
// More typed functions of numbers: roots, powers and logarithms are doubles. Values; safe to share
// between threads.
#pragma once

#include <cstdint>

#include "shardwise/model/functions.hpp"

namespace shardwise {
namespace detail {

template <class... Xs>
auto real_call(sql::function f, const Xs&... xs) {
    static_assert((is_number<bare_argument<Xs>> && ...),
                  "shardwise: powers, roots and logarithms need numbers");
    const sql::expr_ptr nodes[] = {node_as<argument_t<Xs>>(xs)...};
    return computed<null_if_one_is<double, Xs...>, Xs...>(sql::call(f, nodes, sizeof...(Xs)));
}

}  // namespace detail

template <class X, class Y>
requires(detail::operand<X> || detail::operand<Y>) auto power(const X& x, const Y& y) {
    return detail::real_call(sql::function::power, x, y);
}
template <detail::operand X>
auto sqrt(const X& x) {
    return detail::real_call(sql::function::square_root, x);
}
template <detail::operand X>
auto exp(const X& x) {
    return detail::real_call(sql::function::exponential, x);
}
/// The natural logarithm.
template <detail::operand X>
auto ln(const X& x) {
    return detail::real_call(sql::function::logarithm, x);
}
template <detail::operand X>
auto log10(const X& x) {
    return detail::real_call(sql::function::logarithm_10, x);
}
/// Towards zero, to so many digits after the point.
template <detail::operand X>
auto trunc(const X& x, int digits = 0) {
    static_assert(std::same_as<detail::bare_argument<X>, decimal>,
                  "shardwise: trunc() needs a decimal");
    const sql::expr_ptr nodes[] = {detail::node_of(x),
                                   sql::constant(arg{static_cast<std::int64_t>(digits)})};
    return detail::computed<detail::null_if_one_is<decimal, X>, X>(
        sql::call(sql::function::trunc, nodes, 2));
}
/// -1, 0 or 1.
template <detail::operand X>
auto sign(const X& x) {
    static_assert(detail::is_number<detail::bare_argument<X>>, "shardwise: sign() needs a number");
    const auto number = [](std::int64_t n) { return sql::constant(arg{n}); };
    const sql::expr_ptr of = detail::node_of(x);
    const sql::expr_ptr cases[] = {sql::binary(sql::op::lt, of, number(0)), number(-1),
                                   sql::binary(sql::op::gt, of, number(0)), number(1),
                                   sql::binary(sql::op::eq, of, number(0)), number(0)};
    return detail::computed<detail::null_if_one_is<std::int64_t, X>, X>(
        sql::conditional(cases, 6, {}));
}

}  // namespace shardwise
