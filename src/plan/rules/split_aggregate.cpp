// SPDX-License-Identifier: MIT
#include "plan/rules/split_aggregate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "plan/expressions.hpp"
#include "plan/rules/merge_rows.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::plan {
namespace {

[[noreturn]] void refuse(std::string what, std::string_view way_out) {
    raise({.code = error_code::not_supported,
           .message = fmt::format("{} over groups that are spread over several shards is not "
                                  "supported; {}",
                                  what, way_out)});
}

/// Its values on different shards are different: COUNT(DISTINCT) of each shard can be added.
bool is_shard_key(const sql::expr& e, const key_scope& scope) {
    if (e.kind != sql::expr_kind::column || !scope.anchor || scope.key_count() != 1) return false;
    return scope.find(e.ref) != nullptr;
}

class splitter {
public:
    splitter(const sql::select& s, const key_scope& scope) : s_(s), scope_(scope) {}

    split_groups run() {
        if (s_.having)
            refuse("HAVING", "group by the shard key, or filter the groups in the program");
        out_.groups = s_.group_by.size();
        pushed_ = sql::clone(s_);
        pushed_->items.clear();
        pushed_->order_by.clear();
        pushed_->limit.reset();
        pushed_->offset = 0;
        pushed_->distinct = false;
        for (const sql::expr_ptr& g : s_.group_by) pushed_->items.push_back({g, {}});
        add_distinct_column();
        for (const sql::select_item& i : s_.items)
            out_.selected.push_back(column_of(i.expression, "the select list"));
        for (const sql::ordering& o : s_.order_by)
            out_.keys.push_back({column_of(o.by, "ORDER BY"), o.descending, o.nulls_first});
        out_.pushed = sql::freeze(pushed_);
        return std::move(out_);
    }

private:
    void each_aggregate(const auto& f) const {
        for (const sql::select_item& i : s_.items) f(i.expression);
        for (const sql::ordering& o : s_.order_by) f(o.by);
    }

    /// COUNT(DISTINCT x) of anything but the shard key: the shards group by x as well.
    void add_distinct_column() {
        each_aggregate([&](const sql::expr_ptr& e) {
            if (e->kind != sql::expr_kind::aggregate ||
                e->function != sql::aggregate::count_distinct)
                return;
            const sql::expr_ptr& x = e->operands[0];
            if (is_shard_key(*x, scope_)) return;
            if (distinct_ && !sql::same_expression(*distinct_, *x))
                refuse("COUNT(DISTINCT) of two different expressions", "ask for one at a time");
            distinct_ = x;
        });
        if (!distinct_) return;
        // The shard key's distinct values cannot be counted per value of x.
        each_aggregate([&](const sql::expr_ptr& e) {
            if (e->kind == sql::expr_kind::aggregate &&
                e->function == sql::aggregate::count_distinct &&
                is_shard_key(*e->operands[0], scope_))
                refuse("COUNT(DISTINCT) of two different expressions", "ask for one at a time");
        });
        out_.by_value = true;
        // Also when it is one of the groups: the merge counts on its place behind them.
        distinct_column_ = pushed_->items.size();
        pushed_->items.push_back({distinct_, {}});
        pushed_->group_by.push_back(distinct_);
    }

    std::size_t add(const sql::expr_ptr& e) {
        for (std::size_t i = 0; i < pushed_->items.size(); ++i)
            if (sql::same_expression(*pushed_->items[i].expression, *e)) return i;
        pushed_->items.push_back({e, {}});
        return pushed_->items.size() - 1;
    }

    /// Its column in the merged result: a group column, or an aggregate (added if it is new).
    std::size_t column_of(const sql::expr_ptr& e, std::string_view clause) {
        for (std::size_t i = 0; i < s_.group_by.size(); ++i)
            if (sql::same_expression(*s_.group_by[i], *e)) return i;
        if (e->kind != sql::expr_kind::aggregate)
            refuse(fmt::format("{} in {}, which computes with groups or aggregates", describe(*e),
                               clause),
                   "select the parts and compute in the program");
        for (std::size_t i = 0; i < calls_.size(); ++i)
            if (sql::same_expression(*calls_[i], *e)) return out_.groups + i;
        calls_.push_back(e);
        out_.items.push_back(partial(e));
        out_.types.push_back(typed_of(*e));
        return out_.groups + calls_.size() - 1;
    }

    split_groups::merged partial(const sql::expr_ptr& e) {
        using merge = aggregate::merge;
        switch (e->function) {
            case sql::aggregate::count_all:
            case sql::aggregate::count:
                return {merge::count, add(e)};
            case sql::aggregate::sum:
                return {merge::sum, add(e)};
            case sql::aggregate::min:
                return {merge::min, add(e)};
            case sql::aggregate::max:
                return {merge::max, add(e)};
            case sql::aggregate::count_distinct:
                if (!out_.by_value) return {merge::count, add(e)};
                return {merge::present, distinct_column_};
            case sql::aggregate::avg:
                break;
        }
        // AVG: the sum and the count side by side, wherever else they are used.
        pushed_->items.push_back({sql::call(sql::aggregate::sum, e->operands[0]), {}});
        pushed_->items.push_back({sql::call(sql::aggregate::count, e->operands[0]), {}});
        return {merge::avg, pushed_->items.size() - 2};
    }

    const sql::select& s_;
    const key_scope& scope_;
    split_groups out_;
    shared<sql::select> pushed_;
    sql::expr_ptr distinct_;
    std::size_t distinct_column_ = 0;
    std::vector<sql::expr_ptr> calls_;
};

/// One row for each group and value: the groups of the shards made one, before values are counted.
/// Its columns stand where they stood in `pushed`, so that the second aggregation finds them.
node_ptr merge_values(const split_groups& split, node_ptr scatter) {
    using merge = aggregate::merge;
    const std::size_t groups = split.groups + 1;
    std::vector<aggregate::item> items;
    for (std::size_t c = groups; c < scatter->columns.size(); ++c) {
        merge how = merge::sum;
        for (const split_groups::merged& m : split.items)
            if (m.column == c && m.how != merge::avg) how = m.how;
        items.push_back({how, c});
    }
    std::vector<sql::typed> types = scatter->columns;
    return make_node(aggregate{groups, std::move(items), std::move(scatter)}, std::move(types));
}

/// The statement's columns in their order, unless they stand so already.
node_ptr select_columns(const split_groups& split, node_ptr input) {
    bool as_is = input->columns.size() == split.selected.size();
    std::vector<sql::typed> types;
    for (std::size_t i = 0; i < split.selected.size(); ++i) {
        as_is = as_is && split.selected[i] == i;
        types.push_back(input->columns[split.selected[i]]);
    }
    if (as_is) return input;
    return make_node(project{split.selected, std::move(input)}, std::move(types));
}

}  // namespace

split_groups split_aggregate(const sql::select& s, const key_scope& scope) {
    return splitter(s, scope).run();
}

node_ptr merge_groups(const split_groups& split, const sql::select& s, node_ptr scatter) {
    const auto groups = static_cast<std::ptrdiff_t>(split.groups);
    std::vector<sql::typed> types(scatter->columns.begin(), scatter->columns.begin() + groups);
    types.insert(types.end(), split.types.begin(), split.types.end());
    if (split.by_value) scatter = merge_values(split, std::move(scatter));
    std::vector<aggregate::item> items;
    for (const split_groups::merged& m : split.items) items.push_back({m.how, m.column});
    node_ptr n = make_node(aggregate{split.groups, std::move(items), std::move(scatter)}, types);
    if (s.distinct) {
        n = select_columns(split, std::move(n));
        n = make_node(distinct{n}, n->columns);
        if (split.keys.empty()) return add_limit(s, std::move(n));
        // DISTINCT is ordered by selected columns only.
        std::vector<sort_key> keys = split.keys;
        for (sort_key& k : keys) {
            const auto at = std::find(split.selected.begin(), split.selected.end(), k.column);
            k.column = static_cast<std::size_t>(at - split.selected.begin());
        }
        std::vector<sql::typed> columns = n->columns;
        return add_limit(s, make_node(sort{std::move(keys), std::move(n)}, std::move(columns)));
    }
    if (!split.keys.empty()) n = make_node(sort{split.keys, std::move(n)}, types);
    return select_columns(split, add_limit(s, std::move(n)));
}

}  // namespace shardwise::plan
