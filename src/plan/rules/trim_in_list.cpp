// SPDX-License-Identifier: MIT
// Why it is right: on a shard no row has a key that lives elsewhere, so a dropped value could only
// have made `key = value` false (or NULL for a NULL key) there. One value is always kept, because
// an empty IN is false even for a NULL key, which a NOT above it would show.
#include "plan/rules/trim_in_list.hpp"

#include "plan/key_buckets.hpp"
#include "plan/key_literal.hpp"
#include "plan/router.hpp"
#include "plan/truth.hpp"

namespace shardwise::plan {
namespace {

bool is_logic(const sql::expr& e) {
    return (e.kind == sql::expr_kind::binary &&
            (e.operation == sql::op::conj || e.operation == sql::op::disj)) ||
           (e.kind == sql::expr_kind::unary && e.operation == sql::op::neg);
}

}  // namespace

bool in_list_trimmer::inspect(const sql::expr_ptr& condition) {
    if (condition && scope_.anchor && scope_.key_count() == 1) place(*condition);
    return !lists_.empty();
}

void in_list_trimmer::place(const sql::expr& e) {
    if (is_logic(e)) {
        for (const sql::expr_ptr& x : e.operands) place(*x);
        return;
    }
    if (e.kind != sql::expr_kind::in_list || e.list.size() < 2) return;
    const sql::expr& x = *e.operands[0];
    const key_column* const k = x.kind == sql::expr_kind::column ? scope_.find(x.ref) : nullptr;
    if (!k || !k->declared || compared_as_real(e)) return;
    const schema::column& c = scope_.key_at(0);
    key_buckets keys(view_.map_of(*scope_.anchor), entries_);
    placed_list found{&e, {}};
    found.shard_of.reserve(e.list.size());
    for (const value& v : e.list) {
        const key_literal l = equal_to(c, v.view());
        int shard = everywhere;
        if (l.what == key_literal::verdict::never && !v.is_null()) shard = nowhere;
        if (l.what == key_literal::verdict::point) {
            const key_buckets::found f = keys.find({&l.at, 1});
            if (f.what == key_buckets::answer::nowhere) shard = nowhere;
            if (f.what == key_buckets::answer::bucket) shard = keys.map().owner_of(f.bucket);
        }
        found.shard_of.push_back(shard);
    }
    lists_.push_back(std::move(found));
}

sql::expr_ptr in_list_trimmer::cut(const placed_list& l, shard_index shard) const {
    std::vector<arg> kept;
    for (std::size_t i = 0; i < l.shard_of.size(); ++i)
        if (l.shard_of[i] == everywhere || l.shard_of[i] == shard)
            kept.push_back(l.list->list[i].view());
    if (kept.size() == l.shard_of.size()) return {};
    if (kept.empty()) kept.push_back(l.list->list[0].view());
    return sql::in_list(l.list->operands[0], kept.data(), kept.size(), l.list->negated);
}

sql::expr_ptr in_list_trimmer::for_shard(const sql::expr_ptr& condition, shard_index shard) const {
    if (!condition) return condition;
    if (is_logic(*condition)) {
        const sql::expr_ptr a = for_shard(condition->operands[0], shard);
        if (condition->kind == sql::expr_kind::unary)
            return a == condition->operands[0] ? condition : sql::unary(condition->operation, a);
        const sql::expr_ptr b = for_shard(condition->operands[1], shard);
        if (a == condition->operands[0] && b == condition->operands[1]) return condition;
        return sql::binary(condition->operation, a, b);
    }
    for (const placed_list& l : lists_) {
        if (l.list != condition.get()) continue;
        const sql::expr_ptr shorter = cut(l, shard);
        return shorter ? shorter : condition;
    }
    return condition;
}

std::vector<sql::select_ptr> trim(const sql::select_ptr& s, const route& where,
                                  const cluster_view& view, const directory_entries& entries) {
    std::vector<sql::select_ptr> out(where.shards.size(), s);
    if (where.shards.size() < 2) return out;
    const key_scope scope = scope_of(*s);
    in_list_trimmer trimmer(scope, view, entries);
    bool any = trimmer.inspect(s->where);
    for (const sql::join& j : s->joins) any = trimmer.inspect(j.on) || any;
    if (!any) return out;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const shared<sql::select> copy = sql::clone(*s);
        copy->where = trimmer.for_shard(s->where, where.shards[i]);
        bool changed = !(copy->where == s->where);
        for (sql::join& j : copy->joins) {
            sql::expr_ptr on = trimmer.for_shard(j.on, where.shards[i]);
            changed = changed || !(on == j.on);
            j.on = std::move(on);
        }
        if (changed) out[i] = sql::freeze(copy);
    }
    return out;
}

}  // namespace shardwise::plan
