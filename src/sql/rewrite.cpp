// SPDX-License-Identifier: MIT
#include "sql/rewrite.hpp"

#include <algorithm>

namespace shardwise::sql {
namespace {

expr_ptr with_operands(const expr& e, std::vector<expr_ptr> operands) {
    auto* const copy = new expr;
    expr_ptr owner{copy};
    copy->kind = e.kind;
    copy->operation = e.operation;
    copy->function = e.function;
    copy->negated = e.negated;
    copy->ref = e.ref;
    copy->literal = e.literal;
    copy->list = e.list;
    copy->type = e.type;
    for (const expr_ptr& x : operands) {
        copy->depth = std::max(copy->depth, static_cast<std::uint16_t>(x->depth + 1));
        copy->has_aggregate = copy->has_aggregate || x->has_aggregate;
    }
    copy->has_aggregate = copy->has_aggregate || e.kind == expr_kind::aggregate;
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
    return changed ? with_operands(*e, std::move(operands)) : e;
}

void for_each_node(const expr_ptr& e, const std::function<void(const expr&)>& visit) {
    if (!e) return;
    visit(*e);
    for (const expr_ptr& x : e->operands) for_each_node(x, visit);
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

}  // namespace shardwise::sql
