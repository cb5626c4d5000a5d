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
#include "schema/interval.hpp"
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
    /// Cells of one column of VALUES.
    std::vector<sql::expr_ptr> alike(const std::vector<tree_node>& cells);
    /// The WindowDefs of WINDOW.
    void name_windows(const std::vector<tree_node>& windows) { windows_ = windows; }
    /// What GROUPING() means: all keys, and those of the grouping set that is read.
    void use_grouping(const std::vector<sql::expr_ptr>* all,
                      const std::vector<sql::expr_ptr>* set) {
        grouping_keys_ = all;
        grouping_set_ = set;
    }
    /// What a column is set to: a literal is read as the column's type.
    sql::expr_ptr value_for(const schema::column& target, const tree_node& wrapped);

private:
    /// An expression, or a literal whose type depends on what it meets.
    struct term {
        tree_node at;
        sql::expr_ptr expression;
        std::optional<literal> written;
        std::optional<schema::interval> span{};  ///< an interval; no expression
        bool is_duration = false;                ///< seconds between two instants
    };

    enum class meeting { compared, calculated };

    term parse(const tree_node& wrapped);
    term parse_node(const std::string& kind, const tree_node& n);

    term cast(const tree_node& n);
    sql::expr_ptr cast_to(const tree_node& n, const sql::expr_ptr& x);
    sql::expr_ptr parameter(const tree_node& n) const;
    sql::expr_ptr subquery(const tree_node& n);
    sql::expr_ptr truth_test(const tree_node& n);
    sql::expr_ptr case_of(const tree_node& n);
    sql::expr_ptr coalesce(const tree_node& n);
    sql::expr_ptr extreme_of(const tree_node& n);
    sql::expr_ptr null_if(const tree_node& n);
    sql::expr_ptr distinct_from(const tree_node& n, bool negated);
    sql::expr_ptr concat(const tree_node& n);
    sql::expr_ptr any_of(const tree_node& n, std::string_view op, bool all);
    sql::expr_ptr quantified(const tree_node& n, const sql::select_ptr& query, std::string_view op,
                             bool all);
    struct quantifier {
        sql::op meaning;
        bool all;
    };
    sql::expr_ptr quantified_group(const tree_node& n, const sql::select_ptr& rows, quantifier q,
                                   const term& left);
    sql::expr_ptr row_comparison(const tree_node& n, std::string_view op);
    sql::expr_ptr compared(const tree_node& n, sql::op o, const term& a, const term& b);
    sql::expr_ptr grouping(const tree_node& n);
    sql::expr_ptr json_operator(const tree_node& n, std::string_view op);
    sql::expr_ptr as_text(const tree_node& n, const sql::expr_ptr& x) const;
    sql::expr_ptr instant_of_clock(const tree_node& n) const;
    // time_parser.cpp
    std::optional<schema::interval> interval_of(const tree_node& cast) const;
    /// Empty: no arithmetic of dates.
    std::optional<term> time_arithmetic(const tree_node& n, std::string_view op, const term& a,
                                        const term& b);
    sql::expr_ptr add_interval(const tree_node& n, const sql::expr_ptr& to,
                               const schema::interval& span) const;
    sql::expr_ptr part_of_age(const tree_node& n, std::string_view unit, const tree_node& age);
    sql::expr_ptr time_function(const tree_node& n, const std::string& name);
    sql::expr_ptr part_of_seconds(const tree_node& n, std::string_view unit,
                                  const sql::expr_ptr& x) const;
    // number_parser.cpp
    sql::expr_ptr divide(const tree_node& n, const sql::expr_ptr& a, const sql::expr_ptr& b) const;
    /// With halves away from zero and the like; exact when the quotients in it are of exact
    /// numbers.
    sql::expr_ptr rounded(const tree_node& n, const sql::expr_ptr& x, std::int64_t digits,
                          sql::rounding how) const;
    sql::expr_ptr rounding_function(const tree_node& n, const std::string& name,
                                    const std::vector<sql::expr_ptr>& x) const;
    // text_parser.cpp
    /// Empty: no such function.
    sql::expr_ptr text_function(const tree_node& n, const std::string& name,
                                const std::vector<sql::expr_ptr>& x) const;
    sql::expr_ptr other_function(const tree_node& n, const std::string& name,
                                 const std::vector<sql::expr_ptr>& x) const;
    // window_parser.cpp
    struct window_parts;
    tree_node named_window(const tree_node& at, const std::string& name) const;
    void check_window_call(const tree_node& n, const std::string& name) const;
    window_parts window_of(const tree_node& over);
    window_parts window_of_definition(const tree_node& d);
    static bool is_aggregate(std::string_view name);
    std::vector<sql::ordering> order_of(const std::vector<tree_node>& list);
    std::int64_t frame_offset(const tree_node& at, const sql::frame& f,
                              const std::vector<sql::ordering>& order);
    sql::expr_ptr string_agg(const tree_node& n);
    sql::expr_ptr ordered_set(const tree_node& n, const std::string& name);
    sql::expr_ptr count_rows_of(const tree_node& n, const tree_node& row);
    // function_parser.cpp
    sql::expr_ptr aggregate(const tree_node& n, const std::string& name);
    sql::expr_ptr filtered(const tree_node& n, const sql::expr_ptr& x);
    sql::expr_ptr window(const tree_node& n, const std::string& name);
    sql::frame frame_of(const tree_node& over, const std::vector<sql::ordering>& order);
    sql::expr_ptr row_function(const tree_node& n, const std::string& name);
    term operation(const tree_node& n);
    term binary(const tree_node& n, sql::op o, std::string_view sign);
    sql::expr_ptr sign(const tree_node& n, std::string_view op);
    sql::expr_ptr like(const tree_node& n, std::string_view op);
    sql::expr_ptr between(const tree_node& n, bool negated);
    sql::expr_ptr in_list(const tree_node& n, std::string_view op);
    sql::expr_ptr one_of(const tree_node& n, std::span<const term> terms, bool negated);
    sql::expr_ptr equal_rows(const tree_node& n, const tree_node& a, const tree_node& b);
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
    std::vector<tree_node> windows_;
    const std::vector<sql::expr_ptr>* grouping_keys_ = nullptr;
    const std::vector<sql::expr_ptr>* grouping_set_ = nullptr;
    int depth_ = 0;
};

}  // namespace shardwise::parse
