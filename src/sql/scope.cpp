// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "shardwise/base/error.hpp"
#include "sql/expression_writer.hpp"

namespace shardwise::sql {
scope::scope(table_ref only) { add(only, false); }

scope::scope(const select& s) {
    const auto add_all = [&](bool named_by_alias) {
        if ((s.from.alias != 0) == named_by_alias) add(s.from, false);
        for (const join& j : s.joins)
            if ((j.joined.alias != 0) == named_by_alias) add(j.joined, j.kind == join_kind::left);
    };
    // Tables under their own name come first: an alias must give way to a table that is called t1.
    add_all(false);
    add_all(true);
}

void scope::add(table_ref ref, bool optional) {
    check_identifier("table", ref.table->name);
    std::string name = ref.alias == 0 ? ref.table->name : fmt::format("t{}", int{ref.alias});
    if (ref.alias != 0) {
        const auto taken = [&](const appearance& a) { return equal_ignoring_case(a.name, name); };
        while (std::any_of(all_.begin(), all_.end(), taken)) name += '_';
    }
    all_.push_back({ref, std::move(name), optional});
}

const scope::appearance& scope::of(const column_ref& c) const {
    for (const appearance& a : all_)
        if (a.ref.table == c.table && a.ref.alias == c.alias) return a;
    raise(error_info{.code = error_code::bad_query,
                     .message = fmt::format("column {}.{} is used, but its table is not part of "
                                            "the statement: join it",
                                            c.table->name, c.table->columns.at(c.column).name),
                     .table = c.table->name});
}

bool scope::nullable(const expr& e) const {
    if (e.type.nullable) return true;
    if (e.kind == expr_kind::column) return of(e.ref).optional;
    if (e.kind == expr_kind::aggregate || e.kind == expr_kind::is_null) return false;
    return std::any_of(e.operands.begin(), e.operands.end(),
                       [&](const expr_ptr& x) { return nullable(*x); });
}

}  // namespace shardwise::sql
