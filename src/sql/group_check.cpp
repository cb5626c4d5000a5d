// SPDX-License-Identifier: MIT
#include "sql/group_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "shardwise/base/error.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::sql {
namespace {

[[noreturn]] void refuse(std::string message) {
    raise(error_info{.code = error_code::bad_query, .message = std::move(message)});
}

bool is_grouped(const select& s) {
    return !s.group_by.empty() || (s.having && s.having->has_aggregate) ||
           std::any_of(s.items.begin(), s.items.end(),
                       [](const select_item& i) { return i.expression->has_aggregate; }) ||
           std::any_of(s.order_by.begin(), s.order_by.end(),
                       [](const ordering& o) { return o.by->has_aggregate; });
}

bool is_table_of(const select& s, const column_ref& c) {
    const table_ref t{c.table, c.alias};
    return s.from == t || std::any_of(s.joins.begin(), s.joins.end(),
                                      [&](const join& j) { return j.joined == t; });
}

void check_covered(const select& s, std::string_view clause, const expr& e) {
    if (e.kind == expr_kind::aggregate) return;
    for (const expr_ptr& key : s.group_by)
        if (same_expression(*key, e)) return;
    if (e.query)
        for (const column_ref& c : columns_from_outside(*e.query))
            check_covered(s, clause, *column(c));
    // Columns of the statements around this one are constants here.
    if (e.kind == expr_kind::column && is_table_of(s, e.ref))
        refuse(
            fmt::format("{} uses {}.{}, which is neither grouped nor aggregated: add it to "
                        "group_by",
                        clause, e.ref.table->name, e.ref.table->columns[e.ref.column].name));
    for (const expr_ptr& x : e.operands) check_covered(s, clause, *x);
}

void check_distinct(const select& s) {
    for (const select_item& i : s.items)
        if (i.expression->type.type == column_type::json)
            refuse("SELECT DISTINCT cannot tell JSON documents apart");
    for (const ordering& o : s.order_by) {
        const bool selected = std::any_of(
            s.items.begin(), s.items.end(),
            [&](const select_item& i) { return same_expression(*i.expression, *o.by); });
        if (!selected)
            refuse(
                "SELECT DISTINCT can only be ordered by what it selects: which row's value "
                "should count?");
    }
}

/// SQLite does not see the statement around a subquery there.
void check_no_outer_columns(const select& s, std::string_view clause, const expr_ptr& e) {
    for_each_node(e, [&](const expr& x) {
        if (x.kind == expr_kind::column && !is_table_of(s, x.ref))
            raise(error_info{.code = error_code::not_supported,
                             .message = fmt::format("{} of a subquery uses {}.{} of the statement "
                                                    "around it: leave it out, it is the same for "
                                                    "all rows",
                                                    clause, x.ref.table->name,
                                                    x.ref.table->columns[x.ref.column].name)});
    });
}

/// A column that decides about the value of `e`: of `s`, or of a statement around it. SQLite drops
/// some tests for NULL of columns that have none before it looks: a column of `s` in one counts for
/// nothing.
void find_columns(const select& s, const expr& e, bool& own, const column_ref*& outer,
                  bool dropped = false) {
    dropped = dropped || (e.kind == expr_kind::is_null && !e.operands[0]->type.nullable);
    if (e.kind == expr_kind::column) {
        if (!is_table_of(s, e.ref))
            outer = &e.ref;
        else if (!dropped)
            own = true;
    }
    for (const expr_ptr& x : e.operands) find_columns(s, *x, own, outer, dropped);
}

/// SQL computes min(outer.x) of a subquery in the statement around it, which it makes a grouped
/// one.
void check_own_aggregates(const select& s) {
    for (const expr_ptr& e : expressions_of(s)) {
        for_each_node(e, [&](const expr& x) {
            if (x.kind != expr_kind::aggregate) return;
            const column_ref* outer = nullptr;
            bool own = false;
            for (const expr_ptr& operand : x.operands) find_columns(s, *operand, own, outer);
            if (outer != nullptr && !own)
                raise(error_info{
                    .code = error_code::not_supported,
                    .message = fmt::format("an aggregate of a subquery is made of {}.{} alone, a "
                                           "column of the statement around it: aggregate it there",
                                           outer->table->name,
                                           outer->table->columns[outer->column].name)});
        });
    }
}

}  // namespace

void check_grouping(const select& s) {
    for (const expr_ptr& e : s.group_by) check_no_outer_columns(s, "GROUP BY", e);
    for (const ordering& o : s.order_by) check_no_outer_columns(s, "ORDER BY", o.by);
    if (s.distinct) check_distinct(s);
    check_own_aggregates(s);
    for_each_query(s, [](const select& inner) { check_grouping(inner); });
    if (!is_grouped(s)) {
        if (s.having) refuse("HAVING needs groups or an aggregate: use where");
        return;
    }
    for (const select_item& i : s.items) check_covered(s, "SELECT", *i.expression);
    if (s.having) check_covered(s, "HAVING", *s.having);
    for (const ordering& o : s.order_by) check_covered(s, "ORDER BY", *o.by);
}

std::vector<const expr*> keys_of(const select& s) {
    std::vector<const expr*> keys;
    for (const expr_ptr& e : s.group_by) keys.push_back(e.get());
    if (s.distinct)
        for (const select_item& i : s.items) keys.push_back(i.expression.get());
    return keys;
}

}  // namespace shardwise::sql
