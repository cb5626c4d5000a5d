// SPDX-License-Identifier: MIT
#include "parse/select_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
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

sql::join_kind kind_of_join(const std::string& type) {
    if (type == "JOIN_LEFT") return sql::join_kind::left;
    if (type == "JOIN_RIGHT") return sql::join_kind::right;
    return type == "JOIN_FULL" ? sql::join_kind::full : sql::join_kind::inner;
}

bool is_plain_distinct(const tree_node& select) {
    const auto& clause = select.at("distinctClause");
    return clause.size() == 1 && clause.front().empty();
}

}  // namespace

sql::select_ptr select_parser::parse(const tree_node& select) {
    if (select.has("withClause")) with(select.child("withClause"));
    return select.text("op") == "SETOP_NONE" ? plain(select) : set_operation(select);
}

void select_parser::with(const tree_node& clause) {
    text_.only(clause, "WITH", {"ctes", "recursive", "location"});
    if (clause.flag("recursive")) text_.unsupported(clause, "WITH RECURSIVE");
    for (const tree_node& wrapped : clause.children("ctes")) {
        const tree_node cte = wrapped.inner();
        text_.only(cte, "WITH",
                   {"ctename", "aliascolnames", "ctematerialized", "ctequery", "location"});
        const tree_node query = cte.child("ctequery");
        if (query.kind() != "SelectStmt") text_.unsupported(cte, "a change in WITH");
        select_parser inner(text_, cte, scope_, expressions_.parameters());
        sql::select_ptr parsed = inner.parse(query.inner());
        std::vector<std::string> columns = inner.headings();
        const std::vector<std::string> given = cte.strings("aliascolnames");
        if (given.size() > columns.size())
            text_.wrong(cte, fmt::format("{} names for {} columns", given.size(), columns.size()));
        std::copy(given.begin(), given.end(), columns.begin());
        scope_.add_with(cte, cte.text("ctename"), std::move(parsed), std::move(columns));
    }
}

sql::derived_ptr select_parser::derived_of(const tree_node& subselect) {
    text_.only(subselect, "a subquery in FROM", {"subquery", "alias"});
    if (!subselect.has("alias")) text_.wrong(subselect, "a subquery in FROM needs an alias");
    const tree_node alias = subselect.child("alias");
    const tree_node query = subselect.child("subquery");
    select_parser inner(text_, query, scope_, expressions_.parameters());
    const sql::select_ptr parsed = inner.parse(query.inner());
    std::vector<std::string> names = inner.headings();
    const std::vector<std::string> given = alias.strings("colnames");
    if (given.size() > names.size())
        text_.wrong(subselect, fmt::format("{} names for {} columns", given.size(), names.size()));
    std::copy(given.begin(), given.end(), names.begin());
    const std::vector<std::string_view> columns(names.begin(), names.end());
    return text_.placed(subselect, [&] {
        return sql::make_derived(alias.text("aliasname"), parsed, columns.data());
    });
}

sql::select_ptr select_parser::all_of(const tree_node& at, const sql::derived_ptr& made) {
    const schema::table& t = sql::table_of(*made);
    std::vector<sql::expr_ptr> columns;
    for (std::size_t i = 0; i < t.columns.size(); ++i)
        columns.push_back(sql::column({&t, static_cast<std::uint16_t>(i), 0}));
    return text_.placed(at, [&] { return sql::make_select(made, columns.data(), columns.size()); });
}

sql::select_ptr select_parser::part(const tree_node& select, sql::set_operation o, bool first) {
    select_parser inner(text_, select, scope_, expressions_.parameters());
    sql::select_ptr s = inner.parse(select);
    if (first) headings_ = inner.headings();
    const bool chained = std::any_of(s->branches.begin(), s->branches.end(),
                                     [&](const auto& b) { return b.operation != o; });
    const bool alone = s->order_by.empty() && !s->limit && s->offset == 0;
    if (alone && (s->branches.empty() || (first && !chained))) return s;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < s->items.size(); ++i) names.push_back(fmt::format("c{}", i + 1));
    const std::vector<std::string_view> columns(names.begin(), names.end());
    return all_of(select, sql::make_derived("sw_part", s, columns.data()));
}

sql::select_ptr select_parser::set_operation(const tree_node& select) {
    text_.only(select, "UNION, INTERSECT or EXCEPT",
               {"op", "all", "larg", "rarg", "sortClause", "limitOffset", "limitCount",
                "limitOption", "withClause"});
    const std::string op = select.text("op");
    const bool all = select.flag("all");
    if (all && op != "SETOP_UNION")
        text_.unsupported(select, "INTERSECT ALL and EXCEPT ALL", "the engines do not share them");
    const sql::set_operation o = op == "SETOP_INTERSECT" ? sql::set_operation::intersect
                                 : op == "SETOP_EXCEPT"  ? sql::set_operation::except
                                 : all                   ? sql::set_operation::union_all
                                                         : sql::set_operation::union_distinct;
    const sql::select_ptr a = part(select.child("larg"), o, true);
    const sql::select_ptr b = part(select.child("rarg"), o, false);
    sql::select_ptr s = text_.placed(select, [&] { return sql::combine(a, o, b); });
    if (!select.has("sortClause") && !select.has("limitCount") && !select.has("limitOffset")) {
        text_.placed(select, [&] { sql::check_grouping(*s); });
        return with_names(s);
    }
    const std::vector<std::string_view> columns(headings_.begin(), headings_.end());
    const sql::derived_ptr whole =
        text_.placed(select, [&] { return sql::make_derived("sw_rows", s, columns.data()); });
    scope_.add(select, whole);
    s = all_of(select, whole);
    for (const sql::select_item& i : s->items) items_.push_back(i.expression);
    s = limited(ordered(std::move(s), select), select);
    text_.placed(select, [&] { sql::check_grouping(*s); });
    return with_names(s);
}

sql::select_ptr select_parser::plain(const tree_node& select) {
    text_.only(
        select, "SELECT",
        {"distinctClause", "targetList", "fromClause", "whereClause", "groupClause", "havingClause",
         "sortClause", "limitOffset", "limitCount", "limitOption", "op", "withClause"});
    from(select);
    items(select);
    sql::select_ptr s = text_.placed(select, [&] {
        return first_->made ? sql::make_select(first_->made, items_.data(), items_.size())
                            : sql::make_select(*first_->table, items_.data(), items_.size());
    });
    if (first_->number != 0) {
        const shared<sql::select> renamed = sql::clone(*s);
        renamed->from.alias = first_->number;
        s = sql::freeze(renamed);
    }
    for (const joined_table& j : joins_)
        s = text_.placed(j.at, [&] {
            return j.table.made ? sql::add_join(s, j.kind, j.table.made, j.on)
                                : sql::add_join(s, j.kind, *j.table.table, j.table.number, j.on);
        });
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
    return with_names(s);
}

void select_parser::from(const tree_node& select) {
    const std::vector<tree_node> tables = select.children("fromClause");
    if (tables.empty()) text_.unsupported(select, "SELECT without FROM", "name a table");
    for (const tree_node& t : tables) {
        if (!first_) {
            first_ = joins_of(t);
            continue;
        }
        // FROM a, b: every row of a with every row of b. What b is joined with follows.
        const std::size_t before = joins_.size();
        const table_scope::appearance table = joins_of(t);
        joins_.insert(joins_.begin() + static_cast<std::ptrdiff_t>(before),
                      {t, sql::join_kind::cross, table, {}});
    }
}

table_scope::appearance select_parser::table_of(const tree_node& wrapped) {
    if (wrapped.kind() == "JoinExpr")
        text_.unsupported(wrapped, "a join in parentheses on the right side",
                          "write the joins one after the other");
    if (wrapped.kind() == "RangeSubselect") {
        const sql::derived_ptr made = derived_of(wrapped.inner());
        return scope_.add(wrapped, made);
    }
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
        text_.only(join, "JOIN", {"jointype", "larg", "rarg", "quals", "usingClause", "rtindex"});
        if (join.has("usingClause")) text_.unsupported(right, "JOIN with USING", "write ON");
        const table_scope::appearance table = table_of(right);
        if (!join.has("quals")) {
            joins_.push_back({right, sql::join_kind::cross, table, {}});
            continue;
        }
        joins_.push_back({right, kind_of_join(join.text("jointype")), table,
                          expressions_.expression(join.child("quals"))});
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
