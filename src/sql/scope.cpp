// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "shardwise/base/error.hpp"
#include "sql/expression_writer.hpp"

namespace shardwise::sql {
scope::scope(table_ref only) { add(only, false); }

scope::scope(const change& c) {
    add({c.target, 0}, false);
    if (c.inserted && c.inserted->has_conflict && !c.assignments.empty())
        all_.push_back({{c.target, excluded_row}, "excluded", false, nullptr});
}

scope::scope(const select& s, const scope* around) : around_(around) {
    // What a RIGHT or FULL JOIN adds makes everything before it optional.
    std::size_t optional_before = 0;
    for (std::size_t i = 0; i < s.joins.size(); ++i)
        if (s.joins[i].kind == join_kind::right || s.joins[i].kind == join_kind::full)
            optional_before = i + 1;
    const auto add_all = [&](bool named_by_alias) {
        if ((s.from.alias != 0) == named_by_alias)
            add(s.from, optional_before > 0, s.find_derived(s.from.table));
        for (std::size_t i = 0; i < s.joins.size(); ++i) {
            const join& j = s.joins[i];
            if ((j.joined.alias != 0) != named_by_alias) continue;
            const bool optional =
                j.kind == join_kind::left || j.kind == join_kind::full || i + 1 < optional_before;
            add(j.joined, optional, s.find_derived(j.joined.table));
        }
    };
    // Tables under their own name come first: an alias must give way to a table that is called t1.
    add_all(false);
    add_all(true);
}

bool scope::takes(std::string_view name) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const appearance& a) { return equal_ignoring_case(a.name, name); }) ||
           (around_ != nullptr && around_->takes(name));
}

void scope::add(table_ref ref, bool optional, const sql::derived* made) {
    check_identifier("table", ref.table->name);
    std::string name = ref.alias == 0 ? ref.table->name : fmt::format("t{}", int{ref.alias});
    // A name of an outer statement would be hidden by the same name here.
    while (takes(name)) name += '_';
    all_.push_back({ref, std::move(name), optional, made});
}

const scope::appearance* scope::find(const column_ref& c) const noexcept {
    for (const appearance& a : all_)
        if (a.ref.table == c.table && a.ref.alias == c.alias) return &a;
    return around_ == nullptr ? nullptr : around_->find(c);
}

const scope::appearance& scope::of(const column_ref& c) const {
    if (const appearance* const a = find(c)) return *a;
    raise(error_info{.code = error_code::bad_query,
                     .message = fmt::format("column {}.{} is used, but its table is not part of "
                                            "the statement: join it",
                                            c.table->name, c.table->columns.at(c.column).name),
                     .table = c.table->name});
}

bool scope::nullable(const expr& e) const {
    if (e.type.nullable) return true;
    if (e.kind == expr_kind::column) return of(e.ref).optional;
    if (e.kind == expr_kind::aggregate || e.kind == expr_kind::is_null ||
        e.kind == expr_kind::window || e.kind == expr_kind::distinct_from)
        return false;
    return std::any_of(e.operands.begin(), e.operands.end(),
                       [&](const expr_ptr& x) { return nullable(*x); });
}

}  // namespace shardwise::sql
