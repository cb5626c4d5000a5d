// SPDX-License-Identifier: MIT
#include "plan/shape.hpp"

#include <algorithm>

#include "sql/rewrite.hpp"

namespace shardwise::plan {
namespace {

/// Each key column of the anchor (or a column that equals it in every row) is in `list`.
bool contains_key(const std::vector<sql::expr_ptr>& list, const key_scope& scope) {
    if (!scope.anchor) return false;
    std::vector<bool> found(scope.key_count(), false);
    for (const sql::expr_ptr& e : list) {
        if (e->kind != sql::expr_kind::column) continue;
        const key_column* const k = scope.find(e->ref);
        if (k && !k->outer) found[k->key] = true;
    }
    return std::all_of(found.begin(), found.end(), [](bool b) { return b; });
}

/// Rows whose key is NULL have one place: a bucket for NULL, or they cannot exist.
bool null_keys_have_one_place(const key_scope& scope) {
    if (scope.anchor->placed.null_bucket) return true;
    for (std::size_t i = 0; i < scope.key_count(); ++i)
        if (scope.key_at(i).nullable) return false;
    return true;
}

}  // namespace

bool is_aggregation(const sql::select& s) {
    if (!s.group_by.empty() || s.having) return true;
    return std::any_of(s.items.begin(), s.items.end(),
                       [](const auto& i) { return i.expression->has_aggregate; }) ||
           std::any_of(s.order_by.begin(), s.order_by.end(),
                       [](const auto& o) { return o.by->has_aggregate; });
}

bool groups_are_complete(const sql::select& s, const key_scope& scope) {
    return contains_key(s.group_by, scope) && null_keys_have_one_place(scope);
}

bool rows_name_their_shard(const sql::select& s, const key_scope& scope) {
    std::vector<sql::expr_ptr> items;
    for (const sql::select_item& i : s.items) items.push_back(i.expression);
    return contains_key(items, scope) && null_keys_have_one_place(scope);
}

bool windows_are_complete(const sql::select& s, const key_scope& scope) {
    bool complete = true;
    for (const sql::expr_ptr& e : sql::expressions_of(s)) {
        if (!e->has_window) continue;
        sql::for_each_node(e, [&](const sql::expr& x) {
            if (x.kind != sql::expr_kind::window) return;
            const auto first =
                x.operands.begin() + static_cast<std::ptrdiff_t>(x.window->arguments);
            const std::vector<sql::expr_ptr> keys(
                first, first + static_cast<std::ptrdiff_t>(x.window->partitions));
            complete = complete && contains_key(keys, scope) && null_keys_have_one_place(scope);
        });
    }
    return complete;
}

}  // namespace shardwise::plan
