// SPDX-License-Identifier: MIT
#include "plan/rules/keep_in_client.hpp"

#include <algorithm>
#include <string>

#include "shardwise/base/error.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::plan {
namespace {

bool is_column(const sql::expr& e) { return e.kind == sql::expr_kind::column; }

/// A column, or an aggregate of one.
bool is_simple(const sql::expr_ptr& e) {
    return is_column(*e) ||
           (e->kind == sql::expr_kind::aggregate &&
            std::all_of(e->operands.begin(), e->operands.end(),
                        [](const sql::expr_ptr& x) { return x && is_column(*x); }));
}

bool selects_only_columns(const sql::select& s) {
    return std::all_of(s.items.begin(), s.items.end(),
                       [](const sql::select_item& i) { return is_simple(i.expression); }) &&
           std::all_of(s.group_by.begin(), s.group_by.end(), is_simple) &&
           std::all_of(s.order_by.begin(), s.order_by.end(),
                       [](const sql::ordering& o) { return is_simple(o.by); }) &&
           !s.having;
}

bool has_windows(const sql::select& s) {
    const std::vector<sql::expr_ptr> all = sql::expressions_of(s);
    return std::any_of(all.begin(), all.end(),
                       [](const sql::expr_ptr& e) { return e->has_window; });
}

}  // namespace

bool is_fetch(const sql::select& s, const rewrites& rules) {
    return s.joins.empty() && s.derived_tables.empty() && s.branches.empty() &&
           s.group_by.empty() && !s.having && s.order_by.empty() && !s.limit && s.offset == 0 &&
           !s.distinct && (!s.where || rules.push_filter) &&
           std::all_of(s.items.begin(), s.items.end(),
                       [](const sql::select_item& i) { return is_column(*i.expression); });
}

void keep_in_client(const sql::select& s, const rewrites& rules) {
    if (is_fetch(s, rules)) return;
    const auto need = [](bool on, bool used, const char* name) {
        if (used && !on)
            raise({.code = error_code::not_supported,
                   .message = std::string("the rewrite ") + name + " is switched off"});
    };
    need(rules.push_joins, !s.joins.empty(), "push_joins");
    need(rules.push_filter, static_cast<bool>(s.where), "push_filter");
    need(rules.push_windows, has_windows(s), "push_windows");
    need(rules.push_expressions, !selects_only_columns(s), "push_expressions");
}

}  // namespace shardwise::plan
