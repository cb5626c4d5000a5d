// SPDX-License-Identifier: MIT
// The rest of select_parser: WITH, FROM, joins, VALUES.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parse/select_parser.hpp"

namespace shardwise::parse {

namespace {

/// SQLite takes no more parts of a UNION ALL.
constexpr std::size_t most_values = 400;

sql::join_kind kind_of_join(const std::string& type) {
    if (type == "JOIN_LEFT") return sql::join_kind::left;
    if (type == "JOIN_RIGHT") return sql::join_kind::right;
    return type == "JOIN_FULL" ? sql::join_kind::full : sql::join_kind::inner;
}

/// A chain of joins that keeps rows of its right sides: with tables before it, it does not continue
/// them.
bool stands_aside(const tree_node& wrapped) {
    for (tree_node t = wrapped; t.kind() == "JoinExpr"; t = t.inner().child("larg")) {
        const std::string type = t.inner().text("jointype");
        if (type == "JOIN_RIGHT" || type == "JOIN_FULL") return true;
    }
    return false;
}

/// The names that an alias gives to the first columns.
void rename(const statement_text& text, const tree_node& at, std::vector<std::string>& columns,
            const std::vector<std::string>& given) {
    if (given.size() > columns.size())
        text.wrong(at, fmt::format("{} names for {} columns", given.size(), columns.size()));
    std::copy(given.begin(), given.end(), columns.begin());
}

}  // namespace

// ------------------------------------------------------------ WITH

void select_parser::with(const tree_node& clause) {
    text_.only(clause, "WITH", {"ctes", "recursive", "location"});
    for (const tree_node& wrapped : clause.children("ctes")) {
        const tree_node cte = wrapped.inner();
        text_.only(cte, "WITH",
                   {"ctename", "aliascolnames", "ctematerialized", "ctequery", "location"});
        const tree_node query = cte.child("ctequery");
        if (query.kind() != "SelectStmt") text_.unsupported(cte, "a change in WITH");
        if (clause.flag("recursive") && recursive(cte)) continue;
        select_parser inner(text_, cte, scope_, expressions_.parameters());
        sql::select_ptr parsed = inner.parse(query.inner());
        std::vector<std::string> columns = inner.headings();
        rename(text_, cte, columns, cte.strings("aliascolnames"));
        scope_.add_with(cte, {cte.text("ctename"), std::move(parsed), std::move(columns), {}});
    }
}

/// False: this statement of WITH RECURSIVE does not name itself.
bool select_parser::recursive(const tree_node& cte) {
    const tree_node query = cte.child("ctequery").inner();
    if (query.text("op") != "SETOP_UNION") return false;
    const std::string name = cte.text("ctename");
    select_parser first(text_, cte, scope_, expressions_.parameters());
    const sql::select_ptr start =
        first.part(query.child("larg"), sql::set_operation::union_all, true);
    std::vector<std::string> columns = first.headings();
    rename(text_, cte, columns, cte.strings("aliascolnames"));
    const std::vector<std::string> names = different(columns);
    const std::vector<std::string_view> views(names.begin(), names.end());
    // The table that the second part reads has the columns of the first.
    const auto self = std::make_shared<schema::table>(text_.placed(
        cte, [&] { return sql::table_of(*sql::make_derived(name, start, views.data())); }));
    self->primary_key = {0};
    select_parser second(text_, cte, scope_, expressions_.parameters());
    second.scope_.add_with(cte, {name, {}, columns, self});
    const bool all = query.flag("all");
    const sql::set_operation o =
        all ? sql::set_operation::union_all : sql::set_operation::union_distinct;
    select_parser step(text_, query, second.scope_, expressions_.parameters());
    const sql::select_ptr next = step.parse(query.child("rarg"));
    if (second.scope_.find_with(name)->uses == 0) return false;
    text_.only(query, "WITH RECURSIVE", {"op", "all", "larg", "rarg", "limitOption"});
    const bool reads_itself =
        next->from.table == self.get() ||
        std::any_of(next->joins.begin(), next->joins.end(),
                    [&](const sql::join& j) { return j.joined.table == self.get(); });
    const bool outer = std::any_of(next->joins.begin(), next->joins.end(), [](const sql::join& j) {
        return j.kind != sql::join_kind::inner && j.kind != sql::join_kind::cross;
    });
    const bool plain_step = next->group_by.empty() && !next->having && next->branches.empty() &&
                            next->order_by.empty() && !next->limit && !next->distinct &&
                            std::none_of(next->items.begin(), next->items.end(), [](const auto& i) {
                                return i.expression->has_aggregate || i.expression->has_window;
                            });
    if (!reads_itself || outer || !plain_step)
        text_.unsupported(query.child("rarg"), "this second part of WITH RECURSIVE",
                          "it names the statement once in its FROM, with inner joins only, and has "
                          "no aggregates, window functions, DISTINCT, ORDER BY and LIMIT");
    sql::select_ptr both =
        text_.placed(cte, [&] { return sql::make_recursive(start, self, o, next); });
    scope_.add_with(cte, {name, std::move(both), std::move(columns), {}});
    return true;
}

// ------------------------------------------------------------ FROM

void select_parser::from(const tree_node& select) {
    for (const tree_node& t : select.children("fromClause")) {
        if (!first_) {
            first_ = joins_of(t);
            continue;
        }
        // FROM a, b: every row of a with every row of b. What b is joined with follows, unless
        // rows of a would be lost or left alone by it.
        const std::size_t before = joins_.size();
        const table_scope::appearance table = stands_aside(t) ? joined_aside(t) : joins_of(t);
        joins_.insert(joins_.begin() + static_cast<std::ptrdiff_t>(before),
                      {t, sql::join_kind::cross, table, {}});
    }
}

table_scope::appearance select_parser::table_of(const tree_node& wrapped) {
    if (wrapped.kind() == "JoinExpr") return joined_aside(wrapped);
    if (wrapped.kind() == "RangeSubselect") return derived_of(wrapped.inner());
    if (wrapped.kind() == "RangeFunction") return series_of(wrapped.inner());
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
        const tree_node right = link->inner().child("rarg");
        join(right, link->inner(), table_of(right));
    }
    return first;
}

void select_parser::join(const tree_node& at, const tree_node& join,
                         const table_scope::appearance& table) {
    text_.only(join, "JOIN",
               {"jointype", "larg", "rarg", "quals", "usingClause", "isNatural", "rtindex"});
    const sql::join_kind kind = kind_of_join(join.text("jointype"));
    const bool natural = join.flag("isNatural");
    if (natural || join.has("usingClause")) {
        const std::vector<std::string> names =
            natural ? scope_.common_names() : join.strings("usingClause");
        sql::expr_ptr on = scope_.join_using(at, kind, names);
        if (!on && kind != sql::join_kind::inner)
            text_.unsupported(at, "a NATURAL outer join of tables without a common column");
        joins_.push_back({at, on ? kind : sql::join_kind::cross, table, std::move(on)});
        return;
    }
    scope_.join();
    if (!join.has("quals")) {
        joins_.push_back({at, sql::join_kind::cross, table, {}});
        return;
    }
    joins_.push_back({at, kind, table, expressions_.expression(join.child("quals"))});
}

/// a JOIN (b JOIN c ON ...) ON ...: what stands in parentheses as a derived table, whose columns
/// are called as before.
table_scope::appearance select_parser::joined_aside(const tree_node& wrapped) {
    if (wrapped.inner().has("alias"))
        text_.unsupported(wrapped, "an alias of a join", "use a subquery in FROM");
    select_parser inner(text_, wrapped, scope_, expressions_.parameters());
    inner.first_ = inner.joins_of(wrapped);
    expressions items;
    const auto position_of = [&](const sql::expr_ptr& e) {
        for (std::size_t i = 0; i < items.size(); ++i)
            if (sql::same_expression(*items[i], *e)) return i;
        items.push_back(e);
        return items.size() - 1;
    };
    const auto note = [&](const table_scope::columns& list) {
        std::vector<std::size_t> at;
        for (const table_scope::named_column& c : list) at.push_back(position_of(c.column));
        return at;
    };
    std::vector<std::vector<std::size_t>> places;
    for (const table_scope::appearance& a : inner.scope_.appearances())
        places.push_back(note(a.visible));
    const std::vector<std::size_t> output = note(inner.scope_.last_output());
    const sql::derived_ptr made = derived(wrapped, "sw_join", inner.from_items(items));
    const auto as_shown = [&](table_scope::columns list, const std::vector<std::size_t>& at,
                              std::uint8_t number) {
        for (std::size_t i = 0; i < list.size(); ++i)
            list[i].column =
                sql::column({&sql::table_of(*made), static_cast<std::uint16_t>(at[i]), number});
        return list;
    };
    table_scope::appearance a =
        scope_.add_hidden(wrapped, made, as_shown(inner.scope_.last_output(), output, 0));
    for (std::size_t i = 0; i < places.size(); ++i) {
        const table_scope::appearance& of = inner.scope_.appearances()[i];
        scope_.add_name(wrapped, of.name, as_shown(of.visible, places[i], a.number));
    }
    return a;
}

table_scope::appearance select_parser::derived_of(const tree_node& subselect) {
    if (subselect.flag("lateral"))
        text_.unsupported(subselect, "LATERAL",
                          "use a scalar subquery in SELECT, or a window function in a subquery");
    text_.only(subselect, "a subquery in FROM", {"subquery", "alias"});
    if (!subselect.has("alias")) text_.wrong(subselect, "a subquery in FROM needs an alias");
    const tree_node alias = subselect.child("alias");
    const tree_node query = subselect.child("subquery");
    select_parser inner(text_, query, scope_, expressions_.parameters());
    const sql::select_ptr parsed = inner.parse(query.inner());
    std::vector<std::string> names = inner.headings();
    rename(text_, subselect, names, alias.strings("colnames"));
    const std::vector<std::string> unique = different(names);
    const std::vector<std::string_view> columns(unique.begin(), unique.end());
    const sql::derived_ptr made = text_.placed(subselect, [&] {
        return sql::make_derived(alias.text("aliasname"), parsed, columns.data());
    });
    return scope_.add(subselect, made, names);
}

/// generate_series(first, last[, step]) of constants.
table_scope::appearance select_parser::series_of(const tree_node& function) {
    text_.only(function, "a function in FROM", {"functions", "alias"});
    const tree_node call = function.children("functions").front().inner().children("items").front();
    if (call.kind() != "FuncCall" || call.inner().strings("funcname").back() != "generate_series")
        text_.unsupported(function, "a function in FROM", "generate_series can be used");
    std::vector<std::int64_t> bounds;
    for (const tree_node& x : call.inner().children("args")) {
        const sql::expr_ptr e = expressions_.expression(x);
        if (e->kind != sql::expr_kind::constant || e->literal.view().kind() != kind::integer)
            text_.unsupported(x, "generate_series of anything but constant integers");
        bounds.push_back(e->literal.view().integer());
    }
    if (bounds.size() == 2) bounds.push_back(1);
    if (bounds.size() != 3 || bounds[2] == 0)
        text_.wrong(function, "generate_series takes a first and a last number and a step");
    std::vector<expressions> rows;
    for (std::int64_t n = bounds[0]; bounds[2] > 0 ? n <= bounds[1] : n >= bounds[1];) {
        if (rows.size() == most_values)
            text_.unsupported(function, "generate_series of so many numbers",
                              "WITH RECURSIVE can count further");
        rows.push_back({sql::constant(arg{n})});
        if (__builtin_add_overflow(n, bounds[2], &n)) break;
    }
    sql::select_ptr s;
    if (rows.empty()) {
        rows.push_back({sql::constant(arg{std::int64_t{0}})});
        s = sql::set_limit(rows_of(function, rows), 0);
    } else {
        s = rows_of(function, rows);
    }
    std::vector<std::string> names{"generate_series"};
    std::string visible = names.front();
    if (function.has("alias")) {
        visible = function.child("alias").text("aliasname");
        names = {visible};
        rename(text_, function, names, function.child("alias").strings("colnames"));
    }
    const std::string_view column = names.front();
    return scope_.add(
        function, text_.placed(function, [&] { return sql::make_derived(visible, s, &column); }),
        names);
}

/// SELECT of the items over what stands in FROM.
sql::select_ptr select_parser::from_items(const expressions& items) const {
    if (!first_) return sql::make_select(sql::no_table(), items.data(), items.size());
    sql::select_ptr s = first_->made ? sql::make_select(first_->made, items.data(), items.size())
                                     : sql::make_select(*first_->table, items.data(), items.size());
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
    return s;
}

// ------------------------------------------------------------ VALUES

sql::select_ptr select_parser::rows_of(const tree_node& at,
                                       const std::vector<expressions>& rows) const {
    const auto row = [](const expressions& cells) {
        return sql::make_select(sql::no_table(), cells.data(), cells.size());
    };
    return text_.placed(at, [&] {
        sql::select_ptr s = row(rows.front());
        for (std::size_t i = 1; i < rows.size(); ++i)
            s = sql::combine(s, sql::set_operation::union_all, row(rows[i]));
        return s;
    });
}

sql::select_ptr select_parser::values(const tree_node& select) {
    text_.only(select, "VALUES",
               {"valuesLists", "op", "sortClause", "limitOffset", "limitCount", "limitOption",
                "withClause"});
    std::vector<std::vector<tree_node>> cells;
    for (const tree_node& row : select.children("valuesLists")) {
        cells.push_back(row.inner().children("items"));
        if (cells.back().size() != cells.front().size())
            text_.wrong(row, "the rows of VALUES are not of one length");
    }
    if (cells.size() > most_values)
        text_.unsupported(select, fmt::format("VALUES of {} rows", cells.size()),
                          fmt::format("at most {} can stand in a query", most_values));
    std::vector<expressions> rows(cells.size());
    for (std::size_t column = 0; column < cells.front().size(); ++column) {
        std::vector<tree_node> list;
        for (const std::vector<tree_node>& row : cells) list.push_back(row[column]);
        const expressions settled = expressions_.alike(list);
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(settled[i]);
        headings_.push_back(fmt::format("column{}", column + 1));
    }
    return finished(select, rows_of(select, rows));
}

}  // namespace shardwise::parse
