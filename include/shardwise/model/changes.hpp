// SPDX-License-Identifier: MIT
// Typed UPDATE, DELETE and INSERT: values that build a runtime statement step by step, as
// statement.hpp does for SELECT. Each step copies.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include "shardwise/model/statement.hpp"
#include "shardwise/model/subqueries.hpp"

namespace shardwise {

/// A change with RETURNING: session.run() gives its rows.
template <class Row>
class returning_query {
public:
    using row_type = Row;
    explicit returning_query(sql::change_ptr s) : statement_(static_cast<sql::change_ptr&&>(s)) {}
    const sql::change_ptr& statement() const noexcept { return statement_; }
    /// Reads rows into a struct of your own with as many members as there are columns.
    template <class Out>
    auto into() const {
        return returning_query<Out>(statement_);
    }

private:
    sql::change_ptr statement_;
};

namespace detail {

template <class E, class L>
struct only_of;
template <class E, class... Es>
struct only_of<E, types<Es...>> {
    /// Subqueries may stand beside columns of E.
    static constexpr bool value =
        ((std::is_same_v<Es, E> || std::is_same_v<Es, far_reaching>)&&...);
};
template <class E, class X>
inline constexpr bool is_of = only_of<E, typename entities_of<X>::type>::value;

template <class E, row_operand... Xs>
auto returning(const sql::change_ptr& c, const Xs&... xs) {
    static_assert((is_of<E, Xs> && ...), "shardwise: returning() uses a column of another table");
    const sql::expr_ptr items[] = {node_of(xs)...};
    return returning_query<std::tuple<typename Xs::value_type...>>(
        sql::add_returning(c, items, sizeof...(Xs)));
}

/// What the column is set to: a value or an expression over columns of E and subqueries.
template <class E, class C, class V>
sql::expr_ptr assigned_to(const V& v) {
    if constexpr (row_operand<V>) {
        check_comparable<C, V>();
        static_assert(is_of<E, V>, "shardwise: set() to a column of another table");
        return node_of(v);
    } else {
        check_value<C, V>();
        return sql::constant(to_arg<typename C::value_type>(v));
    }
}

template <class Option, class... Ks>
inline constexpr bool is_cluster_unique_of = false;
template <auto... Ms, class... Ks>
inline constexpr bool is_cluster_unique_of<cluster_unique_together<Ms...>, Ks...> =
    sizeof...(Ms) == sizeof...(Ks) && (in_members<Ks::pointer, members<Ms...>> && ...);
/// The columns are those of a cluster-wide unique constraint.
template <class E, class... Ks, class... Options>
constexpr bool unique_in_cluster(types<Options...>) {
    const bool alone = sizeof...(Ks) == 1 && (((Ks::flags & model::is_cluster_unique) != 0) && ...);
    return alone || (is_cluster_unique_of<Options, Ks...> || ...);
}

template <class E, class C>
constexpr void check_set() {
    static_assert(std::is_same_v<typename C::entity, E>,
                  "shardwise: set() on a column of another table");
}

}  // namespace detail

/// UPDATE or DELETE of the rows of one struct's table, without loading them. Conditions and values
/// may hold subqueries (correlated_with<E>()).
template <class E, class Pins = detail::members<>>
class change_query {
public:
    static constexpr bool one_shard = detail::pins_shard<E, Pins>();

    explicit change_query(sql::change_ptr s) : statement_(static_cast<sql::change_ptr&&>(s)) {}
    const sql::change_ptr& statement() const noexcept { return statement_; }

    template <auto M, class... Tags, class V>
    change_query set(const column<M, Tags...>& c, const V& v) const {
        detail::check_set<E, column<M, Tags...>>();
        return change_query(sql::add_set(statement_, c.ref().column,
                                         detail::assigned_to<E, column<M, Tags...>>(v)));
    }
    template <class P, class... Es>
    auto where(const predicate<P, Es...>& p) const {
        static_assert(detail::only_of<E, detail::types<Es...>>::value,
                      "shardwise: where() uses a column of another table");
        return change_query<E, typename detail::all_members<Pins, P>::type>(
            p.node ? sql::add_where(statement_, p.node) : statement_);
    }
    /// Rows as they are afterwards; of a DELETE as they were.
    template <detail::row_operand... Xs>
    auto returning(const Xs&... xs) const {
        return detail::returning<E>(statement_, xs...);
    }

private:
    sql::change_ptr statement_;
};

template <class E>
change_query<E> update() {
    detail::check_written<E>();
    return change_query<E>(sql::make_update(model::table_of(entity_of<E>())));
}
template <class E>
change_query<E> erase() {
    detail::check_written<E>();
    return change_query<E>(sql::make_delete(model::table_of(entity_of<E>())));
}

/// The value that was to be inserted, in set() and where() after on_conflict().
template <auto M, class... Tags>
auto excluded(const column<M, Tags...>&) {
    using of = column<M, Tags...>;
    sql::column_ref r = of::ref();
    r.alias = sql::excluded_row;
    return expression<typename of::value_type, typename of::entity>{sql::column(r)};
}

/// INSERT of rows that give the columns Cs; ids, defaults or NULL for the others.
template <class E, class... Cs>
class insert_query {
public:
    explicit insert_query(sql::change_ptr s) : statement_(static_cast<sql::change_ptr&&>(s)) {}
    const sql::change_ptr& statement() const noexcept { return statement_; }

    /// One row; may be called again for more.
    template <class... Vs>
    insert_query values(const Vs&... vs) const {
        static_assert(sizeof...(Vs) == sizeof...(Cs),
                      "shardwise: values() takes one value for each column of insert_into()");
        if constexpr (sizeof...(Vs) == sizeof...(Cs)) {
            (detail::check_value<Cs, Vs>(), ...);
            const sql::expr_ptr row[] = {
                sql::constant(detail::to_arg<typename Cs::value_type>(vs))...};
            return insert_query(sql::add_row(statement_, row));
        } else {
            return *this;
        }
    }
    /// INSERT ... SELECT: any query over the cluster, its columns in the order of these.
    template <class... Ts, class Pins, class Needs, class... From>
    insert_query from(const select_query<std::tuple<Ts...>, Pins, Needs, From...>& q) const {
        static_assert(sizeof...(Ts) == sizeof...(Cs),
                      "shardwise: from() takes a query with one column for each column of "
                      "insert_into()");
        static_assert(select_query<std::tuple<Ts...>, Pins, Needs, From...>::complete,
                      "shardwise: the select list uses a table that is not joined to this query");
        if constexpr (sizeof...(Ts) == sizeof...(Cs))
            static_assert(
                (detail::fits<detail::bare<typename Cs::value_type>, detail::bare<Ts>>() && ...),
                "shardwise: a column of this query does not fit its column of insert_into()");
        return insert_query(sql::set_source(statement_, q.statement()));
    }

    /// Rows whose key (the primary key or a unique constraint that contains the shard key, or one
    /// that is unique in the cluster) is there already are left out, or update the row that is
    /// there, wherever it lives: set(), update().
    template <detail::column_like... Ks>
    insert_query on_conflict(const Ks&... key) const {
        static_assert((std::is_same_v<typename Ks::entity, E> && ...),
                      "shardwise: on_conflict() names columns of another table");
        static_assert(
            mapping<E>::is_reference ||
                detail::facts_of<E>::template pinned_by<detail::members<Ks::pointer...>> ||
                detail::unique_in_cluster<E, Ks...>(typename mapping<E>::options{}),
            "shardwise: on_conflict() names a key without the shard key: the other row "
            "may live on another shard, where nobody would see the conflict");
        const std::uint16_t columns[] = {key.ref().column...};
        return insert_query(sql::set_conflict(statement_, columns, sizeof...(Ks)));
    }
    /// DO UPDATE: a value or an expression over the row that is there and excluded(column).
    template <auto M, class... Tags, class V>
    insert_query set(const column<M, Tags...>& c, const V& v) const {
        detail::check_set<E, column<M, Tags...>>();
        static_assert(!column<M, Tags...>::pins,
                      "shardwise: on_conflict() cannot change the shard key: the row would stay on "
                      "the wrong shard; use update(), or load the object and edit it");
        return insert_query(sql::add_set(statement_, c.ref().column,
                                         detail::assigned_to<E, column<M, Tags...>>(v)));
    }
    /// DO UPDATE of these columns to what was to be inserted.
    template <detail::column_like... Us>
    insert_query update(const Us&... columns) const {
        sql::change_ptr s = statement_;
        ((s = insert_query(s).set(columns, excluded(columns)).statement()), ...);
        return insert_query(s);
    }
    /// DO UPDATE only where this holds; after set() or update().
    template <class P, class... Es>
    insert_query where(const predicate<P, Es...>& p) const {
        static_assert((std::is_same_v<Es, E> && ...),
                      "shardwise: where() uses a column of another table");
        return insert_query(p.node ? sql::add_where(statement_, p.node) : statement_);
    }
    template <detail::row_operand... Xs>
    auto returning(const Xs&... xs) const {
        return detail::returning<E>(statement_, xs...);
    }

private:
    sql::change_ptr statement_;
};

/// insert_into(totals.day, totals.sum).from(select(orders.day, sum(orders.total)).group_by(...))
template <detail::column_like C, detail::column_like... Cs>
auto insert_into(const C& c, const Cs&... cs) {
    using E = typename C::entity;
    detail::check_written<E>();
    static_assert((std::is_same_v<typename Cs::entity, E> && ...),
                  "shardwise: insert_into() names columns of several tables");
    const std::uint16_t columns[] = {c.ref().column, cs.ref().column...};
    return insert_query<E, C, Cs...>(
        sql::make_insert(model::table_of(entity_of<E>()), columns, 1 + sizeof...(Cs)));
}

namespace detail {
/// An INSERT of all columns, for objects.
template <class E>
sql::change_ptr insert_of_objects() {
    return model::insert_of(entity_of<E>());
}
template <class E>
sql::change_ptr by_primary_key() {
    static const sql::change_ptr rule = model::upsert_of(entity_of<E>());
    return rule;
}
}  // namespace detail

/// What upsert() does with rows that are there already:
///     on_conflict(users.email).update(users.name)
template <detail::column_like K, detail::column_like... Ks>
auto on_conflict(const K& key, const Ks&... more) {
    using E = typename K::entity;
    detail::check_written<E>();
    return insert_query<E>(detail::insert_of_objects<E>()).on_conflict(key, more...);
}

}  // namespace shardwise
