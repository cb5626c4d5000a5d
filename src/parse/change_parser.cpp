// SPDX-License-Identifier: MIT
#include "parse/change_parser.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/suggestion.hpp"
#include "parse/expression_parser.hpp"
#include "parse/table_scope.hpp"

namespace shardwise::parse {

namespace {

schema::column_index assigned_column(const statement_text& text, const tree_node& assignment,
                                     const schema::table& t) {
    const std::string name = assignment.text("name");
    if (const auto index = t.find_column(name)) return *index;
    std::vector<std::string_view> known;
    for (const schema::column& c : t.columns) known.push_back(c.name);
    text.fail(assignment, error_code::unknown_column,
              fmt::format("table \"{}\" has no column \"{}\"{}", t.name, name,
                          did_you_mean(name, known)));
}

sql::change_ptr filtered(const statement_text& text, const tree_node& change,
                         expression_parser& expressions, const sql::change_ptr& c) {
    if (!change.has("whereClause")) return c;
    const tree_node where = change.child("whereClause");
    const sql::expr_ptr condition = expressions.expression(where);
    return text.placed(where, [&] { return sql::add_where(c, condition); });
}

}  // namespace

statement parse_update(const statement_text& text, const tree_node& update,
                       const table_lookup& tables, std::span<const value> parameters) {
    text.only(update, "UPDATE", {"relation", "targetList", "whereClause"});
    table_scope scope(text, tables);
    const schema::table& t = *scope.add(update.child("relation")).table;
    expression_parser expressions(text, scope, parameters);
    sql::change_ptr c = sql::make_update(t);
    for (const tree_node& wrapped : update.children("targetList")) {
        const tree_node assignment = wrapped.inner();
        text.only(assignment, "SET", {"name", "val", "location"});
        const schema::column_index column = assigned_column(text, assignment, t);
        const sql::expr_ptr to = expressions.value_for(t.columns[column], assignment.child("val"));
        c = text.placed(assignment, [&] { return sql::add_set(c, column, to); });
    }
    return {filtered(text, update, expressions, c), {}};
}

statement parse_delete(const statement_text& text, const tree_node& erase,
                       const table_lookup& tables, std::span<const value> parameters) {
    text.only(erase, "DELETE", {"relation", "whereClause"});
    table_scope scope(text, tables);
    const schema::table& t = *scope.add(erase.child("relation")).table;
    expression_parser expressions(text, scope, parameters);
    return {filtered(text, erase, expressions, sql::make_delete(t)), {}};
}

}  // namespace shardwise::parse
