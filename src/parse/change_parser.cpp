// SPDX-License-Identifier: MIT
#include "parse/change_parser.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/suggestion.hpp"
#include "parse/select_parser.hpp"

namespace shardwise::parse {

namespace {

sql::change_ptr filtered(const statement_text& text, const tree_node& change,
                         expression_parser& expressions, const sql::change_ptr& c) {
    if (!change.has("whereClause")) return c;
    const tree_node where = change.child("whereClause");
    const sql::expr_ptr condition = expressions.expression(where);
    return text.placed(where, [&] { return sql::add_where(c, condition); });
}

}  // namespace

schema::column_index named_column(const statement_text& text, const tree_node& at,
                                  const schema::table& t, const std::string& name) {
    if (const auto index = t.find_column(name)) return *index;
    std::vector<std::string_view> known;
    for (const schema::column& c : t.columns) known.push_back(c.name);
    text.fail(at, error_code::unknown_column,
              fmt::format("table \"{}\" has no column \"{}\"{}", t.name, name,
                          did_you_mean(name, known)));
}

statement with_returning(const tree_node& change, const statement_text& text,
                         const table_scope& scope, expression_parser& expressions,
                         const sql::change_ptr& c) {
    statement out{c, {}};
    std::vector<sql::expr_ptr> items;
    for (const tree_node& wrapped : change.children("returningList")) {
        const tree_node target = wrapped.inner();
        text.only(target, "a column of RETURNING", {"name", "val", "location"});
        const tree_node value = target.child("val");
        if (value.kind() == "ColumnRef" && is_star(value.inner())) {
            for (table_scope::named_column& column : scope.all_columns(value.inner())) {
                items.push_back(std::move(column.column));
                out.headings.push_back(std::move(column.name));
            }
            continue;
        }
        items.push_back(expressions.expression(value));
        out.headings.push_back(target.has("name") ? target.text("name") : heading_of(value));
    }
    if (items.empty()) return out;
    out.parsed = text.placed(change.children("returningList").front(),
                             [&] { return sql::add_returning(c, items.data(), items.size()); });
    return out;
}

statement parse_update(const statement_text& text, const tree_node& update,
                       const table_lookup& tables, std::span<const value> parameters) {
    text.only(update, "UPDATE", {"relation", "targetList", "whereClause", "returningList"});
    table_scope scope(text, tables);
    const schema::table& t = *scope.add(update.child("relation")).table;
    expression_parser expressions(text, scope, parameters);
    sql::change_ptr c = sql::make_update(t);
    for (const tree_node& wrapped : update.children("targetList")) {
        const tree_node assignment = wrapped.inner();
        text.only(assignment, "SET", {"name", "val", "location"});
        const schema::column_index column =
            named_column(text, assignment, t, assignment.text("name"));
        const sql::expr_ptr to = expressions.value_for(t.columns[column], assignment.child("val"));
        c = text.placed(assignment, [&] { return sql::add_set(c, column, to); });
    }
    return with_returning(update, text, scope, expressions, filtered(text, update, expressions, c));
}

statement parse_delete(const statement_text& text, const tree_node& erase,
                       const table_lookup& tables, std::span<const value> parameters) {
    text.only(erase, "DELETE", {"relation", "whereClause", "returningList"});
    table_scope scope(text, tables);
    const schema::table& t = *scope.add(erase.child("relation")).table;
    expression_parser expressions(text, scope, parameters);
    return with_returning(erase, text, scope, expressions,
                          filtered(text, erase, expressions, sql::make_delete(t)));
}

}  // namespace shardwise::parse
