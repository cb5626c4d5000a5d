// SPDX-License-Identifier: MIT
// Typed expressions: operators check their operands at compile time, then build runtime nodes
// (sql/ast.hpp) at once. A predicate's type carries two facts only: which shard key members it pins
// by equality, and whose columns it uses.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "shardwise/model/mapping.hpp"
#include "shardwise/sql/ast.hpp"

namespace shardwise {

template <class Pins, class... Es>
struct predicate;

/// A value of type T computed from columns of the structs Es.
template <class T, class... Es>
struct expression {
    using value_type = T;
    using entities = detail::types<Es...>;
    sql::expr_ptr node;
    static constexpr bool is_aggregate = false;
};

/// Another appearance of a struct's table in a statement:
///   constexpr sw::alias<User, 1> other;    other(users.name)
template <class E, std::uint8_t N>
struct alias {
    static_assert(N != 0 && N != sql::excluded_row,
                  "shardwise: 0 is the table itself; aliases have the numbers 1 to 254");
    template <auto M, class... Tags>
    auto operator()(const column<M, Tags...>&) const {
        using of = column<M, Tags...>;
        static_assert(std::is_same_v<typename of::entity, E>,
                      "shardwise: a column of another struct than the alias");
        sql::column_ref r = of::ref();
        r.alias = N;
        return expression<typename of::value_type, alias>{sql::column(r)};
    }
};
namespace detail {
/// Stands among the structs of what may need rows of several shards, whatever keys are pinned.
struct far_reaching {};
}  // namespace detail

/// A value computed from a group of rows.
template <class T, class... Es>
struct aggregate_expression {
    using value_type = T;
    using entities = detail::types<Es...>;
    sql::expr_ptr node;
    static constexpr bool is_aggregate = true;

    /// FILTER (WHERE ...): of the group's rows that meet a condition. For aggregates themselves,
    /// not for what is computed from them.
    template <class P, class... Fs>
    auto filter(const predicate<P, Fs...>& rows) const;
    /// Over the rows of a window: partition_by(...), order_by(...), rows_between(...).
    template <class... Parts>
    auto over(const Parts&... parts) const;
};

/// A condition. Pins: members of shard keys that it fixes to one value.
template <class Pins, class... Es>
struct predicate {
    using pins = Pins;
    using entities = detail::types<Es...>;
    sql::expr_ptr node;
};

/// ORDER BY term.
template <class... Es>
struct sort_term {
    using entities = detail::types<Es...>;
    sql::ordering term;
    sort_term nulls_first() const {
        sort_term t = *this;
        t.term.nulls_first = true;
        return t;
    }
    sort_term nulls_last() const {
        sort_term t = *this;
        t.term.nulls_first = false;
        return t;
    }
};

namespace detail {

template <class T>
inline constexpr bool is_expression = false;
template <class T, class... Es>
inline constexpr bool is_expression<expression<T, Es...>> = true;
template <class T>
inline constexpr bool is_aggregate = false;
template <class T, class... Es>
inline constexpr bool is_aggregate<aggregate_expression<T, Es...>> = true;

template <class T>
concept row_operand = column_like<T> || is_expression<T>;
/// A column, an expression or an aggregate: what can be selected and sorted by.
template <class T>
concept operand = row_operand<T> || is_aggregate<T>;

template <class T>
struct entities_of {
    using type = typename T::entities;
};
template <column_like T>
struct entities_of<T> {
    using type = types<typename T::entity>;
};
template <class A, class B>
using united = typename unite<typename entities_of<A>::type, typename entities_of<B>::type>::type;

template <class L, template <class...> class To, class... First>
struct spread;
template <class... Es, template <class...> class To, class... First>
struct spread<types<Es...>, To, First...> {
    using type = To<First..., Es...>;
};

template <class C>
sql::expr_ptr node_of(const C& c) {
    if constexpr (column_like<C>) {
        return sql::column(C::ref());
    } else {
        return c.node;
    }
}

/// May a V be compared with, or stored in, a column of C++ type C?
template <class C, class V>
constexpr bool fits() {
    using c = bare<C>;
    using v = bare<std::remove_cvref_t<V>>;
    if constexpr (std::same_as<v, std::nullopt_t>) {
        return type_traits<C>::nullable;
    } else if constexpr (std::same_as<c, std::string>) {
        return std::is_convertible_v<const v&, std::string_view>;
    } else if constexpr (std::is_enum_v<c> || std::is_enum_v<v>) {
        return std::same_as<c, v>;
    } else if constexpr (std::same_as<c, bool> || std::same_as<v, bool>) {
        return std::same_as<c, v>;
    } else if constexpr (std::integral<c>) {
        return storable_integer<v>;
    } else if constexpr (std::same_as<c, double>) {
        return std::same_as<v, double> || std::same_as<v, float> || storable_integer<v>;
    } else if constexpr (std::same_as<c, decimal>) {
        return std::same_as<v, decimal> || storable_integer<v>;
    } else {
        return std::same_as<c, v>;
    }
}

/// The scalar of `v` for a column of type C; borrows from v.
template <class C, class V>
arg to_arg(const V& v) {
    using c = bare<C>;
    if constexpr (!fits<C, V>() || std::same_as<V, std::nullopt_t>) {
        return {};  // not fitting: diagnosed already
    } else if constexpr (!std::same_as<bare<V>, V>) {
        return v ? to_arg<C>(*v) : arg{};
    } else if constexpr (std::same_as<c, std::string>) {
        return arg{std::string_view(v)};
    } else if constexpr (std::same_as<c, double>) {
        return arg{static_cast<double>(v)};
    } else if constexpr (std::same_as<c, decimal> && std::integral<V>) {
        return arg{decimal{static_cast<std::int64_t>(v)}};
    } else if constexpr (std::integral<c> && !std::same_as<c, bool>) {
        return arg{static_cast<std::int64_t>(v)};
    } else {
        return type_traits<c>::get(v);
    }
}

template <class Operand, class V>
constexpr void check_value() {
    static_assert(fits<typename Operand::value_type, V>(),
                  "shardwise: this value does not fit this column (both types are named in the "
                  "note)");
}
template <class A, class B>
constexpr void check_comparable() {
    static_assert(fits<typename A::value_type, bare<typename B::value_type>>() ||
                      fits<typename B::value_type, bare<typename A::value_type>>(),
                  "shardwise: these two columns have different types and cannot be compared");
}
template <class A>
constexpr void check_row_operand() {
    static_assert(!is_aggregate<A>,
                  "shardwise: an aggregate cannot stand here; use having() for conditions on "
                  "aggregates");
}

template <class A>
struct pinned {
    using type = members<>;
};
template <column_like A>
requires(A::pins) struct pinned<A> {
    using type = members<A::pointer>;
};

template <class Pins, class L>
struct make_predicate;
template <class Pins, class... Es>
struct make_predicate<Pins, types<Es...>> {
    using type = predicate<Pins, Es...>;
};
template <class Pins, class... Operands>
struct predicate_over;
template <class Pins, class A>
struct predicate_over<Pins, A> : make_predicate<Pins, typename entities_of<A>::type> {};
template <class Pins, class A, class B>
struct predicate_over<Pins, A, B> : make_predicate<Pins, united<A, B>> {};

/// Conditions on aggregates: only having() takes them.
template <class... Es>
struct group_condition {
    using entities = types<Es...>;
    sql::expr_ptr node;
};
template <class L>
struct make_group_condition;
template <class... Es>
struct make_group_condition<types<Es...>> {
    using type = group_condition<Es...>;
};

template <class... Ls>
struct unite_all {
    using type = types<>;
};
template <class L, class... Ls>
struct unite_all<L, Ls...> {
    using type = typename unite<L, typename unite_all<Ls...>::type>::type;
};

template <class T>
inline constexpr bool is_group_condition = false;
template <class... Es>
inline constexpr bool is_group_condition<group_condition<Es...>> = true;
template <class X>
inline constexpr bool of_groups = is_aggregate<X> || is_group_condition<X>;

/// Of what computes with operands, conditions and plain values: whose columns it uses.
template <class X>
struct argument_entities {
    using type = types<>;
};
template <class X>
requires requires { typename X::entities; }
struct argument_entities<X> {
    using type = typename X::entities;
};
template <column_like X>
struct argument_entities<X> : entities_of<X> {};
template <class... Xs>
using entities_of_all = typename unite_all<typename argument_entities<Xs>::type...>::type;

/// A value of type R computed from Xs: of a row, or of a group when one of them is.
template <class R, class... Xs>
auto computed(sql::expr_ptr&& node) {
    if constexpr ((of_groups<Xs> || ...)) {
        return typename spread<entities_of_all<Xs...>, aggregate_expression, R>::type{
            static_cast<sql::expr_ptr&&>(node)};
    } else {
        return typename spread<entities_of_all<Xs...>, expression, R>::type{
            static_cast<sql::expr_ptr&&>(node)};
    }
}
/// A condition over Xs that pins no shard key.
template <class... Xs>
auto condition(sql::expr_ptr&& node) {
    if constexpr ((of_groups<Xs> || ...)) {
        return typename make_group_condition<entities_of_all<Xs...>>::type{
            static_cast<sql::expr_ptr&&>(node)};
    } else {
        return typename make_predicate<members<>, entities_of_all<Xs...>>::type{
            static_cast<sql::expr_ptr&&>(node)};
    }
}

template <class Pins, class A>
auto wrap(sql::expr_ptr&& node) {
    if constexpr (is_aggregate<A>) {
        return typename make_group_condition<typename entities_of<A>::type>::type{
            static_cast<sql::expr_ptr&&>(node)};
    } else {
        return typename predicate_over<Pins, A>::type{static_cast<sql::expr_ptr&&>(node)};
    }
}

template <sql::op O, operand A, class V>
auto compare_value(const A& a, const V& v) {
    check_value<A, V>();
    using pins = std::conditional_t<O == sql::op::eq, typename pinned<A>::type, members<>>;
    return wrap<pins, A>(
        sql::binary(O, node_of(a), sql::constant(to_arg<typename A::value_type>(v))));
}
template <sql::op O, operand A, operand B>
auto compare_columns(const A& a, const B& b) {
    check_comparable<A, B>();
    return condition<A, B>(sql::binary(O, node_of(a), node_of(b)));
}

/// The C++ type of an arithmetic result.
template <class A, class B>
struct arithmetic {
    using a = bare<A>;
    using b = bare<B>;
    static constexpr bool numeric =
        (storable_integer<a> || std::same_as<a, double> || std::same_as<a, decimal>)&&(
            storable_integer<b> || std::same_as<b, double> || std::same_as<b, decimal>);
    using plain =
        std::conditional_t<std::same_as<a, double> || std::same_as<b, double>, double,
                           std::conditional_t<std::same_as<a, decimal> || std::same_as<b, decimal>,
                                              decimal, std::int64_t>>;
    static constexpr bool nullable = !std::same_as<a, A> || !std::same_as<b, B>;
    using type = std::conditional_t<nullable, std::optional<plain>, plain>;
};

template <sql::op O, operand A, operand B>
auto combine(const A& a, const B& b) {
    using t = arithmetic<typename A::value_type, typename B::value_type>;
    static_assert(t::numeric, "shardwise: arithmetic needs two numbers");
    // x / 0 and x % 0 are NULL (docs/types.md), so quotients are nullable.
    using result = std::conditional_t<O == sql::op::divide || O == sql::op::modulo,
                                      std::optional<typename t::plain>, typename t::type>;
    return computed<result, A, B>(sql::binary(O, node_of(a), node_of(b)));
}
template <sql::op O, operand A, class V>
auto combine_value(const A& a, const V& v) {
    using t = arithmetic<typename A::value_type, V>;
    static_assert(t::numeric, "shardwise: arithmetic needs two numbers");
    using result = std::conditional_t<O == sql::op::divide || O == sql::op::modulo,
                                      std::optional<typename t::plain>, typename t::type>;
    using given =
        std::conditional_t<std::floating_point<V>, double,
                           std::conditional_t<std::same_as<V, decimal>, decimal, std::int64_t>>;
    return computed<result, A>(sql::binary(O, node_of(a), sql::constant(to_arg<given>(v))));
}

template <operand A>
sql::ordering ordering_of(const A& a, bool descending) {
    return {node_of(a), descending, descending};  // NULL is the greatest value
}
template <class... Es>
const sql::ordering& to_ordering(const sort_term<Es...>& t) {
    return t.term;
}
template <operand A>
sql::ordering to_ordering(const A& a) {
    return ordering_of(a, false);
}
template <class L>
struct make_sort_term;
template <class... Es>
struct make_sort_term<types<Es...>> {
    using type = sort_term<Es...>;
};
template <operand A>
auto sort_by(const A& a, bool descending) {
    return typename make_sort_term<typename entities_of<A>::type>::type{ordering_of(a, descending)};
}

template <class Column, class V>
auto in_values(const V* values, std::size_t count, bool negated) {
    check_value<Column, V>();
    std::vector<arg> args(count);
    for (std::size_t i = 0; i < count; ++i)
        args[i] = to_arg<typename Column::value_type>(values[i]);
    return typename predicate_over<members<>, Column>::type{
        sql::in_list(sql::column(Column::ref()), args.data(), count, negated)};
}
template <class Column, class Range>
auto in_range(const Range& values, bool negated) {
    using V = std::remove_cvref_t<decltype(*values.begin())>;
    check_value<Column, V>();
    std::vector<arg> args;
    args.reserve(values.size());
    for (const auto& v : values) args.push_back(to_arg<typename Column::value_type>(v));
    return typename predicate_over<members<>, Column>::type{
        sql::in_list(sql::column(Column::ref()), args.data(), args.size(), negated)};
}

}  // namespace detail

// ---------------------------------------------------------------- comparisons

template <detail::operand A, class V>
requires(!detail::operand<V>) auto operator==(const A& a, const V& v) {
    return detail::compare_value<sql::op::eq>(a, v);
}
template <detail::operand A, class V>
requires(!detail::operand<V>) auto operator!=(const A& a, const V& v) {
    return detail::compare_value<sql::op::ne>(a, v);
}
template <detail::operand A, class V>
requires(!detail::operand<V>) auto operator<(const A& a, const V& v) {
    return detail::compare_value<sql::op::lt>(a, v);
}
template <detail::operand A, class V>
requires(!detail::operand<V>) auto operator<=(const A& a, const V& v) {
    return detail::compare_value<sql::op::le>(a, v);
}
template <detail::operand A, class V>
requires(!detail::operand<V>) auto operator>(const A& a, const V& v) {
    return detail::compare_value<sql::op::gt>(a, v);
}
template <detail::operand A, class V>
requires(!detail::operand<V>) auto operator>=(const A& a, const V& v) {
    return detail::compare_value<sql::op::ge>(a, v);
}
template <detail::operand A, detail::operand B>
auto operator==(const A& a, const B& b) {
    return detail::compare_columns<sql::op::eq>(a, b);
}
template <detail::operand A, detail::operand B>
auto operator!=(const A& a, const B& b) {
    return detail::compare_columns<sql::op::ne>(a, b);
}
template <detail::operand A, detail::operand B>
auto operator<(const A& a, const B& b) {
    return detail::compare_columns<sql::op::lt>(a, b);
}
template <detail::operand A, detail::operand B>
auto operator<=(const A& a, const B& b) {
    return detail::compare_columns<sql::op::le>(a, b);
}
template <detail::operand A, detail::operand B>
auto operator>(const A& a, const B& b) {
    return detail::compare_columns<sql::op::gt>(a, b);
}
template <detail::operand A, detail::operand B>
auto operator>=(const A& a, const B& b) {
    return detail::compare_columns<sql::op::ge>(a, b);
}

// ---------------------------------------------------------------- arithmetic

template <detail::operand A, class B>
auto operator+(const A& a, const B& b) {
    if constexpr (detail::operand<B>) {
        return detail::combine<sql::op::add>(a, b);
    } else {
        return detail::combine_value<sql::op::add>(a, b);
    }
}
template <detail::operand A, class B>
auto operator-(const A& a, const B& b) {
    if constexpr (detail::operand<B>) {
        return detail::combine<sql::op::subtract>(a, b);
    } else {
        return detail::combine_value<sql::op::subtract>(a, b);
    }
}
template <detail::operand A, class B>
auto operator*(const A& a, const B& b) {
    if constexpr (detail::operand<B>) {
        return detail::combine<sql::op::multiply>(a, b);
    } else {
        return detail::combine_value<sql::op::multiply>(a, b);
    }
}
template <detail::operand A, class B>
auto operator/(const A& a, const B& b) {
    if constexpr (detail::operand<B>) {
        return detail::combine<sql::op::divide>(a, b);
    } else {
        return detail::combine_value<sql::op::divide>(a, b);
    }
}
/// Truncated as in C and SQL: -1 % 2 == -1.
template <detail::operand A, class B>
auto operator%(const A& a, const B& b) {
    if constexpr (detail::operand<B>) {
        return detail::combine<sql::op::modulo>(a, b);
    } else {
        return detail::combine_value<sql::op::modulo>(a, b);
    }
}

// ---------------------------------------------------------------- logic

template <class P, class... Es, class Q, class... Fs>
auto operator&&(const predicate<P, Es...>& a, const predicate<Q, Fs...>& b) {
    using pins = typename detail::all_members<P, Q>::type;
    return typename detail::make_predicate<
        pins, typename detail::unite<detail::types<Es...>, detail::types<Fs...>>::type>::type{
        sql::binary(sql::op::conj, a.node, b.node)};
}
template <class P, class... Es, class Q, class... Fs>
auto operator||(const predicate<P, Es...>& a, const predicate<Q, Fs...>& b) {
    // x == 1 || x == 2 pins x to two values: no longer one.
    return typename detail::make_predicate<
        detail::members<>,
        typename detail::unite<detail::types<Es...>, detail::types<Fs...>>::type>::type{
        sql::binary(sql::op::disj, a.node, b.node)};
}
template <class P, class... Es>
predicate<detail::members<>, Es...> operator!(const predicate<P, Es...>& p) {
    return {sql::unary(sql::op::neg, p.node)};
}

namespace detail {
template <class X>
inline constexpr bool is_predicate = false;
template <class P, class... Es>
inline constexpr bool is_predicate<predicate<P, Es...>> = true;
}  // namespace detail

/// A predicate that grows at run time:  filter<Post> f; if (popular) f &= posts.likes >= 10;
template <class... Es>
struct filter : predicate<detail::members<>, Es...> {
    template <class P, class... Fs>
    filter& operator&=(const predicate<P, Fs...>& p) {
        static_assert((detail::one_of<Fs, Es...> && ...),
                      "shardwise: this filter is for another table");
        this->node = this->node ? sql::binary(sql::op::conj, this->node, p.node) : p.node;
        return *this;
    }
    template <class P, class... Fs>
    filter& operator|=(const predicate<P, Fs...>& p) {
        static_assert((detail::one_of<Fs, Es...> && ...),
                      "shardwise: this filter is for another table");
        this->node = this->node ? sql::binary(sql::op::disj, this->node, p.node) : p.node;
        return *this;
    }
};

// ---------------------------------------------------------------- members of column

template <auto M, class... Tags>
template <class Range>
auto column<M, Tags...>::in(const Range& values) const {
    return detail::in_range<column>(values, false);
}
template <auto M, class... Tags>
template <class V>
auto column<M, Tags...>::in(std::initializer_list<V> values) const {
    return detail::in_values<column>(values.begin(), values.size(), false);
}
template <auto M, class... Tags>
template <class Range>
auto column<M, Tags...>::not_in(const Range& values) const {
    return detail::in_range<column>(values, true);
}
template <auto M, class... Tags>
template <class V>
auto column<M, Tags...>::not_in(std::initializer_list<V> values) const {
    return detail::in_values<column>(values.begin(), values.size(), true);
}
template <auto M, class... Tags>
template <class A, class B>
auto column<M, Tags...>::between(const A& low, const B& high) const {
    detail::check_value<column, A>();
    detail::check_value<column, B>();
    return typename detail::predicate_over<detail::members<>, column>::type{
        sql::between(sql::column(ref()), sql::constant(detail::to_arg<value_type>(low)),
                     sql::constant(detail::to_arg<value_type>(high)), false)};
}
/// % any text, _ one character, backslash escapes; case-sensitive on every engine.
template <auto M, class... Tags>
auto column<M, Tags...>::like(std::string_view pattern) const {
    static_assert(std::same_as<detail::bare<value_type>, std::string>,
                  "shardwise: like() needs a text column");
    return typename detail::predicate_over<detail::members<>, column>::type{
        sql::like(sql::column(ref()), sql::constant(arg{pattern}), false)};
}
template <auto M, class... Tags>
auto column<M, Tags...>::is_null() const {
    static_assert(type_traits<value_type>::nullable,
                  "shardwise: is_null() on a column that is never NULL (nullable columns are "
                  "std::optional<T>)");
    return typename detail::predicate_over<detail::members<>, column>::type{
        sql::is_null(sql::column(ref()), false)};
}
template <auto M, class... Tags>
auto column<M, Tags...>::is_not_null() const {
    static_assert(type_traits<value_type>::nullable,
                  "shardwise: is_not_null() on a column that is never NULL (nullable columns are "
                  "std::optional<T>)");
    return typename detail::predicate_over<detail::members<>, column>::type{
        sql::is_null(sql::column(ref()), true)};
}
template <auto M, class... Tags>
auto column<M, Tags...>::asc() const {
    return detail::sort_by(*this, false);
}
template <auto M, class... Tags>
auto column<M, Tags...>::desc() const {
    return detail::sort_by(*this, true);
}

/// ORDER BY of expressions and aggregates.
template <detail::operand A>
auto asc(const A& a) {
    return detail::sort_by(a, false);
}
template <detail::operand A>
auto desc(const A& a) {
    return detail::sort_by(a, true);
}

}  // namespace shardwise
