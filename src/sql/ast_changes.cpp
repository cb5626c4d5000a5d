// SPDX-License-Identifier: MIT
// Builders of UPDATE, DELETE and INSERT.
#include <algorithm>
#include <string>

#include "sql/building.hpp"
#include "sql/rewrite.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

template <class Step>
change_ptr changed(const change_ptr& from, Step step) {
    if (!from) refuse_query("a statement is missing");
    auto* const copy = new change(*from);
    change_ptr owner{copy};
    step(*copy);
    return owner;
}

change_ptr make(change::verb what, const schema::table& target) {
    auto* const c = new change;
    change_ptr owner{c};
    c->what = what;
    c->target = &target;
    return owner;
}

insertion& insertion_of(change& c) {
    if (!c.inserted) refuse_query("only an INSERT has rows and conflicts");
    return *c.inserted;
}

const schema::column& column_at(const change& c, schema::column_index index) {
    return c.target->columns.at(index);
}

void check_single_row(std::string_view clause, const expr& e) {
    if (e.has_aggregate) refuse_query(fmt::format("{} cannot hold an aggregate", clause));
    if (e.has_window) refuse_query(fmt::format("{} cannot hold a window function", clause));
}

void check_fits(const change& c, schema::column_index index, const expr& e) {
    const schema::column& target = column_at(c, index);
    if (!e.is_null_literal() && family_of(e.type.type) != family_of(target.type))
        refuse_query(fmt::format("column {}.{} of type {} cannot be set to {}", c.target->name,
                                 target.name, name_of(target.type), name_of(e.type.type)));
}

void check_once(const change& c, const std::vector<schema::column_index>& columns) {
    for (auto i = columns.begin(); i != columns.end(); ++i)
        if (std::find(columns.begin(), i, *i) != i)
            refuse_query(
                fmt::format("column {}.{} is named twice", c.target->name, column_at(c, *i).name));
}

void check_source_free(const insertion& i) {
    if (i.source) refuse_query("an INSERT has its rows from VALUES or from a SELECT, not both");
}

}  // namespace

change_ptr make_update(const schema::table& target) { return make(change::verb::update, target); }
change_ptr make_delete(const schema::table& target) { return make(change::verb::erase, target); }

change_ptr make_insert(const schema::table& target, const std::uint16_t* columns,
                       std::size_t count) {
    return changed(make(change::verb::insert, target), [&](change& c) {
        c.inserted.emplace().columns.assign(columns, columns + count);
        check_once(c, c.inserted->columns);
        for (const schema::column_index i : c.inserted->columns)
            if (column_at(c, i).generated == schema::generation::bucket)
                refuse_query(fmt::format("column {}.{} is written by the library", target.name,
                                         column_at(c, i).name));
    });
}

change_ptr add_row(const change_ptr& from, const expr_ptr* values) {
    return changed(from, [&](change& c) {
        insertion& to = insertion_of(c);
        check_source_free(to);
        for (std::size_t i = 0; i < to.columns.size(); ++i) {
            if (!values[i]) continue;
            check_single_row("a row of VALUES", *values[i]);
            check_fits(c, to.columns[i], *values[i]);
        }
        to.rows.emplace_back(values, values + to.columns.size());
    });
}

change_ptr set_source(const change_ptr& from, const select_ptr& rows) {
    if (!rows) refuse_query("a statement is missing");
    return changed(from, [&](change& c) {
        insertion& to = insertion_of(c);
        check_source_free(to);
        if (!to.rows.empty())
            refuse_query("an INSERT has its rows from VALUES or from a SELECT, not both");
        if (rows->items.size() != to.columns.size())
            refuse_query(fmt::format("an INSERT of {} columns into {} from a SELECT of {}",
                                     to.columns.size(), c.target->name, rows->items.size()));
        for (std::size_t i = 0; i < to.columns.size(); ++i)
            check_fits(c, to.columns[i], *rows->items[i].expression);
        to.source = rows;
    });
}

change_ptr set_conflict(const change_ptr& from, const std::uint16_t* key, std::size_t count) {
    return changed(from, [&](change& c) {
        insertion& to = insertion_of(c);
        if (count == 0)
            refuse_query(fmt::format(
                "ON CONFLICT of an INSERT into {} names no key: name its columns", c.target->name));
        to.has_conflict = true;
        to.conflict_key.assign(key, key + count);
        check_once(c, to.conflict_key);
    });
}

change_ptr add_set(const change_ptr& from, std::uint16_t index, const expr_ptr& to) {
    const expr& e = given(to);
    if (e.has_aggregate) refuse_query("a column cannot be set to an aggregate");
    if (e.has_window) refuse_query("a column cannot be set to a window function");
    return changed(from, [&](change& c) {
        if (c.what == change::verb::erase) refuse_query("a DELETE sets no columns");
        if (c.what == change::verb::insert && !c.inserted->has_conflict)
            refuse_query("an INSERT sets columns only after ON CONFLICT");
        check_fits(c, index, e);
        for (const change::assignment& a : c.assignments)
            if (a.column == index)
                refuse_query(fmt::format("column {}.{} is set twice", c.target->name,
                                         column_at(c, index).name));
        c.assignments.push_back({index, to});
    });
}

change_ptr add_where(const change_ptr& from, const expr_ptr& condition) {
    const expr& e = given(condition);
    check_condition("WHERE", e);
    if (e.has_aggregate)
        refuse_query("WHERE looks at single rows and cannot hold an aggregate: use having");
    if (e.has_window) refuse_query("WHERE cannot hold a window function: filter a derived table");
    return changed(from, [&](change& c) {
        if (c.what == change::verb::insert && c.assignments.empty())
            refuse_query("an INSERT has a WHERE only after DO UPDATE");
        c.where = c.where ? binary(op::conj, c.where, condition) : condition;
    });
}

change_ptr add_returning(const change_ptr& from, const expr_ptr* items, std::size_t count) {
    return changed(from, [&](change& c) {
        for (std::size_t i = 0; i < count; ++i) {
            check_single_row("RETURNING", given(items[i]));
            if (items[i]->has_query)
                raise(error_code::not_supported,
                      "RETURNING cannot hold a subquery: ask for its value afterwards");
            for_each_node(items[i], [](const expr& x) {
                if (x.kind == expr_kind::column && x.ref.alias == excluded_row)
                    refuse_query(
                        "RETURNING gives the row as it is stored: name the column without "
                        "excluded");
            });
            c.returning.push_back({items[i], {}});
        }
    });
}

}  // namespace shardwise::sql
