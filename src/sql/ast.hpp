// SPDX-License-Identifier: MIT
// The nodes behind include/shardwise/sql/ast.hpp. Immutable after building; counted atomically.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/table.hpp"
#include "shardwise/sql/ast.hpp"

namespace shardwise::sql {

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
};

struct expr {
    expr_kind kind = expr_kind::constant;
    op operation = op::eq;                      ///< unary, binary
    aggregate function = aggregate::count_all;  ///< aggregate
    bool negated = false;                       ///< NOT IN, IS NOT NULL, NOT LIKE, NOT BETWEEN
    column_ref ref;                             ///< column
    value literal;                              ///< constant
    std::vector<value> list;                    ///< in_list
    std::vector<expr_ptr> operands;             ///< in the order of the builder's parameters
    sql_type type;
    std::uint16_t depth = 1;     ///< levels of nesting, at most deepest_expression
    bool has_aggregate = false;  ///< an aggregate stands somewhere in it
    mutable std::atomic<std::uint32_t> references{1};

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
    expr_ptr on;
};

struct select_item {
    expr_ptr expression;
    std::string name;  ///< heading; empty: derived by the reader
};

struct select {
    table_ref from;
    std::vector<join> joins;
    std::vector<select_item> items;  ///< never empty
    expr_ptr where;                  ///< may be empty
    std::vector<expr_ptr> group_by;
    expr_ptr having;
    std::vector<ordering> order_by;
    std::optional<std::int64_t> limit;
    std::int64_t offset = 0;
    bool distinct = false;
    mutable std::atomic<std::uint32_t> references{1};

    select() = default;
    select(const select& other);  ///< the copy has one reference of its own
};

struct change {
    enum class verb : std::uint8_t { update, erase };
    verb what = verb::update;
    const schema::table* target = nullptr;
    struct assignment {
        schema::column_index column;
        expr_ptr to;
    };
    std::vector<assignment> assignments;
    expr_ptr where;
    mutable std::atomic<std::uint32_t> references{1};

    change() = default;
    change(const change& other);
};

/// For the planner's rewrites: a mutable copy to be changed and wrapped again by freeze().
shared<select> clone(const select& s);
/// From here on the copy must not be changed.
select_ptr freeze(const shared<select>& s) noexcept;

}  // namespace shardwise::sql
