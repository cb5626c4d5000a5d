// SPDX-License-Identifier: MIT
#include "plan/rules/join_related.hpp"

#include <algorithm>
#include <string>

#include "plan/rules/merge_rows.hpp"
#include "plan/shape.hpp"

namespace shardwise::plan {
namespace {

bool has_rows_of_one_table(const sql::select& s) {
    return s.joins.empty() && s.derived_tables.empty() && s.branches.empty() && !s.recursive &&
           !s.distinct && s.lock == sql::row_lock::none && !is_aggregation(s);
}

/// The operators above the shards' answers.
struct merging {
    const scatter* leaf = nullptr;
    const limit* cut = nullptr;
    const node* order = nullptr;  ///< merge_sort or sort
};

std::optional<merging> merging_of(const plan& p) {
    merging out;
    const node* n = p.root.get();
    if (const auto* kept = std::get_if<project>(&n->op)) n = kept->input.get();
    if ((out.cut = std::get_if<limit>(&n->op)) != nullptr) n = out.cut->input.get();
    if (const auto* merged = std::get_if<merge_sort>(&n->op)) {
        out.order = n;
        n = merged->input.get();
    } else if (const auto* sorted = std::get_if<sort>(&n->op)) {
        out.order = n;
        n = sorted->input.get();
    }
    out.leaf = std::get_if<scatter>(&n->op);
    if (out.leaf == nullptr || out.leaf->cached || out.leaf->parts.empty()) return {};
    return out;
}

/// The number of this appearance of the table: a struct may be related to itself.
std::uint8_t alias_of(std::span<const related_table> related, std::size_t i) {
    const auto same = [&](const related_table& other) { return other.table == related[i].table; };
    return static_cast<std::uint8_t>(
        std::count_if(related.begin(), related.begin() + static_cast<std::ptrdiff_t>(i), same));
}

/// One shard's statement.
class joining {
public:
    joining(const sql::select_ptr& roots, std::span<const related_table> related)
        : related_(related) {
        const shared<sql::select> inner = sql::clone(*roots);
        order_ = inner->order_by;
        for (const sql::ordering& o : order_) sorted_by_.push_back(item_of(*inner, o.by));
        // Without a LIMIT the order inside decides nothing.
        if (!inner->limit && inner->offset == 0) inner->order_by.clear();
        width_ = inner->items.size();
        std::vector<std::string> names;
        for (std::size_t i = 0; i < width_; ++i) names.push_back("c" + std::to_string(i));
        const std::vector<std::string_view> views(names.begin(), names.end());
        roots_ = sql::make_derived("sw_roots", sql::freeze(inner), views.data());
    }

    std::size_t width() const noexcept { return width_; }

    sql::select_ptr statement() const {
        std::vector<sql::expr_ptr> items;
        for (std::size_t i = 0; i < width_; ++i) items.push_back(root_column(i));
        for (std::size_t n = 1; n <= related_.size(); ++n)
            for (std::size_t c = 0; c < related_[n - 1].table->columns.size(); ++c)
                items.push_back(column_of(n, static_cast<schema::column_index>(c)));
        sql::select_ptr all = sql::make_select(roots_, items.data(), items.size());
        for (std::size_t n = 1; n <= related_.size(); ++n)
            all = sql::add_join(all, sql::join_kind::left, *related_[n - 1].table,
                                alias_of(related_, n - 1), condition(n));
        std::vector<sql::ordering> order = order_;
        for (std::size_t i = 0; i < order.size(); ++i) order[i].by = root_column(sorted_by_[i]);
        return order.empty() ? all : sql::add_order(all, order.data(), order.size());
    }

private:
    static std::size_t item_of(sql::select& s, const sql::expr_ptr& e) {
        for (std::size_t i = 0; i < s.items.size(); ++i)
            if (sql::same_expression(*s.items[i].expression, *e)) return i;
        s.items.push_back({e, {}});
        return s.items.size() - 1;
    }
    sql::expr_ptr root_column(std::size_t i) const {
        return sql::column({&sql::table_of(*roots_), static_cast<schema::column_index>(i), 0});
    }
    /// `n` as related_table::from.
    sql::expr_ptr column_of(std::size_t n, schema::column_index c) const {
        if (n == 0) return root_column(c);
        return sql::column({related_[n - 1].table, c, alias_of(related_, n - 1)});
    }
    sql::expr_ptr condition(std::size_t n) const {
        const related_table& r = related_[n - 1];
        sql::expr_ptr all;
        for (std::size_t i = 0; i < r.far_columns.size(); ++i) {
            const sql::expr_ptr same = sql::binary(sql::op::eq, column_of(n, r.far_columns[i]),
                                                   column_of(r.from, r.near_columns[i]));
            all = all ? sql::binary(sql::op::conj, all, same) : same;
        }
        return all;
    }

    std::span<const related_table> related_;
    std::vector<sql::ordering> order_;
    std::vector<std::size_t> sorted_by_;  ///< the items that the order is by
    std::size_t width_ = 0;
    sql::derived_ptr roots_;
};

}  // namespace

std::optional<with_related> join_related(const plan& p, const sql::select& s,
                                         std::span<const related_table> related) {
    if (!has_rows_of_one_table(s)) return {};
    const auto above = merging_of(p);
    if (!above) return {};
    with_related out;
    scatter leaf;
    for (const scatter::part& part : above->leaf->parts) {
        const joining joined(part.query, related);
        out.first_related = joined.width();
        leaf.parts.push_back({part.shard, joined.statement()});
    }
    const std::vector<sql::typed> types = columns_of(*leaf.parts.front().query);
    node_ptr n = make_node(std::move(leaf), types);
    if (above->order != nullptr) {
        if (const auto* merged = std::get_if<merge_sort>(&above->order->op))
            n = make_node(merge_sort{merged->keys, std::move(n)}, types);
        else
            n = make_node(sort{std::get<sort>(above->order->op).keys, std::move(n)}, types);
    }
    if (above->cut != nullptr) {
        out.limit = above->cut->count;
        out.offset = above->cut->offset;
    }
    out.rows.where = p.where;
    out.rows.root = std::move(n);
    out.rows.headings.resize(types.size());
    return out;
}

}  // namespace shardwise::plan
