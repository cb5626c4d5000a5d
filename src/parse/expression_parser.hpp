// SPDX-License-Identifier: MIT
// Expressions of statements: one function for each kind of node. Errors have the node's place. One
// statement, one thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parse/statement_literal.hpp"
#include "parse/statement_text.hpp"
#include "parse/table_scope.hpp"
#include "sql/ast.hpp"

namespace shardwise::parse {

class expression_parser {
public:
    expression_parser(const statement_text& text, const table_scope& scope,
                      std::span<const value> parameters)
        : text_(text), scope_(scope), parameters_(parameters) {}

    std::span<const value> parameters() const noexcept { return parameters_; }

    /// An expression by itself: literals have their own types.
    sql::expr_ptr expression(const tree_node& wrapped);
    /// What a column is set to: a literal is read as the column's type.
    sql::expr_ptr value_for(const schema::column& target, const tree_node& wrapped);

private:
    /// An expression, or a literal whose type depends on what it meets.
    struct term {
        tree_node at;
        sql::expr_ptr expression;
        std::optional<literal> written;
    };

    enum class meeting { compared, calculated };

    term parse(const tree_node& wrapped);
    term parse_node(const std::string& kind, const tree_node& n);

    sql::expr_ptr cast(const tree_node& n);
    sql::expr_ptr parameter(const tree_node& n) const;
    sql::expr_ptr subquery(const tree_node& n);
    sql::expr_ptr truth_test(const tree_node& n);
    sql::expr_ptr case_of(const tree_node& n);
    sql::expr_ptr coalesce(const tree_node& n);
    sql::expr_ptr extreme_of(const tree_node& n);
    sql::expr_ptr null_if(const tree_node& n);
    sql::expr_ptr distinct_from(const tree_node& n, bool negated);
    sql::expr_ptr concat(const tree_node& n);
    // function_parser.cpp
    sql::expr_ptr aggregate(const tree_node& n, const std::string& name);
    sql::expr_ptr filtered(const tree_node& n, const sql::expr_ptr& x);
    sql::expr_ptr window(const tree_node& n, const std::string& name);
    sql::frame frame_of(const tree_node& over);
    sql::expr_ptr row_function(const tree_node& n, const std::string& name);
    sql::expr_ptr time_function(const tree_node& n, const std::string& name);
    sql::expr_ptr operation(const tree_node& n);
    sql::expr_ptr binary(const tree_node& n, sql::op o);
    sql::expr_ptr sign(const tree_node& n, std::string_view op);
    sql::expr_ptr like(const tree_node& n, std::string_view op);
    sql::expr_ptr between(const tree_node& n, bool negated);
    sql::expr_ptr in_list(const tree_node& n, std::string_view op);
    sql::expr_ptr any_equal(const tree_node& n, std::span<const sql::expr_ptr> terms);
    sql::expr_ptr logic(const tree_node& n);
    sql::expr_ptr null_test(const tree_node& n);
    sql::expr_ptr function(const tree_node& n);
    sql::expr_ptr count(const tree_node& n, bool distinct);
    std::vector<sql::expr_ptr> arguments_of(const tree_node& n);
    std::vector<term> terms_of(const std::vector<tree_node>& list);

    sql::expr_ptr settle(const term& t, const sql::sql_type* beside) const;
    /// Settles all of them: literals take the type of the first that has one.
    std::vector<sql::expr_ptr> settle_together(std::span<const term> terms, meeting how) const;
    /// All of them joined by AND or OR as a balanced tree: long chains stay shallow.
    sql::expr_ptr joined(const tree_node& at, sql::op o,
                         std::span<const sql::expr_ptr> terms) const;

    const statement_text& text_;
    const table_scope& scope_;
    std::span<const value> parameters_;
    int depth_ = 0;
};

}  // namespace shardwise::parse
