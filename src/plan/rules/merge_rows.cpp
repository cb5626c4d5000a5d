// SPDX-License-Identifier: MIT
#include "plan/rules/merge_rows.hpp"

#include <numeric>

#include "plan/expressions.hpp"
#include "plan/rules/push_distinct.hpp"
#include "plan/rules/push_limit.hpp"
#include "plan/rules/push_order.hpp"

namespace shardwise::plan {
namespace {

/// The position of an expression among the items; appended as a hidden one if it is missing.
std::size_t position_of(sql::select& s, const sql::expr_ptr& e) {
    for (std::size_t i = 0; i < s.items.size(); ++i)
        if (sql::same_expression(*s.items[i].expression, *e)) return i;
    s.items.push_back({e, {}});
    return s.items.size() - 1;
}

}  // namespace

std::vector<sql::typed> columns_of(const sql::select& s) {
    std::vector<sql::typed> out;
    out.reserve(s.items.size());
    for (const sql::select_item& i : s.items) out.push_back(typed_of(*i.expression));
    return out;
}

node_ptr make_node(decltype(node::op) op, std::vector<sql::typed> columns) {
    return std::make_shared<const node>(node{std::move(op), std::move(columns)});
}

node_ptr keep_first(std::size_t count, node_ptr input) {
    if (input->columns.size() == count) return input;
    std::vector<std::size_t> columns(count);
    std::iota(columns.begin(), columns.end(), std::size_t{0});
    std::vector<sql::typed> types(input->columns.begin(),
                                  input->columns.begin() + static_cast<std::ptrdiff_t>(count));
    return make_node(project{std::move(columns), std::move(input)}, std::move(types));
}

node_ptr add_limit(const sql::select& s, node_ptr input) {
    if (!s.limit && s.offset == 0) return input;
    std::vector<sql::typed> types = input->columns;
    return make_node(limit{s.limit, s.offset, std::move(input)}, std::move(types));
}

split_select split_rows(const sql::select_ptr& s, bool unique_rows, const rewrites& rules) {
    split_select out;
    const shared<sql::select> pushed = sql::clone(*s);
    for (const sql::ordering& o : s->order_by)
        out.keys.push_back({position_of(*pushed, o.by), o.descending, o.nulls_first});
    out.sorted = push_order(*pushed, rules);
    out.distinct = s->distinct && !(push_distinct(*pushed, rules) && unique_rows);
    push_limit(*pushed, *s, rules);
    out.pushed = sql::freeze(pushed);
    return out;
}

node_ptr merge_rows(const split_select& split, const sql::select& s, node_ptr scatter) {
    const std::vector<sql::typed> types = scatter->columns;
    node_ptr n = std::move(scatter);
    if (!split.keys.empty())
        n = split.sorted ? make_node(merge_sort{split.keys, std::move(n)}, types)
                         : make_node(sort{split.keys, std::move(n)}, types);
    if (split.distinct) n = make_node(distinct{std::move(n)}, types);
    return keep_first(s.items.size(), add_limit(s, std::move(n)));
}

}  // namespace shardwise::plan
