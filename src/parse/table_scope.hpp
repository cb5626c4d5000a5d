// SPDX-License-Identifier: MIT
// The tables that a statement names, and what its column names mean. One statement, one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parse/statement_parser.hpp"
#include "parse/statement_text.hpp"
#include "sql/ast.hpp"

namespace shardwise::parse {

class table_scope {
public:
    struct named_column {
        std::string name;
        sql::expr_ptr column;
        bool hidden = false;  ///< the library's own: not part of *
    };
    using columns = std::vector<named_column>;
    struct appearance {
        std::string name;  ///< the alias, or the table's own name
        const schema::table* table;
        std::uint8_t number;    ///< column_ref::alias: 0 for the first appearance of a table
        sql::derived_ptr made;  ///< a derived table
        columns visible;        ///< as the statement calls them
    };

    table_scope(const statement_text& text, const table_lookup& tables)
        : text_(text), tables_(tables) {}
    /// Of a statement inside another one; `around` outlives it. Throws bad_query when statements
    /// are nested too deeply.
    table_scope(const tree_node& at, const table_scope& around);

    /// Adds the table, or the WITH statement, of a RangeVar; names that are already added hide
    /// nothing: they are refused.
    const appearance& add(const tree_node& range_var);
    /// Adds a derived table whose columns the statement calls `names`.
    const appearance& add(const tree_node& at, const sql::derived_ptr& made,
                          const std::vector<std::string>& names);
    /// The row of ON CONFLICT that was to be inserted into `t`.
    void add_excluded(const schema::table& t);
    /// Adds names for columns of a derived table that has been added by add_hidden().
    void add_name(const tree_node& at, std::string name, columns visible);
    /// A derived table that no name stands for; its columns come by `output`.
    appearance add_hidden(const tree_node& at, const sql::derived_ptr& made, columns output);

    struct with_statement {
        std::string name;
        sql::select_ptr query;
        std::vector<std::string> columns;
        /// The rows so far of the recursive statement that is being read; then `query` is empty.
        std::shared_ptr<const schema::table> self;
        mutable std::size_t uses = 0;
    };
    /// Makes a WITH statement known under its name.
    void add_with(const tree_node& at, with_statement w);
    const with_statement* find_with(std::string_view name) const;

    /// The last two things in FROM, joined: their columns stand side by side.
    void join();
    /// The same with columns made one; what must be equal.
    sql::expr_ptr join_using(const tree_node& at, sql::join_kind kind,
                             const std::vector<std::string>& names);
    /// The names that both of the last two things have.
    std::vector<std::string> common_names() const;
    const std::vector<appearance>& appearances() const noexcept { return appearances_; }
    const columns& last_output() const { return outputs_.back(); }

    /// What a ColumnRef means. Throws unknown_table, unknown_column, bad_query when ambiguous.
    sql::expr_ptr column(const tree_node& ref) const;
    /// The columns of * or t.*, without the library's own.
    columns all_columns(const tree_node& ref) const;
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
    std::string way_out_of(const std::string& column) const;
    void check_name(const tree_node& at, const std::string& name) const;
    std::uint8_t number_of(const tree_node& at, const schema::table& t) const;

    const appearance& add_made(const tree_node& at, appearance made);
    const appearance& add_with_rows(const tree_node& range_var, const with_statement& w,
                                    std::string visible);

    const statement_text& text_;
    const table_lookup& tables_;
    const table_scope* around_ = nullptr;
    int depth_ = 0;
    std::vector<appearance> appearances_;
    /// What each thing in FROM gives, from left to right.
    std::vector<columns> outputs_;
    std::vector<with_statement> with_;
    /// How often each table stands in the whole statement; of the outermost scope.
    mutable std::map<const schema::table*, std::size_t> counts_;
};

/// The names, those that came before with a number behind them: a table's columns must differ.
std::vector<std::string> different(const std::vector<std::string>& names);

/// ColumnRef that ends in *.
bool is_star(const tree_node& ref);

}  // namespace shardwise::parse
