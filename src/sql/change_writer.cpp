// SPDX-License-Identifier: MIT
#include "sql/change_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "shardwise/base/error.hpp"
#include "sql/expression_writer.hpp"
#include "sql/group_check.hpp"
#include "sql/query_writer.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::sql {
namespace {

bool reads(const expr_ptr& e, const column_ref& column) {
    bool found = false;
    for_each_node(e, [&](const expr& x) {
        found = found || (x.kind == expr_kind::column && x.ref == column);
        if (!x.query) return;
        const std::vector<column_ref> outer = columns_from_outside(*x.query);
        found = found || std::find(outer.begin(), outer.end(), column) != outer.end();
    });
    return found;
}

/// Where SET works from left to right, a column must be changed after all that read it.
std::vector<change::assignment> in_safe_order(const change& c, const dialect& d) {
    std::vector<change::assignment> left = c.assignments, ordered;
    if (!d.traits().sequential_assignments) return left;
    while (!left.empty()) {
        const auto free = std::find_if(left.begin(), left.end(), [&](const auto& candidate) {
            return std::none_of(left.begin(), left.end(), [&](const auto& other) {
                return other.column != candidate.column &&
                       reads(other.to, {c.target, candidate.column, 0});
            });
        });
        if (free == left.end())
            raise(error_info{.code = error_code::not_supported,
                             .message = fmt::format("{} cannot exchange columns of {} in one "
                                                    "UPDATE: set them one after the other",
                                                    d.traits().name, c.target->name),
                             .table = c.target->name});
        ordered.push_back(*free);
        left.erase(free);
    }
    return ordered;
}

void write_column(expression_writer& out, const schema::column& c) {
    check_identifier("column", c.name);
    out.identifier(c.name);
}

void write_columns(expression_writer& out, const schema::table& t,
                   const std::vector<schema::column_index>& columns) {
    out << "(";
    bool first = true;
    for (const schema::column_index i : columns) {
        if (!std::exchange(first, false)) out << ", ";
        write_column(out, t.columns.at(i));
    }
    out << ")";
}

void write_assignments(expression_writer& out, const change& c) {
    if (c.assignments.empty())
        raise(error_info{
            .code = error_code::bad_query,
            .message = fmt::format("an UPDATE of {} that sets no column", c.target->name),
            .table = c.target->name});
    bool first = true;
    for (const change::assignment& a : in_safe_order(c, out.target())) {
        out << (std::exchange(first, false) ? " SET " : ", ");
        const schema::column& column = c.target->columns[a.column];
        write_column(out, column);
        out << " = ";
        out.assigned(*a.to, *c.target, column);
    }
}

void write_where(expression_writer& out, const change& c) {
    if (!c.where) return;
    out << " WHERE ";
    out.whole(*c.where);
}

void write_returning(expression_writer& out, const change& c) {
    bool first = true;
    out.take_columns_for_not_null(out.target().kind() == dialect_kind::sqlite);
    for (const select_item& i : c.returning) {
        out << (std::exchange(first, false) ? " RETURNING " : ", ");
        out.whole(*i.expression);
    }
    out.take_columns_for_not_null(false);
}

[[noreturn]] void refuse_on_mariadb(const change& c, std::string_view what) {
    raise(error_info{.code = error_code::not_supported,
                     .message = fmt::format("MariaDB has no {} (table {})", what, c.target->name),
                     .table = c.target->name});
}

void write_conflict(expression_writer& out, const change& c) {
    if (!c.inserted->has_conflict) return;
    if (out.target().kind() == dialect_kind::mariadb) refuse_on_mariadb(c, "ON CONFLICT");
    if (equal_ignoring_case(c.target->name, "excluded") && !c.assignments.empty())
        raise(error_info{.code = error_code::not_supported,
                         .message = "ON CONFLICT DO UPDATE of a table that is called \"excluded\"",
                         .table = c.target->name});
    out << " ON CONFLICT ";
    write_columns(out, *c.target, c.inserted->conflict_key);
    if (c.assignments.empty()) {
        out << " DO NOTHING";
        return;
    }
    out << " DO UPDATE";
    write_assignments(out, c);
    write_where(out, c);
}

void write_target(expression_writer& out, const change& c,
                  const std::vector<schema::column_index>& columns) {
    check_identifier("table", c.target->name);
    out << "INSERT INTO ";
    out.identifier(c.target->name);
    out << " ";
    write_columns(out, *c.target, columns);
    out << " ";
}

compiled write_insert_select(const change& c, const dialect& d, bool pad_lists) {
    if (!c.inserted->source || c.inserted->has_conflict || !c.returning.empty())
        raise(error_code::internal, "only a plain INSERT ... SELECT is one statement for a shard");
    check_grouping(*c.inserted->source);
    const scope tables{*c.inserted->source};
    expression_writer out{d, tables, pad_lists};
    write_target(out, c, c.inserted->columns);
    write_query(out, *c.inserted->source, {});
    return out.take();
}

void add_types(compiled& to, const change& c) {
    for (const select_item& i : c.returning)
        to.columns.push_back({i.expression->type.type, i.expression->type.scale});
}

}  // namespace

void check_assignments(const change& c, const dialect& d) {
    if (c.assignments.size() > 1) static_cast<void>(in_safe_order(c, d));
}

compiled write_change(const change& c, const dialect& d, bool pad_lists) {
    if (c.what == change::verb::insert) return write_insert_select(c, d, pad_lists);
    const bool updates = c.what == change::verb::update;
    if (updates && !c.returning.empty() && d.kind() == dialect_kind::mariadb)
        refuse_on_mariadb(c, "UPDATE ... RETURNING");
    const scope tables{c};
    expression_writer out{d, tables, pad_lists};
    out << (updates ? "UPDATE " : "DELETE FROM ");
    out.table(tables.all().front());
    if (updates) write_assignments(out, c);
    write_where(out, c);
    write_returning(out, c);
    compiled done = out.take();
    add_types(done, c);
    return done;
}

compiled compile_rows(const change& c, std::size_t rows, const dialect& d) {
    const schema::table& t = *c.target;
    const scope tables{c};
    expression_writer out{d, tables, false};
    std::vector<schema::column_index> columns(t.columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i)
        columns[i] = static_cast<schema::column_index>(i);
    write_target(out, c, columns);
    out << "VALUES ";
    for (std::size_t row = 0; row < rows; ++row) {
        out << (row == 0 ? "(" : ", (");
        bool first = true;
        for (const schema::column& column : t.columns) {
            if (!std::exchange(first, false)) out << ", ";
            out.parameter(value{}, {column.type, column.scale});
        }
        out << ")";
    }
    write_conflict(out, c);
    write_returning(out, c);
    compiled done = out.take();
    add_types(done, c);
    return done;
}

}  // namespace shardwise::sql
