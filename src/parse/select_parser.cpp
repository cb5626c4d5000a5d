// SPDX-License-Identifier: MIT
#include "parse/select_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sql/group_check.hpp"

namespace shardwise::parse {

std::string heading_of(const tree_node& value) {
    if (value.kind() == "ColumnRef") return value.inner().strings("fields").back();
    if (value.kind() == "FuncCall") return value.inner().strings("funcname").back();
    if (value.kind() == "CaseExpr") {
        const bool named = value.inner().has("defresult");
        const std::string name = named ? heading_of(value.inner().child("defresult")) : "?column?";
        return name == "?column?" ? "case" : name;
    }
    if (value.kind() == "TypeCast") {
        const std::string name = heading_of(value.inner().child("arg"));
        if (name != "?column?") return name;
        return value.inner().child("typeName").strings("names").back();
    }
    if (value.kind() == "CoalesceExpr") return "coalesce";
    if (value.kind() == "MinMaxExpr")
        return value.inner().text("op") == "IS_LEAST" ? "least" : "greatest";
    if (value.kind() == "GroupingFunc") return "grouping";
    if (value.kind() == "A_Expr" && value.inner().text("kind") == "AEXPR_NULLIF") return "nullif";
    if (value.kind() == "SQLValueFunction")
        return value.inner().text("op") == "SVFOP_CURRENT_DATE"              ? "current_date"
               : value.inner().text("op").find("LOCAL") != std::string::npos ? "localtimestamp"
                                                                             : "current_timestamp";
    if (value.kind() != "SubLink") return "?column?";
    const std::string type = value.inner().text("subLinkType");
    if (type == "EXISTS_SUBLINK") return "exists";
    const tree_node inner = value.inner().child("subselect").inner();
    if (type != "EXPR_SUBLINK" || !inner.has("targetList")) return "?column?";
    const tree_node target = inner.children("targetList").front().inner();
    return target.has("name") ? target.text("name") : heading_of(target.child("val"));
}

namespace {

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

bool has_grouping_sets(const tree_node& select) {
    const std::vector<tree_node> keys = select.children("groupClause");
    return std::any_of(keys.begin(), keys.end(),
                       [](const tree_node& k) { return k.kind() == "GroupingSet"; });
}

bool is_bag_operation(const tree_node& select) {
    return select.flag("all") && select.text("op") != "SETOP_UNION";
}

}  // namespace

sql::select_ptr select_parser::parse(const tree_node& select) {
    if (select.has("withClause")) with(select.child("withClause"));
    if (select.text("op") != "SETOP_NONE") return set_operation(select);
    return select.has("valuesLists") ? values(select) : plain(select);
}

sql::derived_ptr select_parser::derived(const tree_node& at, std::string_view name,
                                        const sql::select_ptr& s, std::size_t names) const {
    std::vector<std::string> given = different(headings_);
    given.resize(names);
    while (given.size() < s->items.size()) given.push_back(fmt::format("sw_c{}", given.size() + 1));
    const std::vector<std::string_view> columns(given.begin(), given.end());
    return text_.placed(at, [&] { return sql::make_derived(name, s, columns.data()); });
}

sql::select_ptr select_parser::all_of(const tree_node& at, const sql::derived_ptr& made,
                                      std::size_t count) const {
    const schema::table& t = sql::table_of(*made);
    expressions columns;
    for (std::size_t i = 0; i < (count == 0 ? t.columns.size() : count); ++i)
        columns.push_back(sql::column({&t, static_cast<std::uint16_t>(i), 0}));
    return text_.placed(at, [&] { return sql::make_select(made, columns.data(), columns.size()); });
}

sql::select_ptr select_parser::part(const tree_node& select, sql::set_operation o, bool first) {
    select_parser inner(text_, select, scope_, expressions_.parameters());
    sql::select_ptr s = inner.parse(select);
    if (first) headings_ = inner.headings();
    const bool chained = std::any_of(s->branches.begin(), s->branches.end(),
                                     [&](const auto& b) { return b.operation != o; });
    const bool alone = s->order_by.empty() && !s->limit && s->offset == 0 && !s->recursive;
    if (alone && (s->branches.empty() || (first && !chained))) return s;
    return all_of(select, derived(select, "sw_part", s));
}

/// The n-th of equal rows is the same on both sides: what INTERSECT and EXCEPT compare then are the
/// single rows.
sql::select_ptr select_parser::numbered(const tree_node& at, const sql::select_ptr& s) const {
    const sql::select_ptr rows = all_of(at, derived(at, "sw_part", s));
    expressions columns;
    for (const sql::select_item& i : rows->items) columns.push_back(i.expression);
    sql::window_description equal;
    equal.partition_by = columns.data();
    equal.partition_count = columns.size();
    const shared<sql::select> more = sql::clone(*rows);
    more->items.push_back(
        {text_.placed(
             at, [&] { return sql::over(sql::window_function::row_number, nullptr, 0, equal); }),
         {}});
    return sql::freeze(more);
}

sql::select_ptr select_parser::set_operation(const tree_node& select) {
    text_.only(select, "UNION, INTERSECT or EXCEPT",
               {"op", "all", "larg", "rarg", "sortClause", "limitOffset", "limitCount",
                "limitOption", "withClause"});
    const std::string op = select.text("op");
    const sql::set_operation o = op == "SETOP_INTERSECT" ? sql::set_operation::intersect
                                 : op == "SETOP_EXCEPT"  ? sql::set_operation::except
                                 : select.flag("all")    ? sql::set_operation::union_all
                                                         : sql::set_operation::union_distinct;
    const tree_node left = select.child("larg");
    sql::select_ptr a = part(left, o, true);
    sql::select_ptr b = part(select.child("rarg"), o, false);
    if (is_bag_operation(select)) {
        if (a->items.size() != b->items.size())
            text_.wrong(select, fmt::format("the parts of a set operation have {} and {} columns",
                                            a->items.size(), b->items.size()));
        a = numbered(select, a);
        b = numbered(select, b);
        const sql::select_ptr both = text_.placed(select, [&] { return sql::combine(a, o, b); });
        return finished(select,
                        all_of(select, derived(select, "sw_part", both), both->items.size() - 1));
    }
    // a INTERSECT ALL b INTERSECT c: the left part is not of this kind.
    if (left.text("op") == op && is_bag_operation(left))
        a = all_of(select, derived(select, "sw_part", a));
    return finished(select, text_.placed(select, [&] { return sql::combine(a, o, b); }));
}

sql::select_ptr select_parser::finished(const tree_node& select, sql::select_ptr s) {
    if (select.has("sortClause") || select.has("limitCount") || select.has("limitOffset")) {
        const sql::derived_ptr whole = derived(select, "sw_rows", s, headings_.size());
        items_.clear();
        scope_.add(select, whole, headings_);
        s = all_of(select, whole);
        for (const sql::select_item& i : s->items) items_.push_back(i.expression);
        s = limited(ordered(std::move(s), select), select);
    }
    text_.placed(select, [&] { sql::check_grouping(*s); });
    return with_names(s);
}

sql::select_ptr select_parser::plain(const tree_node& select) {
    text_.only(select, "SELECT",
               {"distinctClause", "targetList", "fromClause", "whereClause", "groupClause",
                "havingClause", "sortClause", "limitOffset", "limitCount", "limitOption", "op",
                "withClause", "windowClause"});
    from(select);
    expressions_.name_windows(select.children("windowClause"));
    const bool distinct_on_keys = select.has("distinctClause") && !is_plain_distinct(select);
    if (has_grouping_sets(select)) {
        if (distinct_on_keys)
            text_.unsupported(select, "DISTINCT ON beside grouping sets",
                              "put the groups into a subquery in FROM");
        return with_grouping_sets(select);
    }
    items(select);
    sql::select_ptr s = text_.placed(select, [&] { return from_items(items_); });
    if (select.has("whereClause")) {
        const tree_node where = select.child("whereClause");
        const sql::expr_ptr condition = expressions_.expression(where);
        s = text_.placed(where, [&] { return sql::add_where(s, condition); });
    }
    s = grouped(std::move(s), select);
    if (distinct_on_keys) return distinct_on(select, std::move(s));
    if (select.text("limitOption") == "LIMIT_OPTION_WITH_TIES")
        return with_ties(select, std::move(s));
    s = limited(ordered(std::move(s), select), select);
    if (select.has("distinctClause")) s = sql::set_distinct(s);
    s = with_dependent_columns(s);
    text_.placed(select, [&] { sql::check_grouping(*s); });
    return with_names(s);
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

std::vector<sql::ordering> select_parser::orderings(const tree_node& select, bool constants) {
    std::vector<sql::ordering> all;
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
        if (constants || by.by->kind != sql::expr_kind::constant) all.push_back(std::move(by));
    }
    return all;
}

sql::select_ptr select_parser::ordered(sql::select_ptr s, const tree_node& select) {
    const std::vector<sql::ordering> by = orderings(select);
    if (by.empty()) return s;
    return text_.placed(select.children("sortClause").front(),
                        [&] { return sql::add_order(s, by.data(), by.size()); });
}

std::optional<std::int64_t> select_parser::row_count(const tree_node& wrapped,
                                                     std::string_view clause) {
    const sql::expr_ptr e = expressions_.expression(wrapped);
    if (e->kind != sql::expr_kind::constant)
        text_.unsupported(wrapped, fmt::format("{} with an expression", clause),
                          "write the number of rows, or a parameter");
    if (e->is_null_literal()) return std::nullopt;  // LIMIT ALL
    if (e->literal.view().kind() == kind::integer) return e->literal.view().integer();
    text_.wrong(wrapped, fmt::format("{} needs a whole number of rows", clause));
}

sql::select_ptr select_parser::limited(sql::select_ptr s, const tree_node& select) {
    if (select.text("limitOption") == "LIMIT_OPTION_WITH_TIES")
        text_.unsupported(select.child("limitCount"), "WITH TIES of this statement",
                          "put the statement into a subquery in FROM");
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
