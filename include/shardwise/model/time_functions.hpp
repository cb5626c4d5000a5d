// SPDX-License-Identifier: MIT
// More typed functions of dates and instants (UTC). Values; safe to share between threads.
#pragma once

#include <cstdint>
#include <string>

#include "shardwise/model/functions.hpp"

namespace shardwise {

template <detail::operand X, class Days>
auto add_days(const X& day, const Days& days) {
    static_assert(std::same_as<detail::bare_argument<X>, date> &&
                      storable_integer<detail::bare_argument<Days>>,
                  "shardwise: add_days() takes a date and a whole number of days");
    const sql::expr_ptr nodes[] = {detail::node_of(day),
                                   detail::node_as<detail::argument_t<Days>>(days)};
    return detail::computed<detail::null_if_one_is<date, X, Days>, X, Days>(
        sql::call(sql::function::add_days, nodes, 2));
}
/// The days from the second date to the first.
template <class X, class Y>
requires(detail::operand<X> || detail::operand<Y>) auto days_between(const X& x, const Y& y) {
    static_assert(std::same_as<detail::bare_argument<X>, date> &&
                      std::same_as<detail::bare_argument<Y>, date>,
                  "shardwise: days_between() takes two dates");
    const sql::expr_ptr nodes[] = {detail::node_as<date>(x), detail::node_as<date>(y)};
    return detail::computed<detail::null_if_one_is<std::int64_t, X, Y>, X, Y>(
        sql::call(sql::function::days_between, nodes, 2));
}
/// Seconds since 1970, with six digits.
template <detail::operand X>
auto epoch(const X& x) {
    static_assert(detail::is_time<detail::bare_argument<X>>,
                  "shardwise: epoch() needs a date or a timestamp");
    const sql::expr_ptr node = detail::node_of(x);
    return detail::computed<detail::null_if_one_is<decimal, X>, X>(
        sql::call(sql::function::epoch, &node, 1));
}
/// to_char(x, "YYYY-MM-DD HH24:MI"): the patterns of PostgreSQL that docs/types.md names.
template <detail::operand X, class Pattern>
auto to_char(const X& x, const Pattern& pattern) {
    static_assert(detail::is_time<detail::bare_argument<X>> &&
                      std::same_as<detail::bare_argument<Pattern>, std::string>,
                  "shardwise: to_char() takes a date or a timestamp and a pattern");
    const sql::expr_ptr nodes[] = {detail::node_of(x), detail::node_as<std::string>(pattern)};
    return detail::computed<detail::null_if_one_is<std::string, X, Pattern>, X, Pattern>(
        sql::call(sql::function::to_char, nodes, 2));
}

}  // namespace shardwise
