// SPDX-License-Identifier: MIT
// Builders of statements inside statements: subqueries, derived tables, UNION and the like.
#include <algorithm>
#include <string>

#include "sql/building.hpp"
#include "sql/rewrite.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

const select& given(const select_ptr& s) {
    if (!s) refuse_query("a statement is missing");
    return *s;
}

const expr& only_column(std::string_view what, const select_ptr& query) {
    if (given(query).items.size() != 1)
        refuse_query(fmt::format("the subquery of {} returns {} columns: one is needed", what,
                                 query->items.size()));
    return *query->items[0].expression;
}

void adopt(select& s, const derived_ptr& d) {
    if (s.find_derived(&d->table) == nullptr) s.derived_tables.push_back(d);
}

/// Not every engine shows derived tables what is around them.
void check_sees_itself_only(const select& s) {
    const std::vector<column_ref> outer = columns_from_outside(s);
    if (outer.empty()) return;
    const column_ref& c = outer.front();
    raise(error_info{
        .code = error_code::not_supported,
        .message = fmt::format("what is computed by itself here (a subquery in FROM, WITH, "
                               "DISTINCT ON, grouping sets, a join beside others, a part of a "
                               "UNION) uses {}.{} of the statement around it, which it does not "
                               "see: join the tables, or put the condition outside of it",
                               c.table->name, c.table->columns[c.column].name)});
}

bool is_plain(const select& s) { return s.order_by.empty() && !s.limit && s.offset == 0; }

/// The statement with its columns converted to `types`.
select_ptr with_types(const select_ptr& s, const std::vector<sql_type>& types) {
    const auto fits = [](const sql_type& a, const sql_type& b) {
        return a.type == b.type && a.scale == b.scale;
    };
    const shared<select> copy = clone(*s);
    bool changed = false;
    for (std::size_t i = 0; i < types.size(); ++i) {
        expr_ptr& e = copy->items[i].expression;
        if (fits(e->type, types[i])) continue;
        e = cast(e, types[i].type, types[i].precision, types[i].scale);
        changed = true;
    }
    if (!changed) return s;
    for (set_branch& b : copy->branches) b.query = with_types(b.query, types);
    return freeze(copy);
}

}  // namespace

expr_ptr in_query(const expr_ptr& x, const select_ptr& query, bool negated) {
    const expr& column = only_column("IN", query);
    check_comparable("look for", sql::given(x), column);
    building b{expr_kind::in_query};
    // Both sides in one representation: on SQLite decimals of different scales are other integers.
    const expr_ptr pair[] = {x, query->items[0].expression};
    const sql_type type = type_of_alternatives("IN", pair);
    const bool mixed = type.type == column_type::decimal || type.type == column_type::float64;
    const bool same = x->type.type == type.type && x->type.scale == type.scale;
    b.operand(mixed && !same ? cast(x, type.type, type.precision, type.scale) : x);
    b.node->query = mixed ? with_types(query, {type}) : query;
    b.node->negated = negated;
    b.node->has_query = true;
    b.is_condition(true);
    return b.owner;
}

expr_ptr exists(const select_ptr& query, bool negated) {
    given(query);
    building b{expr_kind::exists};
    b.node->query = query;
    b.node->negated = negated;
    b.node->has_query = true;
    b.is_condition(false);
    return b.owner;
}

expr_ptr scalar(const select_ptr& query) {
    const expr& column = only_column("a scalar subquery", query);
    building b{expr_kind::scalar_query};
    b.node->query = query;
    b.node->has_query = true;
    b.node->type = column.type;
    b.node->type.nullable = true;
    return b.owner;
}

derived_ptr make_derived(std::string_view name, const select_ptr& query,
                         const std::string_view* columns) {
    const select& s = given(query);
    check_sees_itself_only(s);
    auto* const d = new derived;
    derived_ptr owner{d};
    d->query = query;
    d->table.name = name;
    d->table.placed.kind = schema::distribution_kind::reference;
    for (std::size_t i = 0; i < s.items.size(); ++i) {
        const sql_type& t = s.items[i].expression->type;
        schema::column c;
        c.name = columns[i];
        c.type = t.type;
        c.precision = t.precision;
        c.scale = t.scale;
        c.nullable = true;  // outer joins inside it can make any column NULL
        if (d->table.find_column(c.name))
            refuse_query(
                fmt::format("two columns of the derived table \"{}\" are called \"{}\": "
                            "give one another name with AS",
                            name, c.name));
        d->table.columns.push_back(std::move(c));
    }
    return owner;
}

derived_ptr make_derived(std::string_view name, const select_ptr& query) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < given(query).items.size(); ++i)
        names.push_back("c" + std::to_string(i));
    const std::vector<std::string_view> views(names.begin(), names.end());
    return make_derived(name, query, views.data());
}

expr_ptr column_of(const derived_ptr& d, std::size_t i) {
    building b{expr_kind::column};
    b.node->ref = {&d->table, static_cast<schema::column_index>(i), 0};
    b.node->type = column(b.node->ref)->type;
    b.node->made = d;
    return b.owner;
}

expr_ptr column_from(const derived_ptr& d, const column_ref& of) {
    const std::vector<select_item>& items = d->query->items;
    const auto found = std::find_if(items.begin(), items.end(), [&](const select_item& i) {
        return i.expression->kind == expr_kind::column && i.expression->ref == of;
    });
    if (found == items.end())
        refuse_query(fmt::format("derived table \"{}\" has no column {}.{}", d->table.name,
                                 of.table->name, of.table->columns[of.column].name));
    return column_of(d, static_cast<std::size_t>(found - items.begin()));
}

namespace {

/// SELECT * FROM (the statement).
select_ptr over_rows_of(const select_ptr& s) {
    const derived_ptr rows = make_derived("sw_rows", s);
    std::vector<expr_ptr> items;
    for (std::size_t i = 0; i < s->items.size(); ++i)
        items.push_back(column({&table_of(*rows), static_cast<schema::column_index>(i), 0}));
    return make_select(rows, items.data(), items.size());
}

}  // namespace

select_ptr combine_rows(const select_ptr& a, set_operation o, const select_ptr& b) {
    const auto part = [](const select_ptr& s) { return is_plain(given(s)) ? s : over_rows_of(s); };
    return over_rows_of(combine(part(a), o, part(b)));
}

expr_ptr item_at(const select_ptr& s, std::size_t i) {
    if (i >= given(s).items.size())
        refuse_query(fmt::format("there is no column {} in a select list of {}, counted from 0", i,
                                 s->items.size()));
    return s->items[i].expression;
}

const schema::table& no_table() {
    static const schema::table nothing = [] {
        schema::table t;
        t.name = "sw_nothing";
        t.placed.kind = schema::distribution_kind::reference;
        schema::column c;
        c.name = "sw_nothing";
        t.columns.push_back(std::move(c));
        t.primary_key = {0};
        return t;
    }();
    return nothing;
}

const schema::table& table_of(const derived& d) noexcept { return d.table; }

select_ptr make_select(const derived_ptr& from, const expr_ptr* items, std::size_t count) {
    const shared<select> s = clone(*make_select(from->table, items, count));
    adopt(*s, from);
    return freeze(s);
}

select_ptr add_join(const select_ptr& to, join_kind kind, const derived_ptr& joined,
                    const expr_ptr& on) {
    const shared<select> s = clone(*add_join(to, kind, joined->table, 0, on));
    adopt(*s, joined);
    return freeze(s);
}

select_ptr combine(const select_ptr& a, set_operation o, const select_ptr& b) {
    const select &x = given(a), &y = given(b);
    if (!is_plain(x) || !is_plain(y))
        refuse_query(
            "ORDER BY, LIMIT and OFFSET of a part of a UNION, INTERSECT or EXCEPT: put "
            "that part into a derived table");
    if (!y.branches.empty() ||
        std::any_of(x.branches.begin(), x.branches.end(),
                    [&](const set_branch& branch) { return branch.operation != o; }))
        refuse_query(
            "UNION, INTERSECT and EXCEPT of different kinds in one chain: put one of them "
            "into a derived table");
    if (x.items.size() != y.items.size())
        refuse_query(fmt::format("the parts of a UNION, INTERSECT or EXCEPT have {} and {} columns",
                                 x.items.size(), y.items.size()));
    std::vector<sql_type> types;
    for (std::size_t i = 0; i < x.items.size(); ++i) {
        const expr_ptr pair[] = {x.items[i].expression, y.items[i].expression};
        types.push_back(type_of_alternatives("UNION, INTERSECT or EXCEPT", pair));
        if (types.back().type == column_type::json && o != set_operation::union_all)
            refuse_query("JSON documents cannot be told apart: use UNION ALL");
    }
    const shared<select> s = clone(*with_types(a, types));
    s->branches.push_back({o, with_types(b, types)});
    return freeze(s);
}

select_ptr make_recursive(const select_ptr& start, std::shared_ptr<const schema::table> self,
                          set_operation o, const select_ptr& step) {
    const select_ptr both = combine(start, o, step);
    for (std::size_t i = 0; i < both->items.size(); ++i) {
        const sql_type& t = both->items[i].expression->type;
        const schema::column& c = self->columns[i];
        if (family_of(t.type) == family_of(c.type) && t.scale == c.scale &&
            (t.type == c.type || is_integer(t.type)))
            continue;
        refuse_query(
            fmt::format("column \"{}\" of the recursive statement begins as {} and goes on "
                        "as {}: cast the first part",
                        c.name, name_of(c.type), name_of(t.type)));
    }
    const shared<select> s = clone(*both);
    s->recursive = std::move(self);
    return freeze(s);
}

}  // namespace shardwise::sql
