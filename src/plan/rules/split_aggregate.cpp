// SPDX-License-Identifier: MIT
#include "plan/rules/split_aggregate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "plan/expressions.hpp"
#include "plan/rules/compute_locally.hpp"
#include "plan/rules/merge_rows.hpp"
#include "shardwise/base/error.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::plan {
namespace {

[[noreturn]] void refuse(std::string_view what) {
    raise({.code = error_code::not_supported,
           .message = fmt::format("{} cannot be merged from partial groups", what)});
}

/// Its values on different shards are different: COUNT(DISTINCT) of each shard can be added.
bool is_shard_key(const sql::expr& e, const key_scope& scope) {
    if (e.kind != sql::expr_kind::column || !scope.anchor || scope.key_count() != 1) return false;
    return scope.find(e.ref) != nullptr;
}

std::optional<std::size_t> position_in(const std::vector<sql::expr_ptr>& list,
                                       const sql::expr_ptr& e) {
    for (std::size_t i = 0; i < list.size(); ++i)
        if (sql::same_expression(*list[i], *e)) return i;
    return std::nullopt;
}

class splitter {
public:
    splitter(const sql::select& s, const key_scope& scope) : s_(s), scope_(scope) {}

    split_groups run() {
        out_.groups = s_.group_by.size();
        out_.merged_columns = s_.group_by;
        pushed_ = sql::clone(s_);
        pushed_->items.clear();
        pushed_->having = {};  // a group is complete only after the merge
        pushed_->order_by.clear();
        pushed_->limit.reset();
        pushed_->offset = 0;
        pushed_->distinct = false;
        for (const sql::expr_ptr& g : s_.group_by) pushed_->items.push_back({g, {}});
        add_distinct_column();
        out_.computes = s_.having.get() != nullptr;
        each_result([&](const sql::expr_ptr& e) { merge_parts(e); });
        if (!out_.computes) {
            for (const sql::select_item& i : s_.items)
                out_.selected.push_back(*merged_position(i.expression));
            for (const sql::ordering& o : s_.order_by)
                out_.keys.push_back({*merged_position(o.by), o.descending, o.nulls_first});
        }
        out_.pushed = sql::freeze(pushed_);
        return std::move(out_);
    }

private:
    /// What is computed after the groups are made.
    void each_result(const auto& f) const {
        for (const sql::select_item& i : s_.items) f(i.expression);
        if (s_.having) f(s_.having);
        for (const sql::ordering& o : s_.order_by) f(o.by);
    }

    void each_aggregate(const auto& f) const {
        each_result([&](const sql::expr_ptr& e) {
            sql::for_each_node(e, [&](const sql::expr& x) {
                if (x.kind == sql::expr_kind::aggregate) f(x);
            });
        });
    }

    std::optional<std::size_t> merged_position(const sql::expr_ptr& e) const {
        return position_in(out_.merged_columns, e);
    }

    /// Makes sure that the groups and aggregates in `e` are among the merged columns.
    void merge_parts(const sql::expr_ptr& e) {
        if (merged_position(e)) return;
        if (e->query) refuse("a subquery beside groups");
        if (e->kind == sql::expr_kind::aggregate) {
            out_.merged_columns.push_back(e);
            out_.items.push_back(partial(e));
            return;
        }
        out_.computes = true;
        for (const sql::expr_ptr& x : e->operands) merge_parts(x);
    }

    /// COUNT(DISTINCT x) of anything but the shard key: the shards group by x as well.
    void add_distinct_column() {
        each_aggregate([&](const sql::expr& e) {
            if (e.function != sql::aggregate::count_distinct) return;
            const sql::expr_ptr& x = e.operands[0];
            if (is_shard_key(*x, scope_)) return;
            if (!sql::names_a_column(x)) refuse("COUNT(DISTINCT) of a constant");
            if (distinct_ && !sql::same_expression(*distinct_, *x))
                refuse("COUNT(DISTINCT) of two different expressions");
            distinct_ = x;
        });
        if (!distinct_) return;
        // The shard key's distinct values cannot be counted per value of x.
        each_aggregate([&](const sql::expr& e) {
            if (e.function == sql::aggregate::count_distinct &&
                is_shard_key(*e.operands[0], scope_))
                refuse("COUNT(DISTINCT) of two different expressions");
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

    split_groups::merged partial(const sql::expr_ptr& e) {
        using merge = aggregate::merge;
        switch (e->function) {
            case sql::aggregate::count_all:
            case sql::aggregate::count:
                return {merge::count, add(e)};
            case sql::aggregate::sum:
            case sql::aggregate::sum_integer:
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
            case sql::aggregate::string_join:
                refuse("string_agg()");
            case sql::aggregate::percentile_cont:
            case sql::aggregate::percentile_disc:
            case sql::aggregate::mode:
                refuse("percentiles and mode()");
            case sql::aggregate::sum_distinct:
            case sql::aggregate::avg_distinct:
                refuse("SUM and AVG of different values");
            case sql::aggregate::var_pop:
            case sql::aggregate::var_samp:
            case sql::aggregate::stddev_pop:
            case sql::aggregate::stddev_samp:
                refuse("variance and standard deviation");
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
};

/// The statement over the merged groups, in an embedded database.
node_ptr compute_with_groups(const split_groups& split, const sql::select& s, node_ptr merged) {
    std::vector<local_column> columns;
    for (const sql::expr_ptr& e : split.merged_columns) {
        columns.push_back({fmt::format("c{}", columns.size() + 1), e->type});
        columns.back().type.nullable = true;  // an outer join can make any column NULL
    }
    const auto table = local_table("merged", columns);
    const sql::replacement to_column = [&](const sql::expr_ptr& e) -> sql::expr_ptr {
        const auto at = position_in(split.merged_columns, e);
        if (!at) return {};
        return sql::column({table.get(), static_cast<std::uint16_t>(*at), 0});
    };
    const shared<sql::select> q = sql::clone(s);
    q->from = {table.get(), 0};
    q->joins.clear();
    q->group_by.clear();
    for (sql::select_item& i : q->items) i.expression = sql::rewrite(i.expression, to_column);
    q->where = sql::rewrite(s.having, to_column);
    q->having = {};
    for (sql::ordering& o : q->order_by) o.by = sql::rewrite(o.by, to_column);
    local_query n;
    n.inputs.push_back({table, std::move(merged)});
    n.query = sql::freeze(q);
    return make_node(std::move(n), columns_of(s));
}

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
    std::vector<sql::typed> types;
    for (const sql::expr_ptr& e : split.merged_columns) types.push_back(typed_of(*e));
    if (split.by_value) scatter = merge_values(split, std::move(scatter));
    std::vector<aggregate::item> items;
    for (const split_groups::merged& m : split.items) items.push_back({m.how, m.column});
    node_ptr n = make_node(aggregate{split.groups, std::move(items), std::move(scatter)}, types);
    if (split.computes) return compute_with_groups(split, s, std::move(n));
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
