// SPDX-License-Identifier: MIT
// The tables that a statement names, and what its column names mean. One statement, one thread.
#pragma once

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
        std::uint8_t number;  ///< column_ref::alias: 0 for the first appearance of a table
    };
    struct named_column {
        std::string name;
        sql::expr_ptr column;
    };

    table_scope(const statement_text& text, const table_lookup& tables)
        : text_(text), tables_(tables) {}

    /// Adds the table of a RangeVar; names that are already added hide nothing: they are refused.
    const appearance& add(const tree_node& range_var);

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

    const statement_text& text_;
    const table_lookup& tables_;
    std::vector<appearance> appearances_;
};

/// ColumnRef that ends in *.
bool is_star(const tree_node& ref);

}  // namespace shardwise::parse
