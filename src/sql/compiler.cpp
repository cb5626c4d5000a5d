// SPDX-License-Identifier: MIT
#include "sql/compiler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "shardwise/base/error.hpp"
#include "sql/expression_writer.hpp"
#include "sql/group_check.hpp"
#include "sql/query_writer.hpp"

namespace shardwise::sql {
namespace {

compiled write_select(const select& s, const dialect& d, bool pad_lists) {
    const scope tables{s};
    expression_writer out{d, tables, pad_lists};
    write_query(out, s, {});
    compiled result = out.take();
    for (const select_item& i : s.items)
        result.columns.push_back({i.expression->type.type, i.expression->type.scale});
    return result;
}

bool reads(const expr& e, schema::column_index column) {
    if (e.kind == expr_kind::column) return e.ref.column == column;
    return std::any_of(e.operands.begin(), e.operands.end(),
                       [&](const expr_ptr& x) { return reads(*x, column); });
}

/// Where SET works from left to right, a column must be changed after all that read it.
std::vector<change::assignment> in_safe_order(const change& c, const dialect& d) {
    std::vector<change::assignment> left = c.assignments, ordered;
    if (!d.traits().sequential_assignments) return left;
    while (!left.empty()) {
        const auto free = std::find_if(left.begin(), left.end(), [&](const auto& candidate) {
            return std::none_of(left.begin(), left.end(), [&](const auto& other) {
                return other.column != candidate.column && reads(*other.to, candidate.column);
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

void write_assignments(expression_writer& out, const change& c, const dialect& d) {
    if (c.assignments.empty())
        raise(error_info{
            .code = error_code::bad_query,
            .message = fmt::format("an UPDATE of {} that sets no column", c.target->name),
            .table = c.target->name});
    bool first = true;
    for (const change::assignment& a : in_safe_order(c, d)) {
        out << (first ? " SET " : ", ");
        first = false;
        const schema::column& column = c.target->columns[a.column];
        check_identifier("column", column.name);
        out.identifier(column.name);
        out << " = ";
        out.assigned(*a.to, *c.target, column);
    }
}

compiled write_change(const change& c, const dialect& d, bool pad_lists) {
    const scope tables{table_ref{c.target, 0}};
    expression_writer out{d, tables, pad_lists};
    out << (c.what == change::verb::update ? "UPDATE " : "DELETE FROM ");
    out.table(tables.all().front());
    if (c.what == change::verb::update) write_assignments(out, c, d);
    if (c.where) {
        out << " WHERE ";
        out.whole(*c.where);
    }
    return out.take();
}

/// Padded lists if they fit, exact ones if only those do.
template <class Write>
compiled within_limits(const dialect& d, Write write) {
    compiled result = write(true);
    if (result.values.size() > max_parameters(d)) result = write(false);
    if (result.values.size() > max_parameters(d))
        raise(error_info{
            .code = error_code::bad_query,
            .message = fmt::format("the statement has {} parameters: {} takes at most "
                                   "{}, ask in parts",
                                   result.values.size(), d.traits().name, max_parameters(d))});
    return result;
}

}  // namespace

compiled compile(const select& s, const dialect& d) {
    check_grouping(s);
    return within_limits(d, [&](bool pad) { return write_select(s, d, pad); });
}

compiled compile(const change& c, const dialect& d) {
    return within_limits(d, [&](bool pad) { return write_change(c, d, pad); });
}

}  // namespace shardwise::sql
