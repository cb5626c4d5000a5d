// SPDX-License-Identifier: MIT
// The rest of select_parser: GROUP BY, GROUPING SETS, DISTINCT ON.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parse/select_parser.hpp"
#include "sql/group_check.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::parse {

namespace {

constexpr std::size_t most_grouping_sets = 64;

bool contains(const std::vector<sql::expr_ptr>& list, const sql::expr_ptr& e) {
    return std::any_of(list.begin(), list.end(),
                       [&](const sql::expr_ptr& x) { return sql::same_expression(*x, *e); });
}

/// No row is no group, and all rows are one: what GROUP BY of a constant means.
sql::expr_ptr some_row() {
    return sql::binary(sql::op::gt, sql::call(sql::aggregate::count_all, {}),
                       sql::constant(arg{std::int64_t{0}}));
}

/// What is computed before windows are.
void collect_without_windows(const sql::expr_ptr& e, std::vector<sql::expr_ptr>& out) {
    if (!e->has_window) return out.push_back(e);
    for (const sql::expr_ptr& x : e->operands) collect_without_windows(x, out);
}

/// Keys that are not in this grouping set are NULL.
sql::expr_ptr within_set(const sql::expr_ptr& e, const std::vector<sql::expr_ptr>& all,
                         const std::vector<sql::expr_ptr>& set) {
    return sql::rewrite(e, [&](const sql::expr_ptr& x) -> sql::expr_ptr {
        if (x->kind == sql::expr_kind::aggregate || contains(set, x)) return x;
        if (!contains(all, x)) return {};
        return sql::cast(sql::constant(arg{}), x->type.type, x->type.precision, x->type.scale);
    });
}

}  // namespace

sql::expr_ptr select_parser::group_key(const tree_node& key) {
    sql::expr_ptr by = by_position(key, "GROUP BY");
    // A column of the tables comes before a name of the output: PostgreSQL's rule.
    const bool plain = key.kind() == "ColumnRef" && !is_star(key.inner()) &&
                       key.inner().strings("fields").size() == 1;
    if (!by && plain && !scope_.knows(key.inner().strings("fields").front()))
        by = by_name(key, "GROUP BY");
    return by ? by : expressions_.expression(key);
}

sql::select_ptr select_parser::grouped(sql::select_ptr s, const tree_node& select) {
    bool constant = false;
    for (const tree_node& key : select.children("groupClause")) {
        const sql::expr_ptr by = group_key(key);
        if (by->kind == sql::expr_kind::constant) {
            constant = true;
            continue;
        }
        s = text_.placed(key, [&] { return sql::add_group(s, &by, 1); });
    }
    if (constant && s->group_by.empty()) s = sql::add_having(s, some_row());
    if (!select.has("havingClause")) return s;
    const tree_node having = select.child("havingClause");
    const sql::expr_ptr condition = expressions_.expression(having);
    return text_.placed(having, [&] { return sql::add_having(s, condition); });
}

/// A table whose primary key is grouped has one row in each group: its other columns are grouped as
/// well, as in PostgreSQL.
sql::select_ptr select_parser::with_dependent_columns(const sql::select_ptr& s) const {
    if (s->group_by.empty()) return s;
    const auto is_key_grouped = [&](const table_scope::appearance& a) {
        if (a.made || a.table == nullptr || a.table->primary_key.empty()) return false;
        return std::all_of(a.table->primary_key.begin(), a.table->primary_key.end(),
                           [&](schema::column_index c) {
                               return contains(s->group_by, sql::column({a.table, c, a.number}));
                           });
    };
    const shared<sql::select> more = sql::clone(*s);
    const auto take = [&](const sql::expr_ptr& e, const table_scope::appearance& a) {
        sql::rewrite(e, [&](const sql::expr_ptr& x) -> sql::expr_ptr {
            if (x->kind == sql::expr_kind::aggregate || contains(more->group_by, x)) return x;
            if (x->kind == sql::expr_kind::column && x->ref.table == a.table &&
                x->ref.alias == a.number && x->type.type != column_type::json)
                more->group_by.push_back(x);
            return {};
        });
    };
    for (const table_scope::appearance& a : scope_.appearances()) {
        if (!is_key_grouped(a)) continue;
        for (const sql::select_item& i : s->items) take(i.expression, a);
        take(s->having, a);
        for (const sql::ordering& o : s->order_by) take(o.by, a);
    }
    return sql::freeze(more);
}

// ------------------------------------------------------------ DISTINCT ON

/// The first row of each group of equal keys, in the order of ORDER BY.
sql::select_ptr select_parser::distinct_on(const tree_node& select, sql::select_ptr s) {
    expressions keys;
    for (const tree_node& key : select.children("distinctClause")) {
        sql::expr_ptr by = by_position(key, "DISTINCT ON");
        if (!by) by = by_name(key, "DISTINCT ON");
        keys.push_back(by ? by : expressions_.expression(key));
    }
    const std::vector<sql::ordering> order = orderings(select);
    for (std::size_t i = 0; i < std::min(order.size(), keys.size()); ++i)
        if (!contains(keys, order[i].by))
            text_.wrong(select.children("sortClause")[i],
                        "ORDER BY has to begin with the expressions of DISTINCT ON");
    const sql::window_description groups{keys.data(), keys.size(), order.data(), order.size(), {}};
    s = up_to(select, s, order,
              text_.placed(
                  select,
                  [&] { return sql::over(sql::window_function::row_number, nullptr, 0, groups); }),
              1);
    return with_names(limited(std::move(s), select));
}

sql::select_ptr select_parser::up_to(const tree_node& select, const sql::select_ptr& s,
                                     const std::vector<sql::ordering>& order,
                                     const sql::expr_ptr& number, std::int64_t most) {
    const shared<sql::select> numbered = sql::clone(*s);
    for (const sql::ordering& o : order) numbered->items.push_back({o.by, {}});
    numbered->items.push_back({number, {}});
    const sql::select_ptr rows = with_dependent_columns(sql::freeze(numbered));
    text_.placed(select, [&] { sql::check_grouping(*rows); });
    const sql::derived_ptr made = derived(select, "sw_rows", rows, headings_.size());
    const auto column = [&](std::size_t i) {
        return sql::column({&sql::table_of(*made), static_cast<std::uint16_t>(i), 0});
    };
    sql::select_ptr out = all_of(select, made, headings_.size());
    out = sql::add_where(
        out, sql::binary(sql::op::le, column(rows->items.size() - 1), sql::constant(arg{most})));
    for (std::size_t i = 0; i < order.size(); ++i) {
        sql::ordering o = order[i];
        o.by = column(headings_.size() + i);
        out = sql::add_order(out, &o, 1);
    }
    return out;
}

/// FETCH FIRST n ROWS WITH TIES: the rows of the n first ranks.
sql::select_ptr select_parser::with_ties(const tree_node& select, sql::select_ptr s) {
    const std::vector<sql::ordering> order = orderings(select);
    if (order.empty()) text_.wrong(select.child("limitCount"), "WITH TIES needs an ORDER BY");
    if (select.has("distinctClause"))
        text_.unsupported(select.child("limitCount"), "WITH TIES beside DISTINCT",
                          "put the statement into a subquery in FROM");
    const std::optional<std::int64_t> rows = row_count(select.child("limitCount"), "FETCH FIRST");
    std::int64_t before = 0;
    if (select.has("limitOffset"))
        before = row_count(select.child("limitOffset"), "OFFSET").value_or(0);
    if (!rows || *rows < 0 || before < 0)
        text_.wrong(select.child("limitCount"), "FETCH FIRST needs a number of rows, at least 0");
    const sql::window_description all{nullptr, 0, order.data(), order.size(), {}};
    s = up_to(select, s, order,
              text_.placed(select,
                           [&] { return sql::over(sql::window_function::rank, nullptr, 0, all); }),
              *rows == 0 ? 0 : before + *rows);
    return with_names(text_.placed(select, [&] { return sql::set_offset(s, before); }));
}

// ------------------------------------------------------------ GROUPING SETS, ROLLUP, CUBE

select_parser::expressions select_parser::keys_of(const tree_node& element) {
    expressions keys;
    if (element.kind() == "RowExpr")
        for (const tree_node& key : element.inner().children("args"))
            keys.push_back(group_key(key));
    else
        keys.push_back(group_key(element));
    return keys;
}

std::vector<select_parser::expressions> select_parser::sets_of(const tree_node& element) {
    if (element.kind() != "GroupingSet") return {keys_of(element)};
    const tree_node set = element.inner();
    const std::string kind = set.text("kind");
    const std::vector<tree_node> content = set.children("content");
    std::vector<expressions> out;
    if (kind == "GROUPING_SET_EMPTY") return {{}};
    if (kind == "GROUPING_SET_SETS") {
        for (const tree_node& c : content)
            for (expressions& one : sets_of(c)) out.push_back(std::move(one));
        return out;
    }
    std::vector<expressions> parts;
    for (const tree_node& c : content) parts.push_back(keys_of(c));
    if (kind == "GROUPING_SET_ROLLUP") {
        for (std::size_t n = parts.size() + 1; n-- > 0;) {
            out.emplace_back();
            for (std::size_t i = 0; i < n; ++i)
                out.back().insert(out.back().end(), parts[i].begin(), parts[i].end());
        }
        return out;
    }
    if (parts.size() > 6) text_.unsupported(element, "CUBE of so many keys", "use GROUPING SETS");
    for (std::size_t bits = std::size_t{1} << parts.size(); bits-- > 0;) {
        out.emplace_back();
        for (std::size_t i = 0; i < parts.size(); ++i)
            if ((bits >> (parts.size() - 1 - i) & 1U) != 0)
                out.back().insert(out.back().end(), parts[i].begin(), parts[i].end());
    }
    return out;
}

std::vector<select_parser::expressions> select_parser::grouping_sets(const tree_node& select) {
    std::vector<expressions> sets{{}};
    for (const tree_node& element : select.children("groupClause")) {
        std::vector<expressions> crossed;
        for (const expressions& before : sets)
            for (const expressions& more : sets_of(element)) {
                crossed.push_back(before);
                crossed.back().insert(crossed.back().end(), more.begin(), more.end());
            }
        sets = std::move(crossed);
        if (sets.size() > most_grouping_sets)
            text_.unsupported(element, fmt::format("{} grouping sets", sets.size()),
                              fmt::format("at most {} can be used", most_grouping_sets));
    }
    return sets;
}

/// One grouping set as a statement of its own.
sql::select_ptr select_parser::rows_of_set(const tree_node& select, const expressions& columns,
                                           const sql::expr_ptr& where, const expressions& all,
                                           const expressions& set) {
    expressions items;
    for (const sql::expr_ptr& e : columns) items.push_back(within_set(e, all, set));
    sql::select_ptr s = text_.placed(select, [&] { return from_items(items); });
    if (where) s = text_.placed(select, [&] { return sql::add_where(s, where); });
    s = text_.placed(select, [&] { return sql::add_group(s, set.data(), set.size()); });
    sql::expr_ptr having = sql::binary(sql::op::ge, sql::call(sql::aggregate::count_all, {}),
                                       sql::constant(arg{std::int64_t{0}}));
    if (select.has("havingClause"))
        having = within_set(expressions_.expression(select.child("havingClause")), all, set);
    if (set.empty() || select.has("havingClause")) s = sql::add_having(s, having);
    s = with_dependent_columns(s);
    text_.placed(select, [&] { sql::check_grouping(*s); });
    return s;
}

/// Each set is a statement of its own; their rows follow each other. Windows look at all of them.
sql::select_ptr select_parser::with_grouping_sets(const tree_node& select) {
    // Keys may be names of the output.
    const expressions none;
    expressions_.use_grouping(&none, &none);
    items(select);
    const std::vector<expressions> sets = grouping_sets(select);
    expressions all;
    for (const expressions& set : sets)
        for (const sql::expr_ptr& key : set)
            if (!contains(all, key)) all.push_back(key);
    sql::expr_ptr where;
    if (select.has("whereClause")) where = expressions_.expression(select.child("whereClause"));
    sql::select_ptr rows;
    grouping_output out;
    for (const expressions& set : sets) {
        expressions_.use_grouping(&all, &set);
        items_.clear();
        headings_.clear();
        items(select);
        out.order = orderings(select, true);
        const sql::select_ptr s = rows_of_set(select, note_set(out), where, all, set);
        rows =
            rows ? text_.placed(
                       select, [&] { return sql::combine(rows, sql::set_operation::union_all, s); })
                 : s;
    }
    expressions_.use_grouping(nullptr, nullptr);
    return over_grouping_sets(select, rows, out);
}

/// Returns what this set has to compute. GROUPING() is another constant in each set; but for that
/// all sets read alike.
select_parser::expressions select_parser::note_set(grouping_output& out) const {
    expressions columns;
    for (const sql::expr_ptr& e : items_) collect_without_windows(e, columns);
    for (const sql::ordering& o : out.order) collect_without_windows(o.by, columns);
    if (out.first.empty()) {
        out.first = columns;
        out.differs.resize(columns.size());
        out.is_item.assign(out.order.size(), std::vector<bool>(items_.size(), true));
    }
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (!sql::same_expression(*columns[i], *out.first[i])) out.differs[i] = true;
    for (std::size_t i = 0; i < out.order.size(); ++i)
        for (std::size_t k = 0; k < items_.size(); ++k)
            if (!sql::same_expression(*items_[k], *out.order[i].by)) out.is_item[i][k] = false;
    return columns;
}

sql::select_ptr select_parser::over_grouping_sets(const tree_node& select,
                                                  const sql::select_ptr& rows,
                                                  const grouping_output& out) {
    const bool windows = std::any_of(items_.begin(), items_.end(),
                                     [](const sql::expr_ptr& e) { return e->has_window; });
    const sql::derived_ptr made = derived(select, "sw_rows", rows, windows ? 0 : items_.size());
    std::size_t next = 0;
    const auto over_rows = [&](const sql::expr_ptr& e) {
        return sql::rewrite(e, [&](const sql::expr_ptr& x) -> sql::expr_ptr {
            if (x->has_window) return {};
            const std::size_t at = next++;
            // The 2 of lag(x, 2) has to stay a constant.
            if (e->has_window && x->kind == sql::expr_kind::constant && !out.differs[at]) return x;
            return sql::column({&sql::table_of(*made), static_cast<std::uint16_t>(at), 0});
        });
    };
    expressions columns;
    for (const sql::expr_ptr& e : items_) columns.push_back(over_rows(e));
    sql::select_ptr s = text_.placed(
        select, [&] { return sql::make_select(made, columns.data(), columns.size()); });
    if (select.has("distinctClause")) s = sql::set_distinct(s);
    for (std::size_t i = 0; i < out.order.size(); ++i) {
        sql::ordering o = out.order[i];
        o.by = over_rows(o.by);
        const auto item = std::find(out.is_item[i].begin(), out.is_item[i].end(), true);
        if (item != out.is_item[i].end())
            o.by = columns[static_cast<std::size_t>(item - out.is_item[i].begin())];
        s = sql::add_order(s, &o, 1);
    }
    s = limited(std::move(s), select);
    text_.placed(select, [&] { sql::check_grouping(*s); });
    return with_names(s);
}

}  // namespace shardwise::parse
