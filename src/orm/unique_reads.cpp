// SPDX-License-Identifier: MIT
#include "orm/unique_reads.hpp"

#include <algorithm>

#include "base/failpoint.hpp"
#include "plan/key_literal.hpp"
#include "schema/unique_lookup.hpp"
#include "sql/conditions.hpp"

namespace shardwise::orm {
namespace {

/// The columns of `t` that the condition sets equal to a value, and that value.
using pins = std::vector<std::pair<column_index, arg>>;

void collect(const sql::expr_ptr& e, const sql::table_ref& from, pins& out) {
    if (e->kind != sql::expr_kind::binary) return;
    if (e->operation == sql::op::conj) {
        for (const sql::expr_ptr& part : e->operands) collect(part, from, out);
        return;
    }
    if (e->operation != sql::op::eq) return;
    const bool swapped = e->operands[0]->kind == sql::expr_kind::constant;
    const sql::expr& column = *e->operands[swapped ? 1 : 0];
    const sql::expr& constant = *e->operands[swapped ? 0 : 1];
    if (column.kind != sql::expr_kind::column || constant.kind != sql::expr_kind::constant ||
        column.ref.table != from.table || column.ref.alias != from.alias)
        return;
    const plan::key_literal l =
        plan::equal_to(from.table->columns[column.ref.column], constant.literal.view());
    if (l.what == plan::key_literal::verdict::point) out.emplace_back(column.ref.column, l.at);
}

const arg* value_of(const pins& all, column_index c) {
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const auto& pin) { return pin.first == c; });
    return at == all.end() ? nullptr : &at->second;
}

bool may_be_empty(const sql::select& q) {
    return q.joins.empty() && q.derived_tables.empty() && q.branches.empty() && !q.recursive &&
           q.group_by.empty() && !q.having && q.where &&
           std::none_of(q.items.begin(), q.items.end(), [](const sql::select_item& i) {
               return i.expression->has_aggregate || i.expression->has_window;
           });
}

pins pins_of(const sql::select& q) {
    pins all;
    if (may_be_empty(q)) collect(q.where, q.from, all);
    return all;
}

}  // namespace

const schema::unique_constraint* pinned_by(const sql::select& q) {
    const schema::table& t = *q.from.table;
    if (!schema::has_lookups(t)) return nullptr;
    const pins all = pins_of(q);
    for (const schema::unique_constraint& u : t.uniques)
        if (schema::needs_lookup(t, u) &&
            std::all_of(u.columns.begin(), u.columns.end(),
                        [&](column_index c) { return value_of(all, c) != nullptr; }))
            return &u;
    return nullptr;
}

located_plan::located_plan(session_core::state& s, const sql::select_ptr& q, deadline until)
    : s_(s),
      statement_(q),
      until_(until),
      plan_(s.make_plan(q, plan::plan_cache::purpose::rows, until)) {
    if (plan_.where.shards.size() < 2) return;
    by_ = pinned_by(*q);
    // Its lookup table does not know all rows yet.
    if (by_ != nullptr && s.db.is_building(schema::lookup_name(*q->from.table, *by_)))
        by_ = nullptr;
    if (by_ != nullptr) follow();
}

void located_plan::follow() {
    plan_ = s_.make_plan(sql::add_where(statement_, look_up()), plan::plan_cache::purpose::rows,
                         until_);
    failpoint("unique.looked_up");
}

sql::expr_ptr located_plan::look_up() {
    const sql::select& q = *statement_;
    const schema::table& t = *q.from.table;
    const schema::table& lookup = s_.db.table(schema::lookup_name(t, *by_));
    const std::vector<column_index> columns = schema::looked_up_columns(t, *by_);
    const std::size_t values = by_->columns.size();
    const pins pinned = pins_of(q);
    const auto column_of_lookup = [&](std::size_t i) {
        return sql::column({&lookup, static_cast<column_index>(i), 0});
    };
    sql::expr_ptr mine;
    for (std::size_t i = 0; i < values; ++i)
        mine = sql::both(mine, sql::equals(column_of_lookup(i), *value_of(pinned, columns[i])));
    std::vector<sql::expr_ptr> items;
    for (std::size_t i = values; i < columns.size(); ++i) items.push_back(column_of_lookup(i));
    const plan::plan p =
        s_.make_plan(sql::add_where(sql::make_select(lookup, items.data(), items.size()), mine),
                     plan::plan_cache::purpose::rows, until_);
    key_.clear();
    s_.guarded([&] {
        const auto source = exec::open(p, how_to_run(s_, until_, nullptr));
        std::vector<arg> row(items.size());
        while (source->next(row)) {
            key_.clear();
            for (const arg& v : row) key_.emplace_back(v);
        }
    });
    ++asked_;
    const auto own = [&](std::size_t i) {
        return sql::column({&t, columns[values + i], q.from.alias});
    };
    if (key_.empty()) return sql::in_list(own(0), nullptr, 0, false);
    sql::expr_ptr same_row;
    for (std::size_t i = 0; i < key_.size(); ++i)
        same_row = sql::both(same_row, sql::equals(own(i), key_[i].view()));
    return same_row;
}

bool located_plan::moved(bool found_rows) {
    constexpr int most = 5;
    if (by_ == nullptr || found_rows || key_.empty()) return false;
    const std::vector<value> before = key_;
    if (asked_ < most) {
        follow();
        return key_ != before;
    }
    by_ = nullptr;  // it never stands still: every shard knows its own rows
    plan_ = s_.make_plan(statement_, plan::plan_cache::purpose::rows, until_);
    return true;
}

}  // namespace shardwise::orm
