// SPDX-License-Identifier: MIT
// Typed statements: values that build a runtime statement (sql/ast.hpp) step by step. Each step
// copies; statements can be kept, shared between threads and run many times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>

#include "shardwise/model/aggregates.hpp"
#include "shardwise/model/expression.hpp"
#include "shardwise/model/relation.hpp"

namespace shardwise {

template <class E>
class ref;

/// for_update(nowait): rows that others have locked are lock_timeout at once.
/// for_update(skip_locked): they are left out.
inline constexpr sql::row_lock nowait = sql::row_lock::nowait;
inline constexpr sql::row_lock skip_locked = sql::row_lock::skip_locked;

/// nth<2>.desc(): see nth_column.
template <std::size_t I>
struct nth_order {
    bool descending = false;
};
/// order_by(nth<0>, nth<2>.desc()): by columns of the select list, counted from 0; the only order
/// that rows of union_all() and its like have. d[nth<1>] is a column of a derived table.
template <std::size_t I>
struct nth_column {
    constexpr nth_order<I> asc() const { return {false}; }
    constexpr nth_order<I> desc() const { return {true}; }
};
template <std::size_t I>
inline constexpr nth_column<I> nth{};

/// What limit() and offset() take: a number, not a bool, not a double.
template <class T>
concept row_count = std::integral<T> && !std::same_as<T, bool>;

/// Row: what a row is read into (ref<E>, std::tuple<...>). Pins: shard key members fixed to one
/// value. Needs: structs whose columns are selected. From: structs in the statement, the first one
/// being the root.
template <class Row, class Pins, class Needs, class... From>
class select_query;
template <class Query, class... Paths>
class including;

namespace detail {
template <class T>
struct item_entities : entities_of<T> {};
template <std::size_t I>
struct item_entities<nth_column<I>> {
    using type = types<>;
};
template <std::size_t I>
struct item_entities<nth_order<I>> {
    using type = types<>;
};
template <std::size_t I>
sql::ordering term_of(const nth_order<I>& k, const sql::select_ptr& of) {
    return {sql::item_at(of, I), k.descending, k.descending};
}
template <std::size_t I>
sql::ordering term_of(const nth_column<I>& k, const sql::select_ptr& of) {
    return term_of(k.asc(), of);
}
template <class K>
sql::ordering term_of(const K& k, const sql::select_ptr&) {
    return to_ordering(k);
}
/// Pins fix the whole shard key of E.
template <class E, class Pins>
constexpr bool pins_shard() {
    if constexpr (mapping<E>::is_reference) {
        return false;
    } else {
        return facts_of<E>::template pinned_by<Pins>;
    }
}
/// Column of an enclosing query's struct: see correlated_with().
template <class E>
struct outer {};
template <class T>
inline constexpr bool is_outer = false;
template <class E>
inline constexpr bool is_outer<outer<E>> = true;
/// Columns of E can be named in a statement of From.
template <class E, class... From>
inline constexpr bool known =
    one_of<E, From...> || one_of<outer<E>, From...> || std::is_same_v<E, far_reaching>;

/// All structs of a list can be named in a statement of From.
template <class L>
struct all_known;
template <class... Es>
struct all_known<types<Es...>> {
    template <class... From>
    static constexpr bool in = (known<Es, From...> && ...);
    /// Without subqueries.
    template <class... From>
    static constexpr bool columns_in = ((known<Es, From...> &&
                                         !std::is_same_v<Es, far_reaching>)&&...);
    static constexpr bool reach_far = one_of<far_reaching, Es...>;
};

/// The table and the number of its appearance that a struct or an alias stands for.
template <class E>
struct appearance {
    static const schema::table& table() { return model::table_of(entity_of<E>()); }
    static constexpr std::uint8_t number = 0;
};
template <class E, std::uint8_t N>
struct appearance<alias<E, N>> {
    static const schema::table& table() { return model::table_of(entity_of<E>()); }
    static constexpr std::uint8_t number = N;
};
template <class E>
inline constexpr bool is_alias = false;
template <class E, std::uint8_t N>
inline constexpr bool is_alias<alias<E, N>> = true;
/// A derived table (model/derived.hpp).
template <class T>
concept derived_like = requires {
    typename T::is_derived;
};
template <class E>
inline constexpr bool is_object = false;
template <class E>
inline constexpr bool is_object<ref<E>> = true;

/// Joined sharded tables live together, so one pinned shard key pins them all; of reference tables
/// alone, one copy answers.
template <class Pins, class... From>
constexpr bool pins_statement() {
    if constexpr ((std::is_same_v<From, far_reaching> || ...) || (is_outer<From> || ...)) {
        return false;
    } else {
        return (pins_shard<From, Pins>() || ...) || (mapping<From>::is_reference && ...);
    }
}
}  // namespace detail

template <class Row, class Pins, class... Needs, class... From>
class select_query<Row, Pins, detail::types<Needs...>, From...> {
public:
    using row_type = Row;
    using needs = detail::types<Needs...>;
    /// Proven by the shape: this statement asks at most one shard.
    static constexpr bool one_shard =
        !detail::one_of<detail::far_reaching, Needs...> && detail::pins_statement<Pins, From...>();
    /// Every selected column's table is joined, or belongs to the query around this one.
    static constexpr bool complete_inside = (detail::known<Needs, From...> && ...);
    static constexpr bool complete = complete_inside && !(detail::is_outer<From> || ...);

    explicit select_query(sql::select_ptr s) : statement_(static_cast<sql::select_ptr&&>(s)) {}
    const sql::select_ptr& statement() const noexcept { return statement_; }

    template <class P, class... Es>
    auto where(const predicate<P, Es...>& p) const {
        static_assert((detail::known<Es, From...> && ...),
                      "shardwise: where() uses a column of a table that is not part of this query; "
                      "add .join(...) first");
        using pins = typename detail::all_members<Pins, P>::type;
        sql::select_ptr s = p.node ? sql::add_where(statement_, p.node) : statement_;
        if constexpr (detail::one_of<detail::far_reaching, Es...>) {
            return select_query<Row, pins, needs, From..., detail::far_reaching>(
                static_cast<sql::select_ptr&&>(s));
        } else {
            return select_query<Row, pins, needs, From...>(static_cast<sql::select_ptr&&>(s));
        }
    }
    template <class... Es>
    select_query where(const detail::group_condition<Es...>&) const {
        static_assert(sizeof...(Es) == static_cast<std::size_t>(-1),
                      "shardwise: an aggregate cannot stand in where(); use having()");
        return *this;
    }

    /// With related objects: all(select<User>().include(users.posts, posts.comments)). The last
    /// step of a query (orm/loading.hpp).
    template <class... Relations>
    auto include(const Relations&... relations) const {
        return including<select_query>(*this).include(relations...);
    }

    /// Children of the root (or of another joined struct), inner join on the foreign key.
    template <class Relation>
    requires detail::joins_directly<Relation>
    auto join(const Relation&) const { return attach<Relation>(sql::join_kind::inner); }
    /// Keeps rows without a partner; columns of the joined struct are then NULL: select them
    /// through aggregates, or use structs whose members are std::optional.
    template <class Relation>
    requires detail::joins_directly<Relation>
    auto left_join(const Relation&) const { return attach<Relation>(sql::join_kind::left); }
    /// join<Order>(orders.customer_id == customers.id); an alias joins a table once more.
    template <class Added, class P, class... Es>
    auto join(const predicate<P, Es...>& on) const {
        check_condition<Added, Es...>();
        if constexpr (detail::is_alias<Added> || detail::one_of<detail::far_reaching, Es...>) {
            return attach_any<Added>(sql::join_kind::inner, on.node);
        } else {
            using pins = typename detail::all_members<Pins, P>::type;
            return select_query<Row, pins, needs, From..., Added>(
                sql::add_join(statement_, sql::join_kind::inner,
                              model::table_of(entity_of<Added>()), 0, on.node));
        }
    }
    /// Outer joins: the side without a partner is NULL. Read such columns with nullable(column).
    template <class Added, class P, class... Es>
    auto left_join(const predicate<P, Es...>& on) const {
        check_condition<Added, Es...>();
        return attach_any<Added>(sql::join_kind::left, on.node);
    }
    template <class Added, class P, class... Es>
    auto right_join(const predicate<P, Es...>& on) const {
        check_rows_without_object();
        check_condition<Added, Es...>();
        return attach_any<Added>(sql::join_kind::right, on.node);
    }
    template <class Added, class P, class... Es>
    auto full_join(const predicate<P, Es...>& on) const {
        check_rows_without_object();
        check_condition<Added, Es...>();
        return attach_any<Added>(sql::join_kind::full, on.node);
    }
    template <class Added>
    auto cross_join() const {
        return attach_any<Added>(sql::join_kind::cross, {});
    }
    /// Joins with the rows of a derived table: join(spent, users.id == spent[nth<0>]).
    template <detail::derived_like D, class P, class... Es>
    auto join(const D& d, const predicate<P, Es...>& on) const {
        return attach_derived<D, Es...>(sql::join_kind::inner, d, on.node);
    }
    template <detail::derived_like D, class P, class... Es>
    auto left_join(const D& d, const predicate<P, Es...>& on) const {
        return attach_derived<D, Es...>(sql::join_kind::left, d, on.node);
    }
    template <detail::derived_like D, class P, class... Es>
    auto right_join(const D& d, const predicate<P, Es...>& on) const {
        check_rows_without_object();
        return attach_derived<D, Es...>(sql::join_kind::right, d, on.node);
    }
    template <detail::derived_like D, class P, class... Es>
    auto full_join(const D& d, const predicate<P, Es...>& on) const {
        check_rows_without_object();
        return attach_derived<D, Es...>(sql::join_kind::full, d, on.node);
    }
    template <detail::derived_like D>
    auto cross_join(const D& d) const {
        return attach_derived<D>(sql::join_kind::cross, d, {});
    }
    /// Makes it a subquery that may name columns of these structs of the query around it.
    template <class... Outer>
    auto correlated_with() const {
        static_assert(!(detail::derived_like<Outer> || ...),
                      "shardwise: a subquery names columns of a derived table after "
                      "correlated_with(that table)");
        static_assert(!(detail::one_of<Outer, From...> || ...),
                      "shardwise: a table of the query itself: use an alias inside or outside");
        return select_query<Row, Pins, needs, From..., detail::outer<Outer>...>(statement_);
    }
    /// The same for columns of derived tables around it.
    template <detail::derived_like... Ds>
    auto correlated_with(const Ds&...) const {
        return select_query<Row, Pins, needs, From..., detail::outer<Ds>...>(statement_);
    }

    template <class... Ks>
    auto order_by(const Ks&... keys) const {
        static_assert(
            (detail::all_known<typename detail::item_entities<Ks>::type>::template in<From...> &&
             ...),
            "shardwise: order_by() uses a column of a table that is not part of this "
            "query");
        const sql::ordering terms[] = {detail::term_of(keys, statement_)...};
        return reaching<typename detail::item_entities<Ks>::type...>(
            sql::add_order(statement_, terms, sizeof...(Ks)));
    }
    template <detail::row_operand... Cs>
    select_query group_by(const Cs&... cs) const {
        static_assert(
            (detail::all_known<typename detail::item_entities<Cs>::type>::template columns_in<
                 From...> &&
             ...),
            "shardwise: group_by() uses a column of a table that is not part of this "
            "query, or a subquery");
        const sql::expr_ptr terms[] = {detail::node_of(cs)...};
        return select_query(sql::add_group(statement_, terms, sizeof...(Cs)));
    }
    template <class... Es>
    auto having(const detail::group_condition<Es...>& condition) const {
        static_assert(
            (detail::known<Es, From...> && ...),
            "shardwise: having() uses a column of a table that is not part of this query");
        return reaching<detail::types<Es...>>(sql::add_having(statement_, condition.node));
    }

    /// Rows of both statements; the second one's columns have the types of this one's. The result
    /// has no tables: order it by nth<0>.
    template <class Other>
    auto union_all(const Other& other) const {
        return combined(sql::set_operation::union_all, other);
    }
    /// UNION: each row once.
    template <class Other>
    auto union_distinct(const Other& other) const {
        return combined(sql::set_operation::union_distinct, other);
    }
    /// Rows of both, each once.
    template <class Other>
    auto intersect(const Other& other) const {
        return combined(sql::set_operation::intersect, other);
    }
    /// Rows of this one that the other one does not have, each once.
    template <class Other>
    auto except(const Other& other) const {
        return combined(sql::set_operation::except, other);
    }
    template <class N>
    select_query limit(N n) const {
        static_assert(row_count<N>, "shardwise: limit() takes a number of rows");
        return select_query(sql::set_limit(statement_, static_cast<std::int64_t>(n)));
    }
    template <class N>
    select_query offset(N n) const {
        static_assert(row_count<N>, "shardwise: offset() takes a number of rows");
        return select_query(sql::set_offset(statement_, static_cast<std::int64_t>(n)));
    }
    /// The rows are locked until the transaction ends: nobody changes them meanwhile, and who wants
    /// to lock them waits. Of limit(n) over several shards each locks up to n.
    select_query for_update(sql::row_lock how = sql::row_lock::wait) const {
        static_assert(detail::is_object<Row>,
                      "shardwise: for_update() needs a query of objects: select<T>()");
        (detail::check_written<From>(), ...);
        return select_query(sql::set_lock(statement_, how));
    }
    select_query distinct() const { return select_query(sql::set_distinct(statement_)); }
    /// Reads rows into a struct of your own with as many members as there are selected columns.
    template <class Out>
    auto into() const {
        return select_query<Out, Pins, needs, From...>(statement_);
    }

private:
    /// The same query; with expressions of these lists it may ask other shards.
    template <class... Lists>
    static auto reaching(sql::select_ptr s) {
        if constexpr ((detail::all_known<Lists>::reach_far || ...)) {
            return select_query<Row, Pins, needs, From..., detail::far_reaching>(
                static_cast<sql::select_ptr&&>(s));
        } else {
            return select_query(static_cast<sql::select_ptr&&>(s));
        }
    }
    template <class Other>
    auto combined(sql::set_operation o, const Other& other) const {
        static_assert(std::is_same_v<Row, typename Other::row_type>,
                      "shardwise: both sides of union_all() and its like give rows of the same "
                      "type; cast() and nullable() change one");
        static_assert(!detail::is_object<Row>,
                      "shardwise: rows of union_all() and its like are no objects; select columns");
        static_assert(complete && Other::complete,
                      "shardwise: the select list uses a table that is not joined to this query");
        return select_query<Row, detail::members<>, detail::types<detail::far_reaching>,
                            detail::far_reaching>(
            sql::combine_rows(statement_, o, other.statement()));
    }
    template <class Added, class... Es>
    static constexpr void check_condition() {
        static_assert((detail::known<Es, Added, From...> && ...),
                      "shardwise: the join condition uses a column of a table that is not part of "
                      "this query");
    }
    static constexpr void check_rows_without_object() {
        static_assert(!detail::is_object<Row>,
                      "shardwise: a right or full join gives rows without an object; select "
                      "columns");
    }
    /// A join that tells nothing about shards.
    template <class Added>
    auto attach_any(sql::join_kind kind, const sql::expr_ptr& on) const {
        static_assert(!detail::one_of<Added, From...>,
                      "shardwise: this table is part of the query already; join an alias of it");
        using added = detail::appearance<Added>;
        return select_query<Row, Pins, needs, From..., Added, detail::far_reaching>(
            sql::add_join(statement_, kind, added::table(), added::number, on));
    }
    template <class D, class... Es>
    auto attach_derived(sql::join_kind kind, const D& d, const sql::expr_ptr& on) const {
        check_condition<D, Es...>();
        static_assert(!detail::one_of<D, From...>,
                      "shardwise: this derived table is part of the query already; join "
                      "derived.as<\"another name\">()");
        return select_query<Row, Pins, needs, From..., D, detail::far_reaching>(
            sql::add_join(statement_, kind, d.rows(), on));
    }
    template <class Relation>
    auto attach(sql::join_kind kind) const {
        using relation = typename Relation::facts;
        using Added = detail::other_of<Relation>;
        detail::check_relation<Relation>();
        static_assert(detail::one_of<typename relation::child, From...> ||
                          detail::one_of<typename relation::parent, From...>,
                      "shardwise: this relation belongs to another struct");
        static_assert(!detail::one_of<Added, From...>,
                      "shardwise: this relation leads to a struct that is in the query already: "
                      "join an alias of it by a condition");
        static_assert(
            detail::live_together<typename relation::child, typename relation::parent>(),
            "shardwise: these tables do not live together, the join cannot run inside one "
            "shard: shard the child by this foreign key, make one a 'reference_table', or "
            "load the two sides one after the other");
        const sql::expr_ptr on = detail::key_pairs<typename relation::child_key,
                                                   typename relation::parent_key>::condition();
        return select_query<Row, Pins, needs, From..., Added>(
            sql::add_join(statement_, kind, model::table_of(entity_of<Added>()), 0, on));
    }

    sql::select_ptr statement_;
};

/// Objects: session.all(select<User>().where(users.name == "Ann"))
template <class E>
auto select() {
    return select_query<ref<E>, detail::members<>, detail::types<E>, E>(
        sql::make_select(model::table_of(entity_of<E>()), nullptr, 0));
}

namespace detail {
template <class C, class... Cs>
struct root_entity {
    template <class L>
    struct head;
    template <class E, class... Es>
    struct head<types<E, Es...>> {
        using type = E;
    };
    template <class L, class... Ls>
    struct first_not_empty {
        using type = typename head<L>::type;
    };
    template <class... Ls>
    struct first_not_empty<types<>, Ls...> : first_not_empty<Ls...> {};
    using type = typename first_not_empty<typename entities_of<C>::type,
                                          typename entities_of<Cs>::type...>::type;
};
}  // namespace detail

namespace detail {
/// For a struct that was refused already: nothing, so that one error is all there is.
template <class E>
sql::select_ptr select_of(const sql::expr_ptr* items, std::size_t count) {
    if constexpr (is_mapped<E>()) {
        return sql::make_select(model::table_of(entity_of<E>()), items, count);
    } else {
        return {};
    }
}
}  // namespace detail

/// Values: select(users.name, count(posts.id)). The statement's root is the struct of the first
/// column.
template <detail::operand C, detail::operand... Cs>
auto select(const C& c, const Cs&... cs) {
    using E = typename detail::root_entity<C, Cs...>::type;
    static_assert(!detail::is_alias<E> && !std::is_same_v<E, detail::far_reaching>,
                  "shardwise: the first column names the statement's table: it cannot be of an "
                  "alias or a subquery; use select_from<E>(...)");
    static_assert(!detail::derived_like<E>,
                  "shardwise: the first column is one of a derived table; use "
                  "select_from(that table, columns...)");
    using needs = typename detail::unite_all<typename detail::entities_of<C>::type,
                                             typename detail::entities_of<Cs>::type...>::type;
    const sql::expr_ptr items[] = {detail::node_of(c), detail::node_of(cs)...};
    return select_query<std::tuple<typename C::value_type, typename Cs::value_type...>,
                        detail::members<>, needs, E>(
        detail::select_of<E>(items, 1 + sizeof...(Cs)));
}
/// select_from<Post>(count()): aggregates that name no column.
template <class E, detail::operand... Cs>
auto select_from(const Cs&... cs) {
    using needs = typename detail::unite_all<typename detail::entities_of<Cs>::type...>::type;
    const sql::expr_ptr items[] = {detail::node_of(cs)...};
    return select_query<std::tuple<typename Cs::value_type...>, detail::members<>, needs, E>(
        sql::make_select(model::table_of(entity_of<E>()), items, sizeof...(Cs)));
}

/// static_assert(routes_to_one_shard<decltype(query)>);
template <class Q>
inline constexpr bool routes_to_one_shard = std::remove_cvref_t<Q>::one_shard;

}  // namespace shardwise
