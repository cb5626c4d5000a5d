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

/// What a SELECT does to its rows until the transaction ends, and where others have locked them.
enum class row_lock : std::uint8_t {
    none,
    wait,         ///< locks them; waits
    nowait,       ///< locks them; lock_timeout at once
    skip_locked,  ///< locks those that are free, and leaves the others out
};

enum class aggregate : std::uint8_t {
    count_all,
    count,
    count_distinct,
    sum,
    avg,
    min,
    max,
    sum_distinct,
    avg_distinct,
    // of numbers as doubles; NULL over no rows, samples also over one
    var_pop,
    var_samp,
    stddev_pop,
    stddev_samp,
    sum_integer,  ///< of integers that PostgreSQL keeps in 32 bits: an int64
    string_join,  ///< string_agg()
    // ... WITHIN GROUP (ORDER BY x)
    percentile_cont,
    percentile_disc,
    mode,
};

/// Functions of one row (docs/types.md, "Functions").
enum class function : std::uint8_t {
    // text; lengths and positions in characters, from 1
    lower,
    upper,
    length,
    substring,  ///< (text, from) or (text, from, count)
    trim,       ///< blanks, on both sides
    trim_left,
    trim_right,
    replace,   ///< (text, what, with)
    concat,    ///< NULL when a part is NULL
    position,  ///< (part, text): of the first, 0: none
    // numbers
    absolute,
    floor,    ///< of decimals and doubles
    ceiling,  ///< of decimals and doubles
    round,    ///< (decimal, digits): half away from zero; digits a constant. (double): half to even
    coalesce,
    trunc,     ///< (decimal, digits): towards zero; digits a constant
    quotient,  ///< (a, b, digits, rounding): exact numbers divided, digits and rounding constants
    reverse,   ///< (text)
    add_interval,  ///< (date or timestamp, months, days, microseconds), constants: a timestamp
    add_days,      ///< (date, days)
    days_between,  ///< (date, date): the days from the second to the first
    epoch,         ///< (date or timestamp): seconds since 1970 as a decimal of six digits
    // Computed in the client: not every engine has them, or not alike (is_local).
    repeat,      ///< (text, times)
    pad_left,    ///< (text, length, fill)
    pad_right,   ///< (text, length, fill)
    trim_of,     ///< (text, characters, sides): 1 left, 2 right, 3 both; sides a constant
    initcap,     ///< (text)
    split_part,  ///< (text, separator, number)
    translate,   ///< (text, from, to)
    ascii,       ///< (text): the code point of the first character
    chr,         ///< (code point)
    to_text,     ///< (decimal, timestamp)
    to_char,     ///< (date or timestamp, pattern)
    to_decimal,  ///< (double, digits): by its 15 first digits; digits a constant
    power,       ///< of doubles, as are those that follow
    square_root,
    exponential,
    logarithm,
    logarithm_10,
    json_get,   ///< (json, key or index, step): a json
    json_text,  ///< (json, key or index, step): its text
};

/// How a quotient is cut to its digits.
enum class rounding : std::uint8_t { half_away, towards_zero, down, up };

/// What the second argument of json_get and json_text is.
enum class json_step : std::uint8_t { key, index, path };

/// Parts of dates and instants (UTC).
enum class time_unit : std::uint8_t {
    year,
    quarter,
    month,
    week,  ///< begins on Monday; extract gives the number of ISO 8601
    day,
    hour,
    minute,
    second,
    weekday,      ///< 0 Sunday .. 6 Saturday; extract only
    year_day,     ///< from 1; extract only
    iso_weekday,  ///< 1 Monday .. 7 Sunday; extract only
    iso_year,     ///< of the week; extract only
};

/// Functions over the rows of a window, besides the aggregates.
enum class window_function : std::uint8_t {
    row_number,
    rank,
    dense_rank,
    ntile,  ///< (groups)
    lag,    ///< (x), (x, rows) or (x, rows, otherwise), rows a constant
    lead,
    first_value,
    last_value,
    nth_value,  ///< (x, number), number a constant
    percent_rank,
    cume_dist,
};

expr_ptr column(const column_ref& c);
expr_ptr constant(const arg& v);          ///< becomes a bound parameter
expr_ptr unary(op o, const expr_ptr& x);  ///< neg, minus
expr_ptr binary(op o, const expr_ptr& a, const expr_ptr& b);
expr_ptr in_list(const expr_ptr& x, const arg* values, std::size_t count, bool negated);
expr_ptr is_null(const expr_ptr& x, bool negated);
expr_ptr like(const expr_ptr& x, const expr_ptr& pattern,
              bool negated);  ///< escape is backslash, case-sensitive
/// A LIKE pattern with another escape character (empty: none) as a constant one with the backslash.
expr_ptr pattern_with_escape(std::string_view pattern, std::string_view escape);
/// GREATEST, LEAST: of those that are not NULL; NULL when all are.
expr_ptr extreme(bool greatest, const expr_ptr* values, std::size_t count);
expr_ptr between(const expr_ptr& x, const expr_ptr& low, const expr_ptr& high, bool negated);
expr_ptr call(aggregate f, const expr_ptr& x);  ///< x empty for count_all
/// An aggregate over the rows that meet a condition: FILTER (WHERE ...). `aggregate_call` is a call
/// of an aggregate; bad_query otherwise.
expr_ptr filtered(const expr_ptr& aggregate_call, const expr_ptr& condition);
expr_ptr call(function f, const expr_ptr* arguments, std::size_t count);
/// An int64; seconds without their fraction.
expr_ptr extract(time_unit part, const expr_ptr& from);
/// The beginning of the unit, of the type of `x`.
expr_ptr truncate(time_unit to, const expr_ptr& x);
/// CASE: `cases` are condition, value, condition, value, ...; `otherwise` may be empty (NULL).
expr_ptr conditional(const expr_ptr* cases, std::size_t count, const expr_ptr& otherwise);
/// Conversions that lose nothing, and decimals rounded half away from zero (docs/types.md).
expr_ptr cast(const expr_ptr& x, column_type to, std::uint8_t precision, std::uint8_t scale);
/// IS DISTINCT FROM (negated: IS NOT DISTINCT FROM): never NULL.
expr_ptr distinct_from(const expr_ptr& a, const expr_ptr& b, bool negated);
/// Statements of one column; they may use columns of the statements around them.
expr_ptr in_query(const expr_ptr& x, const select_ptr& query, bool negated);
expr_ptr exists(const select_ptr& query, bool negated);
/// x > ANY (SELECT ...) or, with `all`, ALL; `comparison` is one of eq .. ge.
expr_ptr quantified(op comparison, const expr_ptr& x, const select_ptr& query, bool all);
expr_ptr scalar(const select_ptr& query);  ///< NULL when it has no row; an error when it has more

enum class join_kind : std::uint8_t { inner, left, right, full, cross };

struct ordering {
    expr_ptr by;
    bool descending = false;
    bool nulls_first =
        false;  ///< resolved by the façade: default is last ascending, first descending
};

/// The rows that an aggregate or a window function sees. Without bounds: from the first row of the
/// partition to the last peer of the current row, or all rows when there is no order.
struct frame {
    enum class unit : std::uint8_t { none, rows, range, groups };
    /// Of a bound: everything before (after), so many rows or groups before (after) or, with range,
    /// so far in the unit that the order key is kept in, the current row.
    enum class edge : std::uint8_t { unbounded, offset, current };
    unit what = unit::none;
    edge from = edge::unbounded;
    std::int64_t from_rows = 0;  ///< negative: before the current row
    edge to = edge::current;
    std::int64_t to_rows = 0;
    friend bool operator==(const frame&, const frame&) = default;
};

struct window_description {
    const expr_ptr* partition_by = nullptr;
    std::size_t partition_count = 0;
    const ordering* order_by = nullptr;
    std::size_t order_count = 0;
    frame rows;
};
/// `call` is an aggregate.
expr_ptr over(const expr_ptr& call, const window_description& w);
expr_ptr over(window_function f, const expr_ptr* arguments, std::size_t count,
              const window_description& w);

/// string_agg(x, separator ORDER BY ...): of the values that are not NULL; NULL when there is none.
/// Without an order they come in the order of their bytes.
expr_ptr string_agg(const expr_ptr& x, const expr_ptr& separator, bool distinct, const ordering* by,
                    std::size_t count);

/// percentile_cont, percentile_disc (both of `fraction`, 0 to 1) and mode of the values that are
/// not NULL, in ascending or descending order; NULL when there is none.
expr_ptr ordered_set(aggregate f, double fraction, const expr_ptr& x, bool descending);

/// SELECT of all columns of one table in mapping order (items == nullptr) or of expressions.
select_ptr make_select(const schema::table& from, const expr_ptr* items, std::size_t count);
select_ptr add_where(const select_ptr&, const expr_ptr&);  ///< ANDed to what is there
select_ptr add_join(const select_ptr&, join_kind, const schema::table& joined, std::uint8_t alias,
                    const expr_ptr& on);  ///< `on` is empty for cross

/// The rows of a statement as a table of another one. Its columns are the statement's, in their
/// order, called `columns` (as many; different). Immutable.
struct derived;
void retain(const derived*) noexcept;
void release(const derived*) noexcept;
using derived_ptr = shared<const derived>;
derived_ptr make_derived(std::string_view name, const select_ptr& query,
                         const std::string_view* columns);
/// The table that column_refs name.
const schema::table& table_of(const derived& d) noexcept;
/// make_derived() with the columns c0, c1, ...
derived_ptr make_derived(std::string_view name, const select_ptr& query);
/// The i-th column; it keeps the rows alive.
expr_ptr column_of(const derived_ptr& d, std::size_t i);
/// The column that the statement took from a table; bad_query when it took it not.
expr_ptr column_from(const derived_ptr& d, const column_ref& of);
select_ptr make_select(const derived_ptr& from, const expr_ptr* items, std::size_t count);
select_ptr add_join(const select_ptr&, join_kind, const derived_ptr& joined, const expr_ptr& on);

/// UNION [ALL], INTERSECT, EXCEPT of statements without ORDER BY, LIMIT and OFFSET: those go around
/// it, over a derived table. Columns of different number types meet in the wider one.
enum class set_operation : std::uint8_t { union_all, union_distinct, intersect, except };
select_ptr combine(const select_ptr& a, set_operation o, const select_ptr& b);
/// The same as a statement over the rows of both, which takes ORDER BY, LIMIT and further ones.
/// Each side may have its own.
select_ptr combine_rows(const select_ptr& a, set_operation o, const select_ptr& b);
/// The i-th item of the select list.
expr_ptr item_at(const select_ptr&, std::size_t i);
select_ptr add_group(const select_ptr&, const expr_ptr* by, std::size_t count);
select_ptr add_having(const select_ptr&, const expr_ptr&);
select_ptr add_order(const select_ptr&, const ordering* by, std::size_t count);
/// Throws bad_query when negative.
select_ptr set_limit(const select_ptr&, std::int64_t limit);
select_ptr set_offset(const select_ptr&, std::int64_t offset);
select_ptr set_distinct(const select_ptr&);
select_ptr set_lock(const select_ptr&, row_lock);

/// Changes of one table. Conditions and what columns are set to may hold subqueries.
change_ptr make_update(const schema::table& target);
change_ptr make_delete(const schema::table& target);
/// INSERT of rows that give these columns; the others take ids, defaults or NULL. Exactly one
/// source follows: add_row() or set_source().
change_ptr make_insert(const schema::table& target, const std::uint16_t* columns,
                       std::size_t count);
/// One value for each column; an empty pointer is DEFAULT.
change_ptr add_row(const change_ptr&, const expr_ptr* values);
/// INSERT ... SELECT: as many items as columns, of their types.
change_ptr set_source(const change_ptr&, const select_ptr& rows);
/// ON CONFLICT of these key columns DO NOTHING; add_set() and add_where() make it DO UPDATE.
change_ptr set_conflict(const change_ptr&, const std::uint16_t* key, std::size_t count);
change_ptr add_set(const change_ptr&, std::uint16_t column, const expr_ptr& to);
change_ptr add_where(const change_ptr&, const expr_ptr&);
/// Rows as they are after an INSERT or UPDATE, as they were before a DELETE.
change_ptr add_returning(const change_ptr&, const expr_ptr* items, std::size_t count);
/// In DO UPDATE: the value that was to be inserted. 255 is no number of an appearance otherwise.
inline constexpr std::uint8_t excluded_row = 255;

}  // namespace sql
}  // namespace shardwise
