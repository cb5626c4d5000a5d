// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "parse/change_parser.hpp"
#include "parse/select_parser.hpp"
#include "sql/typing.hpp"

namespace shardwise::parse {
namespace {

class insert_parser {
public:
    insert_parser(const statement_text& text, const table_lookup& tables,
                  std::span<const value> parameters)
        : text_(text), tables_(tables), parameters_(parameters) {}

    statement parse(const tree_node& insert) {
        text_.only(
            insert, "INSERT",
            {"relation", "cols", "selectStmt", "onConflictClause", "returningList", "override"});
        if (insert.text("override") != "OVERRIDING_NOT_SET" && insert.has("override"))
            text_.unsupported(insert, "OVERRIDING");
        table_scope scope(text_, tables_);
        table_ = scope.add(insert.child("relation")).table;
        if (!insert.has("selectStmt"))
            text_.unsupported(insert, "DEFAULT VALUES", "write VALUES (DEFAULT, ...)");
        sql::change_ptr c = rows(insert, insert.child("selectStmt").inner());
        if (insert.has("onConflictClause")) c = conflict(insert, c);
        expression_parser expressions(text_, scope, parameters_);
        return with_returning(insert, text_, scope, expressions, c);
    }

private:
    /// The named columns; without names the first `width` of the table.
    sql::change_ptr target(const tree_node& insert, std::size_t width) {
        std::vector<schema::column_index> columns;
        for (const tree_node& wrapped : insert.children("cols")) {
            const tree_node column = wrapped.inner();
            text_.only(column, "a column of INSERT", {"name", "location"});
            columns.push_back(named_column(text_, column, *table_, column.text("name")));
        }
        const bool named = !columns.empty();
        for (std::size_t i = 0; !named && i < table_->columns.size(); ++i)
            if (table_->columns[i].generated != schema::generation::bucket)
                columns.push_back(static_cast<schema::column_index>(i));
        if (width > columns.size() || (named && width != columns.size()))
            text_.wrong(insert, fmt::format("an INSERT of {} columns into {} of table \"{}\"",
                                            width, columns.size(), table_->name));
        columns.resize(width);
        return text_.placed(
            insert, [&] { return sql::make_insert(*table_, columns.data(), columns.size()); });
    }

    sql::change_ptr rows(const tree_node& insert, const tree_node& select) {
        const std::vector<tree_node> lists = select.children("valuesLists");
        return lists.empty() ? selected(insert, select) : listed(insert, select, lists);
    }

    sql::change_ptr listed(const tree_node& insert, const tree_node& select,
                           const std::vector<tree_node>& lists) {
        text_.only(select, "VALUES", {"valuesLists", "limitOption", "op"});
        const std::size_t width = lists.front().inner().children("items").size();
        const table_scope nothing(text_, tables_);
        expression_parser expressions(text_, nothing, parameters_);
        const sql::change_ptr c = target(insert, width);
        // Rows are added in place: a copy for each of thousands of rows would be their square.
        auto* const filled = new sql::change(*c);
        sql::change_ptr owner{filled};
        for (const tree_node& list : lists) {
            const std::vector<tree_node> items = list.inner().children("items");
            if (items.size() != width)
                text_.wrong(
                    items.empty() ? list : items.front(),
                    fmt::format("a row of {} values beside one of {}", items.size(), width));
            filled->inserted->rows.push_back(row(*c, items, expressions));
        }
        return owner;
    }

    std::vector<sql::expr_ptr> row(const sql::change& c, const std::vector<tree_node>& items,
                                   expression_parser& expressions) {
        std::vector<sql::expr_ptr> values;
        for (const tree_node& item : items) {
            if (item.kind() == "SetToDefault") {
                values.emplace_back();
                continue;
            }
            const schema::column& column = table_->columns[c.inserted->columns[values.size()]];
            const sql::expr_ptr x = expressions.value_for(column, item);
            // The checks of one row; where it stands is known here only.
            text_.placed(item, [&] {
                const std::uint16_t only[] = {c.inserted->columns[values.size()]};
                return sql::add_row(sql::make_insert(*table_, only, 1), &x);
            });
            values.push_back(x);
        }
        return values;
    }

    sql::change_ptr selected(const tree_node& insert, const tree_node& select) {
        select_parser source(text_, tables_, parameters_);
        sql::select_ptr query = source.parse(select);
        const sql::change_ptr c = target(insert, query->items.size());
        query = with_literals_read(*c, query, select);
        const std::vector<tree_node> items = select.children("targetList");
        return text_.placed(items.empty() ? select : items.front().inner(),
                            [&] { return sql::set_source(c, query); });
    }

    /// SELECT 'text' into a column of dates is a date.
    sql::select_ptr with_literals_read(const sql::change& c, const sql::select_ptr& query,
                                       const tree_node& at) const {
        if (!query->branches.empty()) return query;
        const shared<sql::select> read = sql::clone(*query);
        for (std::size_t i = 0; i < read->items.size(); ++i) {
            const schema::column& column = table_->columns[c.inserted->columns[i]];
            const sql::expr_ptr e = read->items[i].expression;
            if (e->kind != sql::expr_kind::constant || e->literal.kind() != kind::text ||
                column.type == column_type::text)
                continue;
            read->items[i].expression = text_.placed(at, [&] {
                const int scale = column.type == column_type::decimal ? column.scale : -1;
                return sql::constant(
                    parse_value(e->literal.view().text(), column.type, scale).view());
            });
        }
        return sql::freeze(read);
    }

    sql::change_ptr conflict(const tree_node& insert, sql::change_ptr c) {
        const tree_node clause = insert.child("onConflictClause");
        text_.only(clause, "ON CONFLICT",
                   {"action", "infer", "targetList", "whereClause", "location"});
        if (!clause.has("infer"))
            text_.unsupported(clause, "ON CONFLICT without columns", "name the columns of the key");
        c = with_key(clause.child("infer"), c);
        if (clause.text("action") == "ONCONFLICT_NOTHING") return c;
        table_scope scope(text_, tables_);
        scope.add(insert.child("relation"));
        scope.add_excluded(*table_);
        expression_parser expressions(text_, scope, parameters_);
        for (const tree_node& wrapped : clause.children("targetList")) {
            const tree_node assignment = wrapped.inner();
            text_.only(assignment, "SET", {"name", "val", "location"});
            const schema::column_index column =
                named_column(text_, assignment, *table_, assignment.text("name"));
            const sql::expr_ptr to =
                expressions.value_for(table_->columns[column], assignment.child("val"));
            c = text_.placed(assignment, [&] { return sql::add_set(c, column, to); });
        }
        if (!clause.has("whereClause")) return c;
        const tree_node where = clause.child("whereClause");
        const sql::expr_ptr condition = expressions.expression(where);
        return text_.placed(where, [&] { return sql::add_where(c, condition); });
    }

    sql::change_ptr with_key(const tree_node& infer, const sql::change_ptr& c) {
        text_.only(infer, "ON CONFLICT", {"indexElems", "location"});
        std::vector<schema::column_index> key;
        for (const tree_node& wrapped : infer.children("indexElems")) {
            const tree_node element = wrapped.inner();
            text_.only(element, "a column of ON CONFLICT",
                       {"name", "ordering", "nulls_ordering", "location"});
            if (!element.has("name"))
                text_.unsupported(infer, "ON CONFLICT of an expression", "name columns of a key");
            key.push_back(named_column(text_, infer, *table_, element.text("name")));
        }
        return text_.placed(infer, [&] { return sql::set_conflict(c, key.data(), key.size()); });
    }

    const statement_text& text_;
    const table_lookup& tables_;
    std::span<const value> parameters_;
    const schema::table* table_ = nullptr;
};

}  // namespace

statement parse_insert(const statement_text& text, const tree_node& insert,
                       const table_lookup& tables, std::span<const value> parameters) {
    return insert_parser(text, tables, parameters).parse(insert);
}

}  // namespace shardwise::parse
