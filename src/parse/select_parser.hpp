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

    void with(const tree_node& select);
    sql::select_ptr plain(const tree_node& select);
    sql::select_ptr set_operation(const tree_node& select);
    /// A part of a UNION and the like: without ORDER BY, LIMIT and other set operations.
    sql::select_ptr part(const tree_node& select, sql::set_operation o, bool first);
    sql::select_ptr all_of(const tree_node& at, const sql::derived_ptr& made);
    sql::derived_ptr derived_of(const tree_node& subselect);

    void from(const tree_node& select);
    table_scope::appearance table_of(const tree_node& wrapped);
    /// The tables of a tree that leans to the left; returns the first of them.
    table_scope::appearance joins_of(const tree_node& wrapped);

    void items(const tree_node& select);
    void item(const tree_node& target);
    sql::select_ptr with_names(const sql::select_ptr& s) const;

    sql::select_ptr grouped(sql::select_ptr s, const tree_node& select);
    sql::select_ptr ordered(sql::select_ptr s, const tree_node& select);
    sql::select_ptr limited(sql::select_ptr s, const tree_node& select) const;
    std::optional<std::int64_t> row_count(const tree_node& wrapped, std::string_view clause) const;

    /// A position (1 is the first item); empty: `wrapped` is no constant.
    sql::expr_ptr by_position(const tree_node& wrapped, std::string_view clause) const;
    /// The item of this name; empty when there is none.
    sql::expr_ptr by_name(const tree_node& wrapped, std::string_view clause) const;

    const statement_text& text_;
    table_scope scope_;
    expression_parser expressions_;
    std::optional<table_scope::appearance> first_;
    std::vector<joined_table> joins_;
    std::vector<sql::expr_ptr> items_;
    std::vector<std::string> headings_;
};

}  // namespace shardwise::parse
