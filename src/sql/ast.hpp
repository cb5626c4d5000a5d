// SPDX-License-Identifier: MIT
// The nodes behind include/shardwise/sql/ast.hpp. Immutable after building; counted atomically.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schema/table.hpp"
#include "shardwise/sql/ast.hpp"

namespace shardwise::sql {

/// How many pointers share a node. A copy of a node is another one: its count begins anew.
class reference_count {
public:
    reference_count() = default;
    reference_count(const reference_count&) noexcept {}
    reference_count& operator=(const reference_count&) = delete;

    void add() const noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    /// True: that was the last one.
    bool drop() const noexcept { return count_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
    std::uint32_t load() const noexcept { return count_.load(); }

private:
    mutable std::atomic<std::uint32_t> count_{1};
};

/// The result type of an expression, computed when the node is built.
struct sql_type {
    column_type type = column_type::int64;
    std::uint8_t precision = 0;  ///< decimals
    std::uint8_t scale = 0;      ///< decimals
    bool nullable = false;
};

enum class expr_kind : std::uint8_t {
    column,
    constant,
    unary,
    binary,
    in_list,
    is_null,
    like,
    between,
    aggregate,
    function,
    extract,
    truncate,
    conditional,
    cast,
    distinct_from,
    in_query,
    exists,
    scalar_query,
    window,
};

/// OVER (...). The operands of the expression are the arguments, then what it is partitioned by,
/// then what it is ordered by.
struct window_spec {
    bool of_aggregate = false;  ///< expr::function; else `function`
    window_function function = window_function::row_number;
    std::size_t arguments = 0;
    std::size_t partitions = 0;
    struct direction {
        bool descending = false;
        bool nulls_first = false;
        friend bool operator==(const direction&, const direction&) = default;
    };
    std::vector<direction> order;
    frame rows;
    friend bool operator==(const window_spec&, const window_spec&) = default;
};

struct expr {
    expr_kind kind = expr_kind::constant;
    op operation = op::eq;                                ///< unary, binary
    sql::aggregate function = sql::aggregate::count_all;  ///< aggregate
    sql::function callee = sql::function::lower;          ///< function
    time_unit unit = time_unit::year;                     ///< extract, truncate
    bool negated = false;                       ///< NOT IN, IS NOT NULL, NOT LIKE, NOT BETWEEN, ...
    bool has_otherwise = false;                 ///< conditional: the last operand is the ELSE
    column_ref ref;                             ///< column
    derived_ptr made;                           ///< column: keeps the table of `ref` alive
    value literal;                              ///< constant
    std::vector<value> list;                    ///< in_list
    std::vector<expr_ptr> operands;             ///< in the order of the builder's parameters
    select_ptr query;                           ///< in_query, exists, scalar_query
    std::shared_ptr<const window_spec> window;  ///< window; string_join: its order
    sql_type type;
    std::uint16_t depth = 1;     ///< levels of nesting, at most deepest_expression
    bool has_aggregate = false;  ///< an aggregate of the statement's groups stands somewhere in it
    bool has_window = false;
    bool has_query = false;  ///< a statement stands somewhere in it
    bool has_local = false;  ///< something that is computed in the client only stands in it
    reference_count references;

    bool is_null_literal() const noexcept {
        return kind == expr_kind::constant && literal.is_null();
    }
};

/// Deeper expressions are refused with bad_query: SQLite parses at most 1000 levels, and destroying
/// or compiling an expression must not exhaust the stack.
inline constexpr std::uint16_t deepest_expression = 500;

/// Longest IN list; longer ones are refused with bad_query. DO NOT raise above SQLite's 32766
/// parameters.
inline constexpr std::size_t longest_in_list = 30000;

/// Not every engine has it, or not alike: computed in the client (plan/rules/compute_locally).
bool is_local(const expr& e) noexcept;

/// Stands in FROM of a statement that reads no table: one row, and no database has it.
const schema::table& no_table();

/// Equal structure, columns and constants: the same value for each row.
bool same_expression(const expr& a, const expr& b);

struct table_ref {
    const schema::table* table = nullptr;
    std::uint8_t alias = 0;
    friend bool operator==(const table_ref&, const table_ref&) = default;
};

struct join {
    join_kind kind = join_kind::inner;
    table_ref joined;
    expr_ptr on;  ///< empty for cross
};

struct derived {
    schema::table table;  ///< its name and columns
    select_ptr query;
    reference_count references;
};

/// Further parts of a UNION, INTERSECT or EXCEPT. All parts of one statement have the same
/// operation, as many columns and the same types.
struct set_branch {
    set_operation operation = set_operation::union_all;
    select_ptr query;  ///< without branches, ORDER BY, LIMIT and OFFSET
};

struct select_item {
    expr_ptr expression;
    std::string name;  ///< heading; empty: derived by the reader
};

struct select {
    table_ref from;
    std::vector<join> joins;
    std::vector<derived_ptr> derived_tables;  ///< those that `from` and `joins` name
    std::vector<select_item> items;           ///< never empty
    expr_ptr where;                           ///< may be empty
    std::vector<expr_ptr> group_by;
    expr_ptr having;
    std::vector<ordering> order_by;
    std::optional<std::int64_t> limit;
    std::int64_t offset = 0;
    bool distinct = false;
    row_lock lock = row_lock::none;
    std::vector<set_branch> branches;
    /// WITH RECURSIVE: the branches name this table, which is the rows of the last round.
    std::shared_ptr<const schema::table> recursive;
    reference_count references;

    /// nullptr: `t` is a table of the database.
    const derived* find_derived(const schema::table* t) const noexcept;
};

/// What an INSERT adds: rows of VALUES, or those of a SELECT.
struct insertion {
    std::vector<schema::column_index> columns;
    std::vector<std::vector<expr_ptr>> rows;  ///< as wide as `columns`; an empty pointer: DEFAULT
    select_ptr source;
    /// ON CONFLICT (key); the change's assignments and WHERE are those of DO UPDATE.
    bool has_conflict = false;
    std::vector<schema::column_index> conflict_key;
};

struct change {
    enum class verb : std::uint8_t { update, erase, insert };
    verb what = verb::update;
    const schema::table* target = nullptr;
    struct assignment {
        schema::column_index column;
        expr_ptr to;
    };
    std::vector<assignment> assignments;
    expr_ptr where;
    std::vector<select_item> returning;
    std::optional<insertion> inserted;  ///< insert only
    reference_count references;
};

/// WITH RECURSIVE: `start`, then `step` over the rows of the last round, which it calls `self`.
select_ptr make_recursive(const select_ptr& start, std::shared_ptr<const schema::table> self,
                          set_operation o, const select_ptr& step);

/// For the planner's rewrites: a mutable copy to be changed and wrapped again by freeze().
shared<select> clone(const select& s);
/// From here on the copy must not be changed.
select_ptr freeze(const shared<select>& s) noexcept;

}  // namespace shardwise::sql
