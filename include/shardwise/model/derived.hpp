// SPDX-License-Identifier: MIT
// Derived tables: the rows of a query as a table of other queries, what SQL calls a subquery in
// FROM and, used by name, WITH.
//
//   const auto spent = sw::derived<"spent">(
//       sw::select(orders.customer_id, sw::sum(orders.total)).group_by(orders.customer_id));
//   const auto [customer, total] = spent.columns();
//   auto q = sw::select(customers.name, total).join(spent, customer == customers.id);
//
// Its columns are expressions; with an outer join they need nullable(). Values; safe to share
// between threads.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "shardwise/model/expression.hpp"
#include "shardwise/model/statement.hpp"
#include "shardwise/model/subqueries.hpp"

namespace shardwise {

/// The name tells derived tables of one query apart: two of one name cannot be joined.
template <text Name, class Row>
class derived_rows;

namespace detail {

template <text Name, class Row>
class derived_base {
public:
    using is_derived = void;
    const sql::derived_ptr& rows() const noexcept { return rows_; }
    /// The same query once more, as another table.
    template <text Other>
    auto as() const {
        return derived_rows<Other, Row>(query_);
    }

protected:
    explicit derived_base(const sql::select_ptr& query)
        : query_(query), rows_(sql::make_derived(Name.view(), query)) {}

private:
    sql::select_ptr query_;
    sql::derived_ptr rows_;
};

}  // namespace detail

/// Rows of select(columns...).
template <text Name, class... Ts>
class derived_rows<Name, std::tuple<Ts...>> : public detail::derived_base<Name, std::tuple<Ts...>> {
public:
    explicit derived_rows(const sql::select_ptr& query)
        : detail::derived_base<Name, std::tuple<Ts...>>(query) {}

    /// A column, counted from 0: spent[nth<1>].
    template <std::size_t I>
    auto operator[](const nth_column<I>&) const {
        static_assert(I < sizeof...(Ts),
                      "shardwise: the query of this derived table has fewer columns; they are "
                      "counted from 0");
        if constexpr (I < sizeof...(Ts)) {
            return expression<std::tuple_element_t<I, std::tuple<Ts...>>, derived_rows>{
                sql::column_of(this->rows(), I)};
        }
    }
    /// All of them: const auto [customer, total] = spent.columns();
    auto columns() const { return columns(std::index_sequence_for<Ts...>{}); }

private:
    template <std::size_t... Is>
    auto columns(std::index_sequence<Is...>) const {
        return std::tuple{(*this)[nth_column<Is>{}]...};
    }
};

/// Rows of select<E>(): recent(posts.title) is a column.
template <text Name, class E>
class derived_rows<Name, ref<E>> : public detail::derived_base<Name, ref<E>> {
public:
    explicit derived_rows(const sql::select_ptr& query)
        : detail::derived_base<Name, ref<E>>(query) {}

    template <auto M, class... Tags>
    auto operator()(const column<M, Tags...>&) const {
        using of = column<M, Tags...>;
        static_assert(std::is_same_v<typename of::entity, E>,
                      "shardwise: a column of another struct than the derived table's objects");
        return expression<typename of::value_type, derived_rows>{
            sql::column_from(this->rows(), of::ref())};
    }
};

/// The rows of a query as a table: for select_from(d, ...), join(d, condition) and the like. It is
/// computed by itself and does not see the query around it. Rows of it have no order.
template <text Name, detail::query Q>
auto derived(const Q& q) {
    using row = typename Q::row_type;
    static_assert(Q::complete,
                  "shardwise: the query of a derived table uses a table that is not part of it");
    static_assert(detail::is_object<row> || detail::is_tuple<row>,
                  "shardwise: a derived table is made of a query of columns or objects: leave out "
                  "into<>()");
    if constexpr (detail::is_object<row> || detail::is_tuple<row>) {
        return derived_rows<Name, row>(q.statement());
    }
}

/// select_from(spent, spent[nth<0>], count()): rows of a derived table alone, or joined with more.
template <detail::derived_like D, detail::operand... Cs>
auto select_from(const D& d, const Cs&... cs) {
    static_assert(sizeof...(Cs) > 0, "shardwise: select_from() needs columns");
    using needs = typename detail::unite_all<typename detail::entities_of<Cs>::type...>::type;
    const sql::expr_ptr items[] = {detail::node_of(cs)...};
    return select_query<std::tuple<typename Cs::value_type...>, detail::members<>, needs, D,
                        detail::far_reaching>(sql::make_select(d.rows(), items, sizeof...(Cs)));
}

}  // namespace shardwise
