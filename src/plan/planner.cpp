// SPDX-License-Identifier: MIT
#include "plan/planner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "plan/expressions.hpp"
#include "plan/nesting.hpp"
#include "plan/rules/compute_locally.hpp"
#include "plan/rules/keep_in_client.hpp"
#include "plan/rules/merge_rows.hpp"
#include "plan/rules/split_aggregate.hpp"
#include "plan/rules/trim_in_list.hpp"
#include "plan/shape.hpp"
#include "shardwise/base/error.hpp"
#include "sql/group_check.hpp"
#include "sql/rewrite.hpp"
#include "sql/typing.hpp"

namespace shardwise::plan {
namespace {

std::vector<std::string> headings_of(const sql::select& s) {
    std::vector<std::string> out;
    out.reserve(s.items.size());
    for (const sql::select_item& i : s.items) out.push_back(heading_of(i));
    return out;
}

/// The statement as it is, on at most one shard.
plan unsplit(const sql::select_ptr& s, route where) {
    plan p;
    scatter leaf;
    for (const shard_index shard : where.shards) leaf.parts.push_back({shard, s});
    p.where = std::move(where);
    p.root = make_node(std::move(leaf), columns_of(*s));
    p.headings = headings_of(*s);
    return p;
}

bool plain(const sql::select& s) {
    return !s.limit && s.offset == 0 && !s.distinct && s.branches.empty() && !is_aggregation(s);
}

/// There is no merge for it.
[[noreturn]] void refuse(std::string reason) {
    raise({.code = error_code::not_supported, .message = std::move(reason)});
}

class select_planner {
public:
    select_planner(const sql::select_ptr& s, const cluster_view& view,
                   const directory_entries& entries)
        : s_(s), view_(view), entries_(entries), scope_(scope_of(*s)) {}

    plan over_shards(route where) const {
        plan p;
        p.headings = headings_of(*s_);
        const bool grouped = is_aggregation(*s_);
        if (grouped && !(view_.rules.push_groups && groups_are_complete(*s_, scope_))) {
            if (!view_.rules.split_aggregate) refuse("the rewrite split_aggregate is switched off");
            const split_groups split = split_aggregate(*s_, scope_);
            p.root = merge_groups(split, *s_, leaf(split.pushed, where));
        } else {
            if (!windows_are_complete(*s_, scope_))
                refuse("a window function needs rows of several shards");
            const bool unique = !grouped && rows_name_their_shard(*s_, scope_);
            const split_select split = split_rows(s_, unique, view_.rules);
            p.root = merge_rows(split, *s_, leaf(split.pushed, where));
        }
        p.where = std::move(where);
        return p;
    }

    /// No shard is asked. Aggregates without groups still make one row.
    plan over_nothing(route where) const {
        if (!is_aggregation(*s_) || !s_->group_by.empty()) return unsplit(s_, std::move(where));
        return over_shards(std::move(where));
    }

private:
    node_ptr leaf(const sql::select_ptr& pushed, const route& where) const {
        scatter out;
        const std::vector<sql::select_ptr> trimmed =
            view_.rules.trim_in_list ? trim(pushed, where, view_, entries_)
                                     : std::vector<sql::select_ptr>(where.shards.size(), pushed);
        for (std::size_t i = 0; i < where.shards.size(); ++i)
            out.parts.push_back({where.shards[i], trimmed[i]});
        return make_node(std::move(out), columns_of(*pushed));
    }

    const sql::select_ptr& s_;
    const cluster_view& view_;
    const directory_entries& entries_;
    key_scope scope_;
};

void check_joins(const sql::select& s) {
    for (const sql::join& j : s.joins)
        if (j.kind == sql::join_kind::right || j.kind == sql::join_kind::full)
            refuse("RIGHT and FULL JOIN keep rows that match on no shard");
    sql::for_each_query(s, [](const sql::select& inner) { check_joins(inner); });
}

/// What some engine does not have, or has otherwise.
void check_local(const sql::select& s) {
    if (s.recursive) refuse("WITH RECURSIVE goes through the rows of all shards");
    for (const sql::expr_ptr& e : sql::expressions_of(s)) {
        if (!e->has_local) continue;
        sql::for_each_node(e, [](const sql::expr& x) {
            if (!sql::is_local(x)) return;
            refuse(x.kind == sql::expr_kind::function
                       ? fmt::format("{} is not the same on all engines", sql::word_of(x.callee))
                   : x.kind == sql::expr_kind::aggregate
                       ? std::string("string_agg(), percentiles and mode() are not the same on all "
                                     "engines")
                       : std::string("this window is not the same on all engines"));
        });
    }
    sql::for_each_query(s, [](const sql::select& inner) { check_local(inner); });
}

/// MariaDB takes no LIMIT below IN but in a derived table, which does not see the rows around it.
void check_limited_lookups(const sql::select& s) {
    for (const sql::expr_ptr& e : sql::expressions_of(s))
        sql::for_each_node(e, [](const sql::expr& x) {
            if (x.kind == sql::expr_kind::in_query && (x.query->limit || x.query->offset != 0) &&
                !sql::columns_from_outside(*x.query).empty())
                refuse("IN looks into the first rows of a statement that depends on its row");
        });
    sql::for_each_query(s, check_limited_lookups);
}

/// PostgreSQL wants to see the grouped expression inside the subquery, collation included, and
/// MariaDB looks for an aggregate of groups among the rows of a subquery in vain, or finds it
/// always.
void check_subqueries_of_groups(const sql::select& s) {
    const auto check = [](const sql::expr_ptr& e) {
        if (e && e->has_query) refuse("a subquery of a grouped statement");
    };
    if (!s.group_by.empty()) {
        for (const sql::select_item& i : s.items) check(i.expression);
        check(s.having);
        for (const sql::ordering& o : s.order_by) check(o.by);
    }
    sql::for_each_query(s, check_subqueries_of_groups);
}

/// MariaDB loses rows when it makes doubles one that were computed from groups, and takes those of
/// all rows for NULL.
void check_distinct_groups(const sql::select& s) {
    bool doubles = false, grouped = !s.group_by.empty();
    for (const sql::select_item& i : s.items) {
        grouped = grouped || i.expression->has_aggregate;
        sql::for_each_node(i.expression, [&](const sql::expr& x) {
            const bool computed = &x == i.expression.get() || x.kind == sql::expr_kind::aggregate;
            doubles = doubles || (computed && x.type.type == column_type::float64);
        });
    }
    if (s.distinct && grouped && doubles) refuse("SELECT DISTINCT makes doubles of groups one");
    sql::for_each_query(s, check_distinct_groups);
}

/// MariaDB counts no OFFSET when SELECT DISTINCT has nothing but constants: it stops at one row.
void check_distinct_constants(const sql::select& s) {
    const auto is_constant = [](const sql::select_item& i) {
        bool constant = true;
        sql::for_each_node(i.expression, [&](const sql::expr& x) {
            constant = constant && x.kind != sql::expr_kind::column &&
                       x.kind != sql::expr_kind::aggregate &&
                       (!x.query || sql::columns_from_outside(*x.query).empty());
        });
        return constant;
    };
    if (s.distinct && s.offset != 0 && std::all_of(s.items.begin(), s.items.end(), is_constant))
        refuse("SELECT DISTINCT of constants has an OFFSET");
    sql::for_each_query(s, check_distinct_constants);
}

/// Rows of one table as they are: what is locked is what the caller gets.
void check_lockable(const sql::select& s) {
    if (s.distinct || is_aggregation(s) || !s.joins.empty() || !s.derived_tables.empty() ||
        !s.branches.empty())
        raise(error_code::not_supported,
              "for_update() locks rows of one table: no join, DISTINCT, groups or UNION");
    if (s.from.table->is_reference())
        raise({.code = error_code::not_supported,
               .message = "for_update() of a reference table, which has copies on all shards: lock "
                          "its objects with session.lock(object)",
               .table = s.from.table->name});
}

/// Throws not_supported for what not every engine can run, or does wrong.
void check_shards_can_run(const sql::select& s) {
    check_joins(s);
    check_local(s);
    check_distinct_constants(s);
    check_distinct_groups(s);
    if (!sql::is_nested(s)) return;
    check_subqueries_of_groups(s);
    check_limited_lookups(s);
}

/// Pushed, split and merged. Throws not_supported when there is no merge for it.
planned<plan> plan_merged(const sql::select_ptr& s, const cluster_view& view,
                          const directory_entries& entries) {
    if (s->limit == 0) return unsplit(s, route{route_kind::none, {}, "LIMIT 0"});
    check_shards_can_run(*s);
    if (sql::is_nested(*s)) {
        if (view.rules.send_whole)
            if (auto where = only_shard_of(*s, view, entries)) return unsplit(s, std::move(*where));
        if (!s->derived_tables.empty() || !s->branches.empty())
            refuse("a derived table or a UNION, INTERSECT or EXCEPT needs rows of several shards");
        if (!view.rules.push_subqueries) refuse("the rewrite push_subqueries is switched off");
        if (!subqueries_live_with(*s, scope_of(*s)))
            refuse("a subquery needs rows of several shards");
    }
    routed r = route_select(*s, view, entries);
    if (!r.pending.empty()) return std::move(r.pending);
    if (r.where.shards.size() == 1 && view.rules.send_whole) return unsplit(s, std::move(r.where));
    keep_in_client(*s, view.rules);
    const select_planner planner(s, view, entries);
    if (r.where.shards.empty()) return planner.over_nothing(std::move(r.where));
    return planner.over_shards(std::move(r.where));
}

void add_shards(shard_set& to, const shard_set& more) {
    to.insert(to.end(), more.begin(), more.end());
    std::sort(to.begin(), to.end());
    to.erase(std::unique(to.begin(), to.end()), to.end());
}

route_kind kind_of(const shard_set& asked, const cluster_view& view) {
    if (asked.empty()) return route_kind::none;
    if (asked.size() == 1) return route_kind::one;
    return asked.size() == view.shard_count ? route_kind::all : route_kind::some;
}

/// The rows of each table are fetched, the statement is computed in the client.
planned<plan> plan_locally(const sql::select_ptr& s, const cluster_view& view,
                           const directory_entries& entries, const std::string& reason) {
    local_statement parts = compute_locally(*s, view.rules.push_filter);
    plan p;
    local_query n;
    std::vector<pending_key> pending;
    for (local_source& source : parts.sources) {
        planned<plan> rows = plan_select(source.rows, view, entries);
        if (auto* const keys = std::get_if<std::vector<pending_key>>(&rows)) {
            std::move(keys->begin(), keys->end(), std::back_inserter(pending));
            continue;
        }
        plan& fetched = std::get<plan>(rows);
        add_shards(p.where.shards, fetched.where.shards);
        n.inputs.push_back({std::move(source.table), std::move(fetched.root)});
    }
    if (!pending.empty()) return pending;
    p.where.kind = kind_of(p.where.shards, view);
    p.where.reason = "computed in the client, because " + reason;
    p.headings = headings_of(*s);
    n.query = std::move(parts.query);
    p.root = make_node(std::move(n), columns_of(*s));
    return p;
}

}  // namespace

bool shards_can_run(const sql::select& s) {
    try {
        check_shards_can_run(s);
        return true;
    } catch (const not_supported_error&) {
        return false;
    }
}

namespace {

/// Typed queries name derived tables by their type: one of the same type may stand in their place.
void check_own_columns(const sql::select& s) {
    if (!sql::is_nested(s)) return;
    const std::vector<sql::column_ref> outside = sql::columns_from_outside(s);
    if (outside.empty()) return;
    const schema::table& t = *outside.front().table;
    raise(
        {.code = error_code::bad_query,
         .message = fmt::format("the statement uses column \"{}\" of \"{}\", which is not part of "
                                "it: another derived table of this name is",
                                t.columns[outside.front().column].name, t.name),
         .table = t.name});
}

}  // namespace

planned<plan> plan_select(const sql::select_ptr& s, const cluster_view& view,
                          const directory_entries& entries) {
    check_own_columns(*s);
    sql::check_grouping(*s);
    if (s->lock != sql::row_lock::none) {
        check_lockable(*s);
        return plan_merged(s, view, entries);
    }
    try {
        return plan_merged(s, view, entries);
    } catch (const not_supported_error& e) {
        return plan_locally(s, view, entries, e.message());
    }
}

sql::select_ptr counting(const sql::select_ptr& s) {
    if (!plain(*s))
        raise(error_code::not_supported,
              "COUNT of a statement with LIMIT, OFFSET, DISTINCT or groups is not one statement");
    const shared<sql::select> copy = sql::clone(*s);
    copy->items = {{sql::call(sql::aggregate::count_all, {}), {}}};
    copy->order_by.clear();
    return sql::freeze(copy);
}

planned<plan> plan_count(const sql::select_ptr& s, const cluster_view& view,
                         const directory_entries& entries) {
    if (plain(*s)) return plan_select(counting(s), view, entries);
    const shared<sql::select> copy = sql::clone(*s);
    // The order decides which rows come, never how many.
    if (!is_aggregation(*s) && !sql::is_nested(*s)) copy->order_by.clear();
    if (!s->distinct && !is_aggregation(*s) && !sql::is_nested(*s))
        copy->items = {
            {sql::column({s->from.table, s->from.table->primary_key.front(), s->from.alias}), {}}};
    sql::check_grouping(*s);
    planned<plan> rows = plan_select(sql::freeze(copy), view, entries);
    if (auto* const p = std::get_if<plan>(&rows)) {
        p->root = make_node(count_rows{p->root}, {{column_type::int64, 0}});
        p->headings = {"count(*)"};
    }
    return rows;
}

}  // namespace shardwise::plan
