// SPDX-License-Identifier: MIT
// The tables that a statement names, and what its column names mean. One statement, one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "parse/statement_parser.hpp"
#include "parse/statement_text.hpp"
#include "sql/ast.hpp"

namespace shardwise::parse {

class table_scope {
public:
    struct appearance {
        std::string name;  ///< the alias, or the table's own name
        const schema::table* table;
        std::uint8_t number;    ///< column_ref::alias: 0 for the first appearance of a table
        sql::derived_ptr made;  ///< a derived table
    };
    struct named_column {
        std::string name;
        sql::expr_ptr column;
    };

    table_scope(const statement_text& text, const table_lookup& tables)
        : text_(text), tables_(tables) {}
    /// Of a statement inside another one; `around` outlives it. Throws bad_query when statements
    /// are nested too deeply.
    table_scope(const tree_node& at, const table_scope& around);

    /// Adds the table, or the WITH statement, of a RangeVar; names that are already added hide
    /// nothing: they are refused.
    const appearance& add(const tree_node& range_var);
    /// Adds a derived table.
    const appearance& add(const tree_node& at, const sql::derived_ptr& made);
    /// Makes a WITH statement known under its name.
    void add_with(const tree_node& at, std::string name, sql::select_ptr query,
                  std::vector<std::string> columns);

    /// What a ColumnRef means. Throws unknown_table, unknown_column, bad_query when ambiguous.
    sql::expr_ptr column(const tree_node& ref) const;
    /// The columns of * or t.*, without the library's own.
    std::vector<named_column> all_columns(const tree_node& ref) const;
    /// Some table has a column of this name.
    bool knows(const std::string& column) const;

private:
    const appearance& qualified(const tree_node& ref, const std::string& name) const;
    [[noreturn]] void unknown(const tree_node& ref, const std::string& column,
                              const appearance* in) const;
    /// One or two names; refuses more.
    std::vector<std::string> names_of(const tree_node& ref) const;
    /// Empty: not in this statement.
    sql::expr_ptr own_column(const tree_node& ref, const std::vector<std::string>& names) const;
    void check_name(const tree_node& at, const std::string& name) const;
    std::uint8_t number_of(const tree_node& at, const schema::table& t) const;

    struct with_statement {
        std::string name;
        sql::select_ptr query;
        std::vector<std::string> columns;
    };
    const with_statement* find_with(std::string_view name) const;

    const statement_text& text_;
    const table_lookup& tables_;
    const table_scope* around_ = nullptr;
    int depth_ = 0;
    std::vector<appearance> appearances_;
    std::vector<with_statement> with_;
    /// How often each table stands in the whole statement; of the outermost scope.
    mutable std::map<const schema::table*, std::size_t> counts_;
};

/// ColumnRef that ends in *.
bool is_star(const tree_node& ref);

}  // namespace shardwise::parse
