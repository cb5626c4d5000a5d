// SPDX-License-Identifier: MIT
// SELECT: one function for each clause. One statement, one thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "parse/expression_parser.hpp"
#include "parse/statement_parser.hpp"
#include "parse/statement_text.hpp"
#include "parse/table_scope.hpp"

namespace shardwise::parse {

class select_parser {
public:
    select_parser(const statement_text& text, const table_lookup& tables,
                  std::span<const value> parameters)
        : text_(text), scope_(text, tables), expressions_(text, scope_, parameters) {}
    /// Of a statement inside the one whose tables are `around`.
    select_parser(const statement_text& text, const tree_node& at, const table_scope& around,
                  std::span<const value> parameters)
        : text_(text), scope_(at, around), expressions_(text, scope_, parameters) {}

    /// Of a SelectStmt node. Once.
    sql::select_ptr parse(const tree_node& select);
    /// One for each column.
    const std::vector<std::string>& headings() const noexcept { return headings_; }

private:
    struct joined_table {
        tree_node at;
        sql::join_kind kind;
        table_scope::appearance table;
        sql::expr_ptr on;
    };
    using expressions = std::vector<sql::expr_ptr>;

    // from_parser.cpp
    void with(const tree_node& clause);
    bool recursive(const tree_node& cte);
    void from(const tree_node& select);
    table_scope::appearance table_of(const tree_node& wrapped);
    /// The tables of a tree that leans to the left; returns the first of them.
    table_scope::appearance joins_of(const tree_node& wrapped);
    void join(const tree_node& at, const tree_node& join, const table_scope::appearance& table);
    table_scope::appearance joined_aside(const tree_node& wrapped);
    table_scope::appearance derived_of(const tree_node& subselect);
    table_scope::appearance series_of(const tree_node& function);
    sql::select_ptr from_items(const expressions& items) const;

    sql::select_ptr plain(const tree_node& select);
    sql::select_ptr values(const tree_node& select);
    sql::select_ptr rows_of(const tree_node& at, const std::vector<expressions>& rows) const;
    sql::select_ptr set_operation(const tree_node& select);
    /// A part of a UNION and the like: without ORDER BY, LIMIT and other set operations.
    sql::select_ptr part(const tree_node& select, sql::set_operation o, bool first);
    /// Each row with its number among its equals, for INTERSECT ALL and EXCEPT ALL.
    sql::select_ptr numbered(const tree_node& at, const sql::select_ptr& s) const;
    sql::derived_ptr derived(const tree_node& at, std::string_view name, const sql::select_ptr& s,
                             std::size_t names = 0) const;
    /// The first columns of a derived table; 0: all of them.
    sql::select_ptr all_of(const tree_node& at, const sql::derived_ptr& made,
                           std::size_t count = 0) const;
    /// ORDER BY, LIMIT and OFFSET around a statement that has none of its own.
    sql::select_ptr finished(const tree_node& select, sql::select_ptr s);

    // grouping_parser.cpp
    /// What the grouping sets have in common.
    struct grouping_output {
        expressions first;          ///< what the first set computes
        std::vector<bool> differs;  ///< another set computes something else there
        std::vector<sql::ordering> order;
        std::vector<std::vector<bool>> is_item;  ///< [order key][item]: equal in all sets
    };
    sql::select_ptr with_grouping_sets(const tree_node& select);
    std::vector<expressions> grouping_sets(const tree_node& select);
    expressions note_set(grouping_output& out) const;
    sql::select_ptr rows_of_set(const tree_node& select, const expressions& columns,
                                const sql::expr_ptr& where, const expressions& all,
                                const expressions& set);
    sql::select_ptr over_grouping_sets(const tree_node& select, const sql::select_ptr& rows,
                                       const grouping_output& out);
    sql::select_ptr distinct_on(const tree_node& select, sql::select_ptr s);
    sql::select_ptr with_ties(const tree_node& select, sql::select_ptr s);
    /// The rows of `s` whose `number` (an expression over a window) is at most `most`, in order.
    sql::select_ptr up_to(const tree_node& select, const sql::select_ptr& s,
                          const std::vector<sql::ordering>& order, const sql::expr_ptr& number,
                          std::int64_t most);
    std::vector<expressions> sets_of(const tree_node& element);
    expressions keys_of(const tree_node& element);
    sql::expr_ptr group_key(const tree_node& key);
    sql::select_ptr grouped(sql::select_ptr s, const tree_node& select);
    sql::select_ptr with_dependent_columns(const sql::select_ptr& s) const;

    void items(const tree_node& select);
    void item(const tree_node& target);
    sql::select_ptr with_names(const sql::select_ptr& s) const;

    /// Constants order nothing: they are left out unless the caller needs all of them.
    std::vector<sql::ordering> orderings(const tree_node& select, bool constants = false);
    sql::select_ptr ordered(sql::select_ptr s, const tree_node& select);
    sql::select_ptr limited(sql::select_ptr s, const tree_node& select);
    std::optional<std::int64_t> row_count(const tree_node& wrapped, std::string_view clause);

    /// A position (1 is the first item); empty: `wrapped` is no constant.
    sql::expr_ptr by_position(const tree_node& wrapped, std::string_view clause) const;
    /// The item of this name; empty when there is none.
    sql::expr_ptr by_name(const tree_node& wrapped, std::string_view clause) const;

    const statement_text& text_;
    table_scope scope_;
    expression_parser expressions_;
    std::optional<table_scope::appearance> first_;
    std::vector<joined_table> joins_;
    expressions items_;
    std::vector<std::string> headings_;
};

/// PostgreSQL's name of an item without an alias.
std::string heading_of(const tree_node& value);

}  // namespace shardwise::parse
