// SPDX-License-Identifier: MIT
// More typed functions of text. Those that not every engine has, or not alike, are computed in the
// client (docs/types.md, "Functions"). Values; safe to share between threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shardwise/model/functions.hpp"

namespace shardwise {
namespace detail {

template <class... Xs>
inline constexpr bool all_texts = (std::same_as<bare_argument<Xs>, std::string> && ...);
template <class... Xs>
inline constexpr bool all_integers = (storable_integer<bare_argument<Xs>> && ...);

/// A function whose arguments the caller has checked; plain values become constants.
template <class R, class... Xs>
auto checked_call(sql::function f, const Xs&... xs) {
    const sql::expr_ptr nodes[] = {node_as<argument_t<Xs>>(xs)...};
    return computed<null_if_one_is<R, Xs...>, Xs...>(sql::call(f, nodes, sizeof...(Xs)));
}
/// Which sides trim_of takes characters from. Known to the engines' functions. DO NOT CHANGE.
enum class trim_side : std::int64_t { left = 1, right = 2, both = 3 };
template <class X, class Characters>
auto trim_of(const X& x, const Characters& characters, trim_side side) {
    static_assert(all_texts<X, Characters>, "shardwise: trim() takes texts");
    return checked_call<std::string>(sql::function::trim_of, x, characters,
                                     static_cast<std::int64_t>(side));
}

template <class X, class Pattern>
auto ilike_of(const X& x, const Pattern& pattern, bool negated) {
    static_assert(all_texts<X, Pattern>, "shardwise: ilike() needs texts");
    const auto small = [](const sql::expr_ptr& t) {
        return sql::call(sql::function::lower, &t, 1);
    };
    return condition<X, Pattern>(
        sql::like(small(node_of(x)), small(node_as<std::string>(pattern)), negated));
}
template <class X>
auto like_with_escape(const X& x, std::string_view pattern, std::string_view escape, bool negated) {
    static_assert(all_texts<X>, "shardwise: like() needs texts");
    return condition<X>(sql::like(node_of(x), sql::pattern_with_escape(pattern, escape), negated));
}

}  // namespace detail

template <detail::operand X>
auto reverse(const X& x) {
    return detail::text_call<std::string, X>(sql::function::reverse, x);
}
/// The first letter of each word large, the others small.
template <detail::operand X>
auto initcap(const X& x) {
    return detail::text_call<std::string, X>(sql::function::initcap, x);
}
/// The code point of the first character; 0 of an empty text.
template <detail::operand X>
auto ascii(const X& x) {
    return detail::text_call<std::int64_t, X>(sql::function::ascii, x);
}
/// The character of a code point.
template <detail::operand X>
auto chr(const X& x) {
    static_assert(detail::all_integers<X>, "shardwise: chr() needs an integer");
    return detail::checked_call<std::string>(sql::function::chr, x);
}
template <detail::operand X, class Times>
auto repeat(const X& x, const Times& times) {
    static_assert(detail::all_texts<X> && detail::all_integers<Times>,
                  "shardwise: repeat() takes a text and a number of times");
    return detail::checked_call<std::string>(sql::function::repeat, x, times);
}
/// Filled on the left (right) to so many characters; what is longer loses its end.
template <detail::operand X, class Length, class Fill = std::string>
auto pad_left(const X& x, const Length& length, const Fill& fill = " ") {
    static_assert(detail::all_texts<X, Fill> && detail::all_integers<Length>,
                  "shardwise: pad_left() and pad_right() take a text, a length and a filling text");
    return detail::checked_call<std::string>(sql::function::pad_left, x, length, fill);
}
template <detail::operand X, class Length, class Fill = std::string>
auto pad_right(const X& x, const Length& length, const Fill& fill = " ") {
    static_assert(detail::all_texts<X, Fill> && detail::all_integers<Length>,
                  "shardwise: pad_left() and pad_right() take a text, a length and a filling text");
    return detail::checked_call<std::string>(sql::function::pad_right, x, length, fill);
}
/// Of any of these characters.
template <detail::operand X, class Characters>
auto trim(const X& x, const Characters& characters) {
    return detail::trim_of(x, characters, detail::trim_side::both);
}
template <detail::operand X, class Characters>
auto trim_left(const X& x, const Characters& characters) {
    return detail::trim_of(x, characters, detail::trim_side::left);
}
template <detail::operand X, class Characters>
auto trim_right(const X& x, const Characters& characters) {
    return detail::trim_of(x, characters, detail::trim_side::right);
}
/// The part between separators with this number, from 1; empty when there is none.
template <detail::operand X, class Separator, class Number>
auto split_part(const X& x, const Separator& separator, const Number& number) {
    static_assert(detail::all_texts<X, Separator> && detail::all_integers<Number>,
                  "shardwise: split_part() takes a text, a separator and the number of a part");
    return detail::checked_call<std::string>(sql::function::split_part, x, separator, number);
}
/// Each character of `from` becomes the one at its place in `to`, or is left out.
template <detail::operand X, class From, class To>
auto translate(const X& x, const From& from, const To& to) {
    static_assert(detail::all_texts<X, From, To>, "shardwise: translate() takes texts");
    return detail::checked_call<std::string>(sql::function::translate, x, from, to);
}
/// NOT LIKE: like() the other way round; NULL where a side is NULL.
template <detail::operand X, class Pattern>
auto not_like(const X& x, const Pattern& pattern) {
    static_assert(detail::all_texts<X, Pattern>, "shardwise: not_like() needs texts");
    return detail::condition<X, Pattern>(
        sql::like(detail::node_of(x), detail::node_as<std::string>(pattern), true));
}

/// like() that takes large and small letters for the same: both sides in small letters.
template <detail::operand X, class Pattern>
auto ilike(const X& x, const Pattern& pattern) {
    return detail::ilike_of(x, pattern, false);
}
template <detail::operand X, class Pattern>
auto not_ilike(const X& x, const Pattern& pattern) {
    return detail::ilike_of(x, pattern, true);
}
/// LIKE ... ESCAPE: another character (none: empty) than the backslash makes % and _ plain.
template <detail::operand X>
auto like(const X& x, std::string_view pattern, std::string_view escape) {
    return detail::like_with_escape(x, pattern, escape, false);
}
template <detail::operand X>
auto not_like(const X& x, std::string_view pattern, std::string_view escape) {
    return detail::like_with_escape(x, pattern, escape, true);
}

}  // namespace shardwise
