// SPDX-License-Identifier: MIT
#include "plan/equalities.hpp"

namespace shardwise::plan {
namespace {

/// Doubles are left out: a server may compare an integer with a double after rounding it, and then
/// equality is not transitive. Decimals and integers are kept apart for the same caution.
bool exact_kind(const sql::expr& e) {
    const kind k = kind_of(e.type.type);
    return k != kind::real && k != kind::json && k != kind::null;
}

bool is_leaf(const sql::expr& e) {
    return e.kind == sql::expr_kind::column ||
           (e.kind == sql::expr_kind::constant && !e.literal.is_null());
}

}  // namespace

void equalities::learn(const sql::expr& e) {
    if (e.kind != sql::expr_kind::binary) return;
    if (e.operation == sql::op::conj) {
        learn(*e.operands[0]);
        learn(*e.operands[1]);
        return;
    }
    const sql::expr &a = *e.operands[0], &b = *e.operands[1];
    if (e.operation != sql::op::eq || !is_leaf(a) || !is_leaf(b)) return;
    if (!exact_kind(a) || kind_of(a.type.type) != kind_of(b.type.type)) return;
    const std::size_t kept = group_of(a), absorbed = group_of(b);
    for (member& m : members_)
        if (m.group == absorbed) m.group = kept;
}

std::size_t equalities::group_of(const sql::expr& side) {
    const bool is_column = side.kind == sql::expr_kind::column;
    for (const member& m : members_) {
        if (is_column ? m.column == side.ref
                      : m.constant && m.constant->kind() == side.literal.kind() &&
                            shardwise::same(m.constant->view(), side.literal.view()))
            return m.group;
    }
    members_.push_back({is_column ? side.ref : sql::column_ref{},
                        is_column ? nullptr : &side.literal, members_.size()});
    return members_.back().group;
}

const equalities::member* equalities::find(const sql::column_ref& c) const {
    for (const member& m : members_)
        if (m.constant == nullptr && m.column == c) return &m;
    return nullptr;
}

bool equalities::same(const sql::column_ref& a, const sql::column_ref& b) const {
    if (a == b) return true;
    const member *const x = find(a), *const y = find(b);
    return x && y && x->group == y->group;
}

std::vector<sql::column_ref> equalities::partners(const sql::column_ref& c) const {
    std::vector<sql::column_ref> out;
    const member* const self = find(c);
    if (!self) return out;
    for (const member& m : members_)
        if (m.constant == nullptr && m.group == self->group && !(m.column == c))
            out.push_back(m.column);
    return out;
}

}  // namespace shardwise::plan
