// SPDX-License-Identifier: MIT
#include "parse/select_parser.hpp"

#include <fmt/format.h>

#include <utility>

#include "sql/group_check.hpp"

namespace shardwise::parse {

namespace {

/// PostgreSQL's name of an item without an alias.
std::string heading_of(const tree_node& value) {
    if (value.kind() == "ColumnRef") return value.inner().strings("fields").back();
    if (value.kind() == "FuncCall") return value.inner().strings("funcname").back();
    return "?column?";
}

/// The name when `wrapped` is a column without a table before it.
std::optional<std::string> plain_name(const tree_node& wrapped) {
    if (wrapped.kind() != "ColumnRef") return std::nullopt;
    std::vector<std::string> names = wrapped.inner().strings("fields");
    if (names.size() != 1 || is_star(wrapped.inner())) return std::nullopt;
    return std::move(names.front());
}

bool is_plain_distinct(const tree_node& select) {
    const auto& clause = select.at("distinctClause");
    return clause.size() == 1 && clause.front().empty();
}

}  // namespace

statement select_parser::parse(const tree_node& select) {
    if (select.text("op") != "SETOP_NONE")
        text_.unsupported(select, "UNION, INTERSECT or EXCEPT", "send the statements one by one");
    text_.only(select, "SELECT",
               {"distinctClause", "targetList", "fromClause", "whereClause", "groupClause",
                "havingClause", "sortClause", "limitOffset", "limitCount", "limitOption", "op"});
    from(select);
    items(select);
    sql::select_ptr s = text_.placed(
        select, [&] { return sql::make_select(*first_->table, items_.data(), items_.size()); });
    for (const joined_table& j : joins_)
        s = text_.placed(
            j.at, [&] { return sql::add_join(s, j.kind, *j.table.table, j.table.number, j.on); });
    if (select.has("whereClause")) {
        const tree_node where = select.child("whereClause");
        const sql::expr_ptr condition = expressions_.expression(where);
        s = text_.placed(where, [&] { return sql::add_where(s, condition); });
    }
    s = limited(ordered(grouped(std::move(s), select), select), select);
    if (select.has("distinctClause")) {
        if (!is_plain_distinct(select))
            text_.unsupported(select.children("distinctClause").front(), "DISTINCT ON",
                              "use GROUP BY with min or max");
        s = sql::set_distinct(s);
    }
    text_.placed(select, [&] { sql::check_grouping(*s); });
    return {with_names(s), std::move(headings_)};
}

void select_parser::from(const tree_node& select) {
    const std::vector<tree_node> tables = select.children("fromClause");
    if (tables.empty()) text_.unsupported(select, "SELECT without FROM", "name a table");
    if (tables.size() > 1)
        text_.unsupported(tables[1], "a list of tables in FROM", "write JOIN ... ON");
    first_ = joins_of(tables.front());
}

table_scope::appearance select_parser::table_of(const tree_node& wrapped) {
    if (wrapped.kind() == "JoinExpr")
        text_.unsupported(wrapped, "a join in parentheses on the right side",
                          "write the joins one after the other");
    if (wrapped.kind() != "RangeVar") text_.unsupported_kind(wrapped, wrapped.kind());
    return scope_.add(wrapped.inner());
}

table_scope::appearance select_parser::joins_of(const tree_node& wrapped) {
    // A chain of joins, not a tree: walked without recursion, since a statement may have many.
    std::vector<tree_node> chain;
    tree_node left = wrapped;
    for (; left.kind() == "JoinExpr"; left = left.inner().child("larg")) chain.push_back(left);
    const table_scope::appearance first = table_of(left);
    for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
        const tree_node join = link->inner();
        const tree_node right = join.child("rarg");
        const std::string type = join.text("jointype");
        text_.only(join, "JOIN", {"jointype", "larg", "rarg", "quals", "usingClause", "rtindex"});
        if (join.has("usingClause")) text_.unsupported(right, "JOIN with USING", "write ON");
        if (type != "JOIN_INNER" && type != "JOIN_LEFT")
            text_.unsupported(right, type == "JOIN_RIGHT" ? "RIGHT JOIN" : "FULL JOIN",
                              "use LEFT JOIN");
        if (!join.has("quals")) text_.unsupported(right, "CROSS JOIN", "write JOIN ... ON");
        const table_scope::appearance table = table_of(right);
        joins_.push_back({right, type == "JOIN_LEFT" ? sql::join_kind::left : sql::join_kind::inner,
                          table, expressions_.expression(join.child("quals"))});
    }
    return first;
}

void select_parser::items(const tree_node& select) {
    for (const tree_node& target : select.children("targetList")) item(target.inner());
    if (items_.empty()) text_.wrong(select, "a SELECT without columns");
}

void select_parser::item(const tree_node& target) {
    text_.only(target, "a column of SELECT", {"name", "val", "location"});
    const tree_node value = target.child("val");
    if (value.kind() == "ColumnRef" && is_star(value.inner())) {
        for (table_scope::named_column& c : scope_.all_columns(value.inner())) {
            items_.push_back(std::move(c.column));
            headings_.push_back(std::move(c.name));
        }
        return;
    }
    items_.push_back(expressions_.expression(value));
    headings_.push_back(target.has("name") ? target.text("name") : heading_of(value));
}

sql::select_ptr select_parser::with_names(const sql::select_ptr& s) const {
    const shared<sql::select> named = sql::clone(*s);
    for (std::size_t i = 0; i < headings_.size(); ++i) named->items[i].name = headings_[i];
    return sql::freeze(named);
}

sql::expr_ptr select_parser::by_position(const tree_node& wrapped, std::string_view clause) const {
    if (wrapped.kind() != "A_Const") return {};
    const literal l = literal_of(text_, wrapped.inner());
    if (l.what != literal::form::integer)
        text_.wrong(wrapped, fmt::format("a constant in {} says nothing: name a column", clause));
    for (std::size_t i = 0; i < items_.size(); ++i)
        if (l.text == std::to_string(i + 1)) return items_[i];
    text_.wrong(wrapped, fmt::format("{} {} is no position of the {} selected columns", clause,
                                     l.text, items_.size()));
}

sql::expr_ptr select_parser::by_name(const tree_node& wrapped, std::string_view clause) const {
    const std::optional<std::string> name = plain_name(wrapped);
    sql::expr_ptr found;
    for (std::size_t i = 0; name && i < items_.size(); ++i) {
        if (headings_[i] != *name) continue;
        if (found && !sql::same_expression(*found, *items_[i]))
            text_.wrong(wrapped, fmt::format("{} \"{}\" is ambiguous: several selected columns are "
                                             "called so",
                                             clause, *name));
        found = items_[i];
    }
    return found;
}

sql::select_ptr select_parser::grouped(sql::select_ptr s, const tree_node& select) {
    for (const tree_node& key : select.children("groupClause")) {
        sql::expr_ptr by = by_position(key, "GROUP BY");
        // A column of the tables comes before a name of the output: PostgreSQL's rule.
        const std::optional<std::string> name = plain_name(key);
        if (!by && name && !scope_.knows(*name)) by = by_name(key, "GROUP BY");
        if (!by) by = expressions_.expression(key);
        s = text_.placed(key, [&] { return sql::add_group(s, &by, 1); });
    }
    if (!select.has("havingClause")) return s;
    const tree_node having = select.child("havingClause");
    const sql::expr_ptr condition = expressions_.expression(having);
    return text_.placed(having, [&] { return sql::add_having(s, condition); });
}

sql::select_ptr select_parser::ordered(sql::select_ptr s, const tree_node& select) {
    for (const tree_node& wrapped : select.children("sortClause")) {
        const tree_node term = wrapped.inner();
        text_.only(term, "ORDER BY", {"node", "sortby_dir", "sortby_nulls", "location"});
        const tree_node key = term.child("node");
        sql::ordering by;
        by.by = by_position(key, "ORDER BY");
        if (!by.by) by.by = by_name(key, "ORDER BY");
        if (!by.by) by.by = expressions_.expression(key);
        by.descending = term.text("sortby_dir") == "SORTBY_DESC";
        const std::string nulls = term.text("sortby_nulls");
        by.nulls_first =
            nulls == "SORTBY_NULLS_DEFAULT" ? by.descending : nulls == "SORTBY_NULLS_FIRST";
        s = text_.placed(key, [&] { return sql::add_order(s, &by, 1); });
    }
    return s;
}

std::optional<std::int64_t> select_parser::row_count(const tree_node& wrapped,
                                                     std::string_view clause) const {
    if (wrapped.kind() != "A_Const")
        text_.unsupported(wrapped, fmt::format("{} with an expression", clause),
                          "write the number of rows");
    const literal l = literal_of(text_, wrapped.inner());
    if (l.what == literal::form::null) return std::nullopt;  // LIMIT ALL
    if (l.what == literal::form::integer) {
        const value v = value_of(text_, wrapped, l, nullptr);
        if (v.kind() == kind::integer) return v.view().integer();
    }
    text_.wrong(wrapped, fmt::format("{} needs a whole number of rows", clause));
}

sql::select_ptr select_parser::limited(sql::select_ptr s, const tree_node& select) const {
    if (select.text("limitOption") == "LIMIT_OPTION_WITH_TIES")
        text_.unsupported(select.child("limitCount"), "WITH TIES");
    if (select.has("limitCount")) {
        const tree_node at = select.child("limitCount");
        if (const auto rows = row_count(at, "LIMIT"))
            s = text_.placed(at, [&] { return sql::set_limit(s, *rows); });
    }
    if (select.has("limitOffset")) {
        const tree_node at = select.child("limitOffset");
        if (const auto rows = row_count(at, "OFFSET"))
            s = text_.placed(at, [&] { return sql::set_offset(s, *rows); });
    }
    return s;
}

}  // namespace shardwise::parse
