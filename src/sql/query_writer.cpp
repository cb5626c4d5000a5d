// SPDX-License-Identifier: MIT
#include "sql/query_writer.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardwise/base/error.hpp"
#include "sql/expression_writer.hpp"
#include "sql/group_check.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::sql {
namespace {

std::string_view words_of(join_kind kind) {
    switch (kind) {
        case join_kind::inner:
            return " INNER JOIN ";
        case join_kind::left:
            return " LEFT JOIN ";
        case join_kind::right:
            return " RIGHT JOIN ";
        case join_kind::full:
            return " FULL JOIN ";
        case join_kind::cross:
            return " CROSS JOIN ";
    }
    return " JOIN ";
}

std::string_view words_of(set_operation o) {
    switch (o) {
        case set_operation::union_all:
            return " UNION ALL ";
        case set_operation::union_distinct:
            return " UNION ";
        case set_operation::intersect:
            return " INTERSECT ";
        case set_operation::except:
            return " EXCEPT ";
    }
    return " UNION ";
}

/// Rows that have no partner are kept after the n-th join.
bool keeps_rows_later(const select& s, std::size_t n) {
    return std::any_of(
        s.joins.begin() + static_cast<std::ptrdiff_t>(n), s.joins.end(),
        [](const join& j) { return j.kind == join_kind::right || j.kind == join_kind::full; });
}

bool every_condition_names_a_column(const expr_ptr& e) {
    if (e->kind == expr_kind::binary && e->operation == op::conj)
        return every_condition_names_a_column(e->operands[0]) &&
               every_condition_names_a_column(e->operands[1]);
    return names_a_column(e);
}

/// SQLite 3.40 looks at conditions without columns before all joins, and forgets a RIGHT or FULL
/// JOIN when one is not met. random() keeps it from that; it is never NULL.
void write_condition_before_kept_rows(expression_writer& out, const expr_ptr& e) {
    if (e->kind == expr_kind::binary && e->operation == op::conj) {
        write_condition_before_kept_rows(out, e->operands[0]);
        out << " AND ";
        return write_condition_before_kept_rows(out, e->operands[1]);
    }
    const bool shown = names_a_column(e);
    out << "(";
    out.whole(*e);
    out << (shown ? ")" : " OR random() IS NULL)");
}

void write_from(expression_writer& out, const select& s) {
    const auto appearance = [&](const table_ref& ref) -> const scope::appearance& {
        return out.tables().of({ref.table, 0, ref.alias});
    };
    if (s.from.table == &no_table()) {
        if (out.target().kind() == dialect_kind::mariadb) out << " FROM DUAL";
        return;
    }
    out << " FROM ";
    out.table(appearance(s.from));
    const bool sqlite = out.target().kind() == dialect_kind::sqlite;
    for (std::size_t i = 0; i < s.joins.size(); ++i) {
        const join& j = s.joins[i];
        if (j.kind == join_kind::full && out.target().kind() == dialect_kind::mariadb)
            raise(error_code::not_supported, "MariaDB has no FULL JOIN");
        out << words_of(j.kind);
        out.table(appearance(j.joined));
        if (!j.on) continue;
        out << " ON ";
        if (sqlite && j.kind == join_kind::inner && keeps_rows_later(s, i + 1) &&
            !every_condition_names_a_column(j.on))
            write_condition_before_kept_rows(out, j.on);
        else
            out.whole(*j.on);
    }
}

void write_groups(expression_writer& out, const select& s) {
    for (std::size_t i = 0; i < s.group_by.size(); ++i) {
        out << (i == 0 ? " GROUP BY " : ", ");
        out.in_byte_order(*s.group_by[i]);
    }
    if (!s.having) return;
    out << " HAVING ";
    out.write_keys_as_minimum(out.target().kind() == dialect_kind::mariadb);
    out.whole(*s.having);
    out.write_keys_as_minimum(false);
}

/// MariaDB leaves out an ORDER BY that the index of GROUP BY would do, although windows have sorted
/// the groups since. What is ordered by IS NULL first is sorted always.
bool loses_order(const expression_writer& out, const select& s) {
    const auto has_window = [](const select_item& i) { return i.expression->has_window; };
    return out.target().kind() == dialect_kind::mariadb && !s.group_by.empty() &&
           std::any_of(s.items.begin(), s.items.end(), has_window);
}

void write_order(expression_writer& out, const select& s) {
    const bool by_null_first = loses_order(out, s);
    for (std::size_t i = 0; i < s.order_by.size(); ++i) {
        out << (i == 0 ? " ORDER BY " : ", ");
        out.order_term(s.order_by[i], by_null_first);
    }
}

/// SQLite has no locked rows: the session's transaction locks the file.
std::string_view words_of(row_lock lock, dialect_kind kind) {
    if (kind == dialect_kind::sqlite) return {};
    switch (lock) {
        case row_lock::none:
            return {};
        case row_lock::wait:
            return " FOR UPDATE";
        case row_lock::nowait:
            return " FOR UPDATE NOWAIT";
        case row_lock::skip_locked:
            return " FOR UPDATE SKIP LOCKED";
    }
    return {};
}

void write_limit(expression_writer& out, const select& s) {
    const auto number = [&](std::int64_t n) {
        if (out.target().traits().literal_limits) {
            out << std::to_string(n);
            return;
        }
        parameter_source source;
        source.from = parameter_source::origin::shape;
        out.parameter(value{arg{n}}, {column_type::int64, 0}, source);
    };
    if (s.limit) {
        out << " LIMIT ";
        number(*s.limit);
    }
    if (s.offset == 0) return;
    if (!s.limit) out << out.target().traits().no_limit;
    out << " OFFSET ";
    number(s.offset);
}

/// SQLite takes HAVING without GROUP BY only beside an aggregate in the select list.
bool needs_an_aggregate(const expression_writer& out, const select& s) {
    return out.target().kind() == dialect_kind::sqlite && s.having && s.group_by.empty() &&
           std::none_of(s.items.begin(), s.items.end(),
                        [](const select_item& i) { return i.expression->has_aggregate; });
}

/// Rows are made one by their columns: text then counts by its bytes. MariaDB takes bound text in
/// UNION ALL for CHAR, which loses trailing blanks, unless it has a collation.
bool needs_byte_order(const expression_writer& out, set_operation o) {
    return o != set_operation::union_all || out.target().kind() == dialect_kind::mariadb;
}

void write_items(expression_writer& out, const select& s, const std::vector<std::string>& columns) {
    const bool compared =
        !s.branches.empty() && needs_byte_order(out, s.branches.front().operation);
    for (std::size_t i = 0; i < s.items.size(); ++i) {
        if (i != 0) out << ", ";
        const bool wrapped = i == 0 && needs_an_aggregate(out, s);
        if (wrapped) out << "CASE WHEN COUNT(*) >= 0 THEN ";
        if (compared)
            out.in_byte_order(*s.items[i].expression);
        else
            out.whole(*s.items[i].expression);
        if (wrapped) out << " END";
        if (columns.empty()) continue;
        out << " AS ";
        out.identifier(columns[i]);
    }
}

void write_core(expression_writer& out, const select& s, const std::vector<std::string>& columns) {
    out.use_keys(keys_of(s));
    // PostgreSQL takes an item of SELECT DISTINCT for that of ORDER BY only if their windows are
    // written alike.
    if (s.distinct && std::any_of(s.items.begin(), s.items.end(),
                                  [](const select_item& i) { return i.expression->has_window; }))
        out.qualify_always();
    out << (s.distinct ? "SELECT DISTINCT " : "SELECT ");
    write_items(out, s, columns);
    out.enable_keys(false);
    write_from(out, s);
    if (s.where) {
        out << " WHERE ";
        out.whole(*s.where);
    }
    out.enable_keys(true);
    out.qualify_always();
    write_groups(out, s);
}

}  // namespace

void write_query(expression_writer& out, const select& s, const std::vector<std::string>& columns) {
    if (s.recursive) {
        out << "WITH RECURSIVE ";
        out.identifier(s.recursive->name);
        for (std::size_t i = 0; i < s.recursive->columns.size(); ++i) {
            out << (i == 0 ? "(" : ", ");
            out.identifier(s.recursive->columns[i].name);
        }
        out << ") AS (";
    }
    write_core(out, s, columns);
    write_order(out, s);
    write_limit(out, s);
    out << words_of(s.lock, out.target().kind());
    for (const set_branch& b : s.branches) {
        out << words_of(b.operation);
        out.branch(*b.query, needs_byte_order(out, b.operation));
    }
    if (s.recursive) {
        out << ") SELECT * FROM ";
        out.identifier(s.recursive->name);
    }
}

void write_branch(expression_writer& out, const select& s, bool compared) {
    if (!compared) return write_core(out, s, {});
    const shared<select> copy = clone(s);
    copy->branches = {{set_operation::union_distinct, {}}};  // for its byte order only
    write_core(out, *copy, {});
}

}  // namespace shardwise::sql
