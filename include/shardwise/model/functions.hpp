// SPDX-License-Identifier: MIT
// Typed functions of one row: text, numbers, dates, CASE, CAST, and conditions on expressions. What
// each means on every engine is in docs/types.md, "Expressions". Arguments are columns,
// expressions, aggregates or plain values (bound); a result is std::optional where it can be NULL.
// Conditions on functions pin no shard key. Values; safe to share between threads.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "shardwise/model/expression.hpp"

namespace shardwise {

using unit = sql::time_unit;

namespace detail {

/// The type of an argument: an operand's, or of a plain value the one that constants have.
template <class X>
struct argument {
    using type = std::conditional_t<
        std::is_convertible_v<const X&, std::string_view>, std::string,
        std::conditional_t<storable_integer<X>, std::int64_t,
                           std::conditional_t<std::floating_point<X>, double, X>>>;
};
template <operand X>
struct argument<X> {
    using type = typename X::value_type;
};
template <class X>
using argument_t = typename argument<X>::type;
template <class X>
using bare_argument = bare<argument_t<X>>;
template <class... Xs>
inline constexpr bool can_be_null = (type_traits<argument_t<Xs>>::nullable || ...);
template <class T, class... Xs>
using null_if_one_is = std::conditional_t<can_be_null<Xs...>, std::optional<T>, T>;

template <class T, class X>
sql::expr_ptr node_as(const X& x) {
    if constexpr (operand<X>) {
        return node_of(x);
    } else {
        return sql::constant(to_arg<T>(x));
    }
}

template <class T>
inline constexpr bool is_number =
    storable_integer<T> || std::same_as<T, double> || std::same_as<T, decimal>;
template <class T>
inline constexpr bool is_time = std::same_as<T, date> || std::same_as<T, timestamp>;

/// What alternatives have in common; void: nothing.
template <class... Ts>
struct common {
    using type = void;
};
template <class T>
struct common<T> {
    using type = T;
};
template <class A, class B, class... Ts>
struct common<A, B, Ts...> {
    using type = typename common<
        std::conditional_t<std::same_as<A, B>, A,
                           std::conditional_t<is_number<A> && is_number<B>,
                                              typename arithmetic<A, B>::plain, void>>,
        Ts...>::type;
};
template <class... Xs>
struct alternatives {
    using plain = typename common<bare_argument<Xs>...>::type;
    static_assert(!std::same_as<plain, void>,
                  "shardwise: the alternatives of coalesce(), nullif(), case_when(), greatest() "
                  "and least() must be of "
                  "one type");
    using type = std::conditional_t<std::same_as<plain, void>, std::int64_t, plain>;
};

template <class R, class Of, class... Xs>
auto text_call(sql::function f, const Xs&... xs) {
    const sql::expr_ptr nodes[] = {
        node_as<std::conditional_t<std::same_as<bare_argument<Xs>, std::string>, std::string,
                                   std::int64_t>>(xs)...};
    static_assert((std::same_as<bare_argument<Of>, std::string>),
                  "shardwise: this function needs text");
    return computed<null_if_one_is<R, Xs...>, Xs...>(sql::call(f, nodes, sizeof...(Xs)));
}
template <class... Xs>
auto extreme_of(bool greatest, const Xs&... xs) {
    static_assert(sizeof...(Xs) > 1,
                  "shardwise: greatest() and least() compare two or more values");
    using plain = typename alternatives<Xs...>::type;
    const sql::expr_ptr nodes[] = {node_as<plain>(xs)...};
    constexpr bool nullable = (type_traits<argument_t<Xs>>::nullable && ...);
    using result = std::conditional_t<nullable, std::optional<plain>, plain>;
    return computed<result, Xs...>(sql::extreme(greatest, nodes, sizeof...(Xs)));
}
template <class R, class X>
auto number_call(sql::function f, const X& x) {
    const sql::expr_ptr nodes[] = {node_of(x)};
    return computed<null_if_one_is<R, X>, X>(sql::call(f, nodes, 1));
}

}  // namespace detail

/// A constant as an expression: value_of(100) - users.score
template <class V>
auto value_of(const V& v) {
    using type = detail::argument_t<V>;
    return expression<type>{sql::constant(detail::to_arg<type>(v))};
}

// ---------------------------------------------------------------- text

template <detail::operand X>
auto lower(const X& x) {
    return detail::text_call<std::string, X>(sql::function::lower, x);
}
template <detail::operand X>
auto upper(const X& x) {
    return detail::text_call<std::string, X>(sql::function::upper, x);
}
/// In characters. (length<N> is a tag of columns.)
template <detail::operand X>
auto char_length(const X& x) {
    return detail::text_call<std::int64_t, X>(sql::function::length, x);
}
/// Of blanks.
template <detail::operand X>
auto trim(const X& x) {
    return detail::text_call<std::string, X>(sql::function::trim, x);
}
template <detail::operand X>
auto trim_left(const X& x) {
    return detail::text_call<std::string, X>(sql::function::trim_left, x);
}
template <detail::operand X>
auto trim_right(const X& x) {
    return detail::text_call<std::string, X>(sql::function::trim_right, x);
}
/// From this character (the first is 1) to the end, or so many.
template <detail::operand X, class From>
auto substring(const X& x, const From& from) {
    static_assert(storable_integer<detail::bare_argument<From>>,
                  "shardwise: substring() takes numbers of characters");
    return detail::text_call<std::string, X>(sql::function::substring, x, from);
}
template <detail::operand X, class From, class Count>
auto substring(const X& x, const From& from, const Count& count) {
    static_assert(storable_integer<detail::bare_argument<From>> &&
                      storable_integer<detail::bare_argument<Count>>,
                  "shardwise: substring() takes numbers of characters");
    return detail::text_call<std::string, X>(sql::function::substring, x, from, count);
}
template <detail::operand X, class What, class With>
auto replace(const X& x, const What& what, const With& with) {
    static_assert(std::same_as<detail::bare_argument<What>, std::string> &&
                      std::same_as<detail::bare_argument<With>, std::string>,
                  "shardwise: replace() takes texts");
    return detail::text_call<std::string, X>(sql::function::replace, x, what, with);
}
/// NULL when a part is NULL.
template <class X, class... Xs>
requires(detail::operand<X> || (detail::operand<Xs> || ...)) auto concat(const X& x,
                                                                         const Xs&... xs) {
    static_assert((std::same_as<detail::bare_argument<Xs>, std::string> && ...),
                  "shardwise: concat() takes texts; use cast_to<std::string>(...)");
    return detail::text_call<std::string, X>(sql::function::concat, x, xs...);
}
/// The place of the first `part` in x, from 1; 0: none.
template <class Part, detail::operand X>
auto position(const Part& part, const X& x) {
    static_assert(std::same_as<detail::bare_argument<Part>, std::string>,
                  "shardwise: position() takes texts");
    return detail::text_call<std::int64_t, X>(sql::function::position, part, x);
}

// ---------------------------------------------------------------- numbers

template <detail::operand X>
auto abs(const X& x) {
    using type = detail::bare_argument<X>;
    static_assert(detail::is_number<type>, "shardwise: abs() needs a number");
    return detail::number_call<std::conditional_t<storable_integer<type>, std::int64_t, type>>(
        sql::function::absolute, x);
}
template <detail::operand X>
auto floor(const X& x) {
    using type = detail::bare_argument<X>;
    static_assert(std::same_as<type, decimal> || std::same_as<type, double>,
                  "shardwise: floor() and ceil() need a decimal or a double");
    return detail::number_call<type>(sql::function::floor, x);
}
template <detail::operand X>
auto ceil(const X& x) {
    using type = detail::bare_argument<X>;
    static_assert(std::same_as<type, decimal> || std::same_as<type, double>,
                  "shardwise: floor() and ceil() need a decimal or a double");
    return detail::number_call<type>(sql::function::ceiling, x);
}
/// Half away from zero. Of doubles it would differ between engines.
template <detail::operand X>
auto round(const X& x, int digits = 0) {
    static_assert(std::same_as<detail::bare_argument<X>, decimal>,
                  "shardwise: round() needs a decimal: the engines round doubles differently");
    const sql::expr_ptr nodes[] = {detail::node_of(x),
                                   sql::constant(arg{static_cast<std::int64_t>(digits)})};
    return detail::computed<detail::null_if_one_is<decimal, X>, X>(
        sql::call(sql::function::round, nodes, 2));
}

// ---------------------------------------------------------------- NULL, CASE, CAST

/// The first that is not NULL; NULL only if the last can be.
template <class X, class... Xs>
requires(detail::operand<X> || (detail::operand<Xs> || ...)) auto coalesce(const X& x,
                                                                           const Xs&... xs) {
    using plain = typename detail::alternatives<X, Xs...>::type;
    constexpr bool nullable = detail::can_be_null<X> && (detail::can_be_null<Xs> && ...);
    const sql::expr_ptr nodes[] = {detail::node_as<plain>(x), detail::node_as<plain>(xs)...};
    return detail::computed<std::conditional_t<nullable, std::optional<plain>, plain>, X, Xs...>(
        sql::call(sql::function::coalesce, nodes, 1 + sizeof...(Xs)));
}
/// NULL where x is this value.
template <detail::operand X, class V>
auto nullif(const X& x, const V& v) {
    using plain = detail::bare_argument<X>;
    static_assert(sizeof(detail::alternatives<X, V>) > 0);
    const sql::expr_ptr cases[] = {
        sql::unary(sql::op::neg,
                   sql::distinct_from(detail::node_of(x), detail::node_as<plain>(v), false)),
        sql::constant(arg{})};
    return detail::computed<std::optional<plain>, X, V>(
        sql::conditional(cases, 2, detail::node_of(x)));
}

/// CASE that grows: case_when(c, v).when(...).otherwise(v); without otherwise() it may be NULL.
template <class Plain, bool Nullable, class... Parts>
struct case_expression {
    using value_type = std::optional<Plain>;
    std::vector<sql::expr_ptr> cases;

    template <class C, class V>
    auto when(const C& condition, const V& v) const {
        using plain = typename detail::alternatives<std::type_identity<Plain>, V>::type;
        case_expression<plain, Nullable || detail::can_be_null<V>, Parts..., C, V> longer{cases};
        longer.cases.push_back(condition.node);
        longer.cases.push_back(detail::node_as<plain>(v));
        return longer;
    }
    template <class V>
    auto otherwise(const V& v) const {
        using plain = typename detail::alternatives<std::type_identity<Plain>, V>::type;
        constexpr bool nullable = Nullable || detail::can_be_null<V>;
        return detail::computed<std::conditional_t<nullable, std::optional<plain>, plain>, Parts...,
                                V>(
            sql::conditional(cases.data(), cases.size(), detail::node_as<plain>(v)));
    }
    /// NULL when no condition is true.
    auto otherwise_null() const {
        return detail::computed<std::optional<Plain>, Parts...>(
            sql::conditional(cases.data(), cases.size(), {}));
    }
};
namespace detail {
template <class T>
struct argument<std::type_identity<T>> {
    using type = T;
};
}  // namespace detail

template <class C, class V>
auto case_when(const C& condition, const V& v) {
    static_assert(detail::is_predicate<C> || detail::is_group_condition<C>,
                  "shardwise: case_when() takes a condition and a value");
    using plain = detail::bare_argument<V>;
    case_expression<plain, detail::can_be_null<V>, C, V> one;
    one.cases.push_back(condition.node);
    one.cases.push_back(detail::node_as<plain>(v));
    return one;
}

/// The greatest (least) of the values that are not NULL; NULL when all are.
template <class X, class... Xs>
requires(detail::operand<X> || (detail::operand<Xs> || ...)) auto greatest(const X& x,
                                                                           const Xs&... xs) {
    return detail::extreme_of(true, x, xs...);
}
template <class X, class... Xs>
requires(detail::operand<X> || (detail::operand<Xs> || ...)) auto least(const X& x,
                                                                        const Xs&... xs) {
    return detail::extreme_of(false, x, xs...);
}

/// cast_to<double>(x), cast_to<std::string>(x), cast_to<decimal, 12, 2>(x). Conversions that are
/// the same on every engine; others are bad_query (docs/types.md).
template <class T, std::uint8_t Precision = 0, std::uint8_t Scale = 0, detail::operand X>
auto cast_to(const X& x) {
    static_assert(!std::same_as<T, decimal> || Precision != 0,
                  "shardwise: a cast to decimal needs its digits: cast_to<decimal, 12, 2>(x)");
    constexpr column_type to = type_traits<T>::type;
    return detail::computed<detail::null_if_one_is<T, X>, X>(
        sql::cast(detail::node_of(x), to, Precision, Scale));
}

// ---------------------------------------------------------------- dates and instants

/// extract(unit::year, x): int64, in UTC.
template <detail::operand X>
auto extract(unit part, const X& x) {
    static_assert(detail::is_time<detail::bare_argument<X>>,
                  "shardwise: extract() and truncate() need a date or a timestamp");
    return detail::computed<detail::null_if_one_is<std::int64_t, X>, X>(
        sql::extract(part, detail::node_of(x)));
}
/// The beginning of the unit: truncate(unit::month, x). Of the type of x.
template <detail::operand X>
auto truncate(unit to, const X& x) {
    static_assert(detail::is_time<detail::bare_argument<X>>,
                  "shardwise: extract() and truncate() need a date or a timestamp");
    return detail::computed<typename X::value_type, X>(sql::truncate(to, detail::node_of(x)));
}

// ---------------------------------------------------------------- conditions on expressions

/// Never NULL: NULL is not distinct from NULL.
template <detail::operand X, class V>
auto is_distinct_from(const X& x, const V& v) {
    if constexpr (detail::operand<V>) {
        detail::check_comparable<X, V>();
    } else {
        detail::check_value<X, V>();
    }
    return detail::condition<X, V>(
        sql::distinct_from(detail::node_of(x), detail::node_as<typename X::value_type>(v), false));
}
template <detail::operand X, class V>
auto is_not_distinct_from(const X& x, const V& v) {
    if constexpr (detail::operand<V>) {
        detail::check_comparable<X, V>();
    } else {
        detail::check_value<X, V>();
    }
    return detail::condition<X, V>(
        sql::distinct_from(detail::node_of(x), detail::node_as<typename X::value_type>(v), true));
}
/// % any text, _ one character, backslash escapes; the pattern may be an expression.
template <detail::operand X, class Pattern>
auto like(const X& x, const Pattern& pattern) {
    static_assert(std::same_as<detail::bare_argument<X>, std::string> &&
                      std::same_as<detail::bare_argument<Pattern>, std::string>,
                  "shardwise: like() needs texts");
    return detail::condition<X, Pattern>(
        sql::like(detail::node_of(x), detail::node_as<std::string>(pattern), false));
}
template <detail::operand X>
auto is_null(const X& x) {
    static_assert(detail::can_be_null<X>, "shardwise: is_null() on what is never NULL");
    return detail::condition<X>(sql::is_null(detail::node_of(x), false));
}
template <detail::operand X>
auto is_not_null(const X& x) {
    static_assert(detail::can_be_null<X>, "shardwise: is_null() on what is never NULL");
    return detail::condition<X>(sql::is_null(detail::node_of(x), true));
}
template <detail::operand X, class A, class B>
auto between(const X& x, const A& low, const B& high) {
    using type = typename X::value_type;
    static_assert(sizeof(detail::alternatives<X, A, B>) > 0);
    return detail::condition<X, A, B>(sql::between(detail::node_of(x), detail::node_as<type>(low),
                                                   detail::node_as<type>(high), false));
}
template <detail::operand X, class V>
auto in(const X& x, std::initializer_list<V> values) {
    detail::check_value<X, V>();
    std::vector<arg> list;
    for (const V& v : values) list.push_back(detail::to_arg<typename X::value_type>(v));
    return detail::condition<X>(sql::in_list(detail::node_of(x), list.data(), list.size(), false));
}

}  // namespace shardwise
