// SPDX-License-Identifier: MIT
// The runtime AST seen from the typed façade: opaque nodes and the functions that build them. From
// here on nothing is a template. Nodes are immutable once built and may be shared between threads;
// builder steps copy on write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shardwise/base/shared.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise {
namespace schema {
struct table;
}

namespace sql {

struct expr;
struct select;
struct change;
void retain(const expr*) noexcept;
void release(const expr*) noexcept;
void retain(const select*) noexcept;
void release(const select*) noexcept;
void retain(const change*) noexcept;
void release(const change*) noexcept;

using expr_ptr = shared<const expr>;
using select_ptr = shared<const select>;
using change_ptr = shared<const change>;

/// A column of one appearance of a table in a statement. `alias` 0 is the table itself, 1..255 are
/// further appearances (self joins).
struct column_ref {
    const schema::table* table = nullptr;
    std::uint16_t column = 0;
    std::uint8_t alias = 0;
    friend bool operator==(const column_ref&, const column_ref&) = default;
};

enum class op : std::uint8_t {
    // comparisons: boolean, NULL when a side is NULL
    eq,
    ne,
    lt,
    le,
    gt,
    ge,
    // logic
    conj,
    disj,
    neg,
    // arithmetic. Integers give int64; divide and modulo of integers truncate towards zero as in C;
    // dividing by zero gives NULL. Decimals are not divided (docs/types.md, "Expressions")
    add,
    subtract,
    multiply,
    divide,
    modulo,
    minus,
};

enum class aggregate : std::uint8_t { count_all, count, count_distinct, sum, avg, min, max };

expr_ptr column(const column_ref& c);
expr_ptr constant(const arg& v);          ///< becomes a bound parameter
expr_ptr unary(op o, const expr_ptr& x);  ///< neg, minus
expr_ptr binary(op o, const expr_ptr& a, const expr_ptr& b);
expr_ptr in_list(const expr_ptr& x, const arg* values, std::size_t count, bool negated);
expr_ptr is_null(const expr_ptr& x, bool negated);
expr_ptr like(const expr_ptr& x, const expr_ptr& pattern,
              bool negated);  ///< escape is backslash, case-sensitive
expr_ptr between(const expr_ptr& x, const expr_ptr& low, const expr_ptr& high, bool negated);
expr_ptr call(aggregate f, const expr_ptr& x);  ///< x empty for count_all

enum class join_kind : std::uint8_t { inner, left };

struct ordering {
    expr_ptr by;
    bool descending = false;
    bool nulls_first =
        false;  ///< resolved by the façade: default is last ascending, first descending
};

/// SELECT of all columns of one table in mapping order (items == nullptr) or of expressions.
select_ptr make_select(const schema::table& from, const expr_ptr* items, std::size_t count);
select_ptr add_where(const select_ptr&, const expr_ptr&);  ///< ANDed to what is there
select_ptr add_join(const select_ptr&, join_kind, const schema::table& joined, std::uint8_t alias,
                    const expr_ptr& on);
select_ptr add_group(const select_ptr&, const expr_ptr* by, std::size_t count);
select_ptr add_having(const select_ptr&, const expr_ptr&);
select_ptr add_order(const select_ptr&, const ordering* by, std::size_t count);
/// Throws bad_query when negative.
select_ptr set_limit(const select_ptr&, std::int64_t limit);
select_ptr set_offset(const select_ptr&, std::int64_t offset);
select_ptr set_distinct(const select_ptr&);

/// UPDATE / DELETE of one table.
change_ptr make_update(const schema::table& target);
change_ptr make_delete(const schema::table& target);
change_ptr add_set(const change_ptr&, std::uint16_t column, const expr_ptr& to);
change_ptr add_where(const change_ptr&, const expr_ptr&);

}  // namespace sql
}  // namespace shardwise
