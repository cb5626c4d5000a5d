// SPDX-License-Identifier: MIT
// Queries inside of conditions and values. They may name columns of the query around them after
// correlated_with<E>(). Computed over the whole cluster, so they prove no single shard. Values;
// safe to share between threads.
#pragma once

#include <optional>
#include <tuple>

#include "shardwise/model/functions.hpp"
#include "shardwise/model/statement.hpp"

namespace shardwise {
namespace detail {

template <class Q>
struct subquery {
    static constexpr bool is_query = false;
};
template <class E>
struct enclosing {
    using type = types<>;
};
template <class E>
struct enclosing<outer<E>> {
    using type = types<E>;
};
template <class Row, class Pins, class... Needs, class... From>
struct subquery<select_query<Row, Pins, types<Needs...>, From...>> {
    static constexpr bool is_query = true;
    using row = Row;
    /// Whose columns the statement around it must have.
    using entities =
        typename unite_all<types<far_reaching>, typename enclosing<From>::type...>::type;
};
template <class Q>
concept query = subquery<Q>::is_query;

template <class Row>
struct single_column {
    static constexpr bool is_one = false;
    using type = std::int64_t;
};
template <class T>
struct single_column<std::tuple<T>> {
    static constexpr bool is_one = true;
    using type = T;
};
template <class Q>
constexpr void check_inside() {
    static_assert(Q::complete_inside,
                  "shardwise: this subquery selects a column of a table that is not part of it");
}
template <class Q>
struct subquery_column : single_column<typename subquery<Q>::row> {
    using single_column<typename subquery<Q>::row>::is_one;
    static_assert(is_one, "shardwise: a subquery that gives a value selects one column");
    using value_type = typename single_column<typename subquery<Q>::row>::type;
};
template <class X, class Q>
auto in_subquery(const X& x, const Q& q, bool negated) {
    check_inside<Q>();
    check_comparable<X, subquery_column<Q>>();
    return condition<X, subquery<Q>>(sql::in_query(node_of(x), q.statement(), negated));
}

}  // namespace detail

/// in(posts.author_id, select(users.id).where(...)). With NULLs as in SQL: not_in() is never true
/// when the query gives one.
template <detail::operand X, detail::query Q>
auto in(const X& x, const Q& q) {
    return detail::in_subquery(x, q, false);
}
template <detail::operand X, detail::query Q>
auto not_in(const X& x, const Q& q) {
    return detail::in_subquery(x, q, true);
}
template <detail::query Q>
auto exists(const Q& q) {
    detail::check_inside<Q>();
    return detail::condition<detail::subquery<Q>>(sql::exists(q.statement(), false));
}
template <detail::query Q>
auto not_exists(const Q& q) {
    detail::check_inside<Q>();
    return detail::condition<detail::subquery<Q>>(sql::exists(q.statement(), true));
}
namespace detail {
template <query Q>
struct some_rows {
    Q of;
    bool all;
};
template <class T>
inline constexpr bool is_some_rows = false;
template <class Q>
inline constexpr bool is_some_rows<some_rows<Q>> = true;

template <sql::op O, operand X, class Q>
auto compare_rows(const X& x, const some_rows<Q>& rows) {
    static_assert(
        !is_aggregate<X>,
        "shardwise: an aggregate cannot be compared with any_of() or all_of(); compute the "
        "groups in a derived table");
    check_inside<Q>();
    check_comparable<X, subquery_column<Q>>();
    return condition<X, subquery<Q>>(sql::quantified(O, node_of(x), rows.of.statement(), rows.all));
}
// In the namespace of some_rows, where argument-dependent lookup finds them.
template <operand X, query Q>
auto operator==(const X& x, const some_rows<Q>& rows) {
    return compare_rows<sql::op::eq>(x, rows);
}
template <operand X, query Q>
auto operator!=(const X& x, const some_rows<Q>& rows) {
    return compare_rows<sql::op::ne>(x, rows);
}
template <operand X, query Q>
auto operator<(const X& x, const some_rows<Q>& rows) {
    return compare_rows<sql::op::lt>(x, rows);
}
template <operand X, query Q>
auto operator<=(const X& x, const some_rows<Q>& rows) {
    return compare_rows<sql::op::le>(x, rows);
}
template <operand X, query Q>
auto operator>(const X& x, const some_rows<Q>& rows) {
    return compare_rows<sql::op::gt>(x, rows);
}
template <operand X, query Q>
auto operator>=(const X& x, const some_rows<Q>& rows) {
    return compare_rows<sql::op::ge>(x, rows);
}
}  // namespace detail

/// users.score > any_of(select(posts.likes)): true of one of its rows. Stands right of a
/// comparison; unknown where a NULL decides.
template <detail::query Q>
detail::some_rows<Q> any_of(const Q& q) {
    return {q, false};
}
/// users.score >= all_of(select(posts.likes)): true of all of its rows, also when there is none.
template <detail::query Q>
detail::some_rows<Q> all_of(const Q& q) {
    return {q, true};
}
/// The one value of a query: NULL when it has no row, an error when it has several.
template <detail::query Q>
auto scalar(const Q& q) {
    detail::check_inside<Q>();
    using type = typename detail::subquery_column<Q>::value_type;
    return detail::computed<std::optional<detail::bare<type>>, detail::subquery<Q>>(
        sql::scalar(q.statement()));
}
/// The same value, read as std::optional: columns of the optional side of an outer join.
template <detail::row_operand X>
auto nullable(const X& x) {
    return detail::computed<std::optional<detail::bare<typename X::value_type>>, X>(
        detail::node_of(x));
}

}  // namespace shardwise
