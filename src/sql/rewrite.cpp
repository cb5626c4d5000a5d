// SPDX-License-Identifier: MIT
#include "sql/rewrite.hpp"

#include <algorithm>

namespace shardwise::sql {
namespace {

expr_ptr remade(const expr& e, std::vector<expr_ptr> operands, const select_ptr& query) {
    auto* const copy = new expr(e);
    expr_ptr owner{copy};
    copy->query = query;
    copy->depth = 1;
    copy->has_aggregate = e.kind == expr_kind::aggregate;
    copy->has_window = e.kind == expr_kind::window;
    copy->has_query = static_cast<bool>(query);
    copy->has_local = is_local(e);
    for (const expr_ptr& x : operands) {
        copy->depth = std::max(copy->depth, static_cast<std::uint16_t>(x->depth + 1));
        copy->has_aggregate = copy->has_aggregate || x->has_aggregate;
        copy->has_window = copy->has_window || x->has_window;
        copy->has_query = copy->has_query || x->has_query;
        copy->has_local = copy->has_local || x->has_local;
    }
    copy->operands = std::move(operands);
    return owner;
}

}  // namespace

expr_ptr rewrite(const expr_ptr& e, const replacement& replace) {
    if (!e) return e;
    if (expr_ptr other = replace(e)) return other;
    std::vector<expr_ptr> operands;
    operands.reserve(e->operands.size());
    bool changed = false;
    for (const expr_ptr& x : e->operands) {
        operands.push_back(rewrite(x, replace));
        changed = changed || !(operands.back() == x);
    }
    return changed ? remade(*e, std::move(operands), e->query) : e;
}

expr_ptr with_query(const expr& e, std::vector<expr_ptr> operands, const select_ptr& query) {
    return remade(e, std::move(operands), query);
}

void for_each_node(const expr_ptr& e, const std::function<void(const expr&)>& visit) {
    if (!e) return;
    visit(*e);
    for (const expr_ptr& x : e->operands) for_each_node(x, visit);
}

bool names_a_column(const expr_ptr& e) {
    bool found = false;
    for_each_node(e,
                  [&](const expr& x) { found = found || x.kind == expr_kind::column || x.query; });
    return found;
}

std::vector<expr_ptr> expressions_of(const select& s) {
    std::vector<expr_ptr> all;
    const auto add = [&](const expr_ptr& e) {
        if (e) all.push_back(e);
    };
    for (const select_item& i : s.items) add(i.expression);
    for (const join& j : s.joins) add(j.on);
    add(s.where);
    for (const expr_ptr& g : s.group_by) add(g);
    add(s.having);
    for (const ordering& o : s.order_by) add(o.by);
    return all;
}

void for_each_query(const select& s, const std::function<void(const select&)>& visit) {
    for (const derived_ptr& d : s.derived_tables) visit(*d->query);
    for (const expr_ptr& e : expressions_of(s))
        if (e->has_query)
            for_each_node(e, [&](const expr& x) {
                if (x.query) visit(*x.query);
            });
    for (const set_branch& b : s.branches) visit(*b.query);
}

bool is_nested(const select& s) {
    if (!s.derived_tables.empty() || !s.branches.empty()) return true;
    const std::vector<expr_ptr> all = expressions_of(s);
    return std::any_of(all.begin(), all.end(), [](const expr_ptr& e) { return e->has_query; });
}

namespace {

bool provides(const select& s, const column_ref& c) {
    const table_ref t{c.table, c.alias};
    return s.from == t || std::any_of(s.joins.begin(), s.joins.end(),
                                      [&](const join& j) { return j.joined == t; });
}

}  // namespace

std::vector<column_ref> columns_from_outside(const select& s) {
    std::vector<column_ref> found;
    const auto add = [&](const column_ref& c) {
        if (!provides(s, c) && std::find(found.begin(), found.end(), c) == found.end())
            found.push_back(c);
    };
    for (const expr_ptr& e : expressions_of(s))
        for_each_node(e, [&](const expr& x) {
            if (x.kind == expr_kind::column) add(x.ref);
            if (!x.query) return;
            for (const column_ref& c : columns_from_outside(*x.query)) add(c);
        });
    // Branches have tables of their own: only what is outside of them may be outside of `s`.
    for (const set_branch& b : s.branches)
        for (const column_ref& c : columns_from_outside(*b.query))
            if (std::find(found.begin(), found.end(), c) == found.end()) found.push_back(c);
    return found;
}

}  // namespace shardwise::sql
