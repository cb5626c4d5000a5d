// SPDX-License-Identifier: MIT
#include "plan/nesting.hpp"

#include <algorithm>

#include "plan/equalities.hpp"
#include "plan/shape.hpp"
#include "shardwise/base/error.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::plan {
namespace {

bool reads_sharded_rows(const sql::select& s) {
    const auto sharded = [&](const sql::table_ref& t) {
        return s.find_derived(t.table) == nullptr && !t.table->is_reference();
    };
    if (sharded(s.from)) return true;
    for (const sql::join& j : s.joins)
        if (sharded(j.joined)) return true;
    bool found = false;
    sql::for_each_query(
        s, [&](const sql::select& inner) { found = found || reads_sharded_rows(inner); });
    return found;
}

const schema::table* some_table(const sql::select& s) {
    if (s.find_derived(s.from.table) == nullptr) return s.from.table;
    const schema::table* found = nullptr;
    sql::for_each_query(s, [&](const sql::select& inner) {
        if (found == nullptr) found = some_table(inner);
    });
    return found;
}

/// Narrows `to` to the shards of the statements in `s`; false when they are not one.
bool meet_shards(const sql::select& s, const cluster_view& view, const directory_entries& entries,
                 std::optional<route>& to) {
    const auto sharded = [&](const sql::table_ref& t) {
        return s.find_derived(t.table) == nullptr && !t.table->is_reference();
    };
    const bool own =
        sharded(s.from) || std::any_of(s.joins.begin(), s.joins.end(),
                                       [&](const sql::join& j) { return sharded(j.joined); });
    if (own) {
        routed r = route_select(s, view, entries);
        if (!r.pending.empty() || r.where.shards.size() != 1) return false;
        if (to && to->shards != r.where.shards) return false;
        if (!to) to = std::move(r.where);
    }
    bool together = true;
    sql::for_each_query(s, [&](const sql::select& inner) {
        together = together && meet_shards(inner, view, entries, to);
    });
    return together;
}

/// The subquery of `e` reads rows of the shard of the outer row only.
class inner_statement {
public:
    inner_statement(const sql::expr& e, const key_scope& outer)
        : e_(e), query_(*e.query), outer_(outer) {}

    bool lives_with_outer() const {
        if (!reads_sharded_rows(query_)) return true;
        if (!query_.derived_tables.empty() || !query_.branches.empty()) return false;
        if (!outer_.anchor) return false;
        try {
            const key_scope scope = scope_of(query_);
            if (!scope.anchor || !scope.linked.empty() ||
                scope.anchor->placed.root_table != outer_.anchor->placed.root_table)
                return false;
            equalities known;
            for (const sql::expr* c : conditions_of(query_)) known.learn(*c);
            if (!keys_meet(scope, known)) {
                if (!rows_are_looked_up()) return false;
                known.learn(*sql::binary(sql::op::eq, e_.operands[0], query_.items[0].expression));
                if (!keys_meet(scope, known)) return false;
            }
            return subqueries_live_with(query_, scope);
        } catch (const not_supported_error&) {
            return false;  // its own tables live apart
        }
    }

private:
    bool keys_meet(const key_scope& scope, const equalities& known) const {
        for (std::size_t i = 0; i < outer_.key_count(); ++i)
            if (!key_meets(scope, known, i)) return false;
        return scope.key_count() == outer_.key_count();
    }
    bool key_meets(const key_scope& scope, const equalities& known, std::size_t key) const {
        for (const key_column& mine : scope.columns)
            for (const key_column& theirs : outer_.columns)
                if (mine.key == key && theirs.key == key && !mine.outer && !theirs.outer &&
                    known.same(mine.column, theirs.column))
                    return true;
        return false;
    }

    /// `x IN (SELECT y ...)` asks row by row whether y = x. NULLs, which could be on any shard,
    /// must not be able to turn a false into a NULL.
    bool rows_are_looked_up() const {
        if (e_.kind != sql::expr_kind::in_query) return false;
        const sql::expr& x = *e_.operands[0];
        const sql::expr& y = *query_.items[0].expression;
        return x.kind == sql::expr_kind::column && y.kind == sql::expr_kind::column &&
               !x.type.nullable && !y.type.nullable && !is_aggregation(query_) && !query_.limit &&
               query_.offset == 0 &&
               std::none_of(outer_.columns.begin(), outer_.columns.end(),
                            [&](const auto& k) { return k.column == x.ref && k.outer; });
    }

    const sql::expr& e_;
    const sql::select& query_;
    const key_scope& outer_;
};

}  // namespace

std::optional<route> only_shard_of(const sql::select& s, const cluster_view& view,
                                   const directory_entries& entries) {
    std::optional<route> found;
    try {
        if (!meet_shards(s, view, entries, found)) return std::nullopt;
    } catch (const not_supported_error&) {
        return std::nullopt;  // tables that live apart
    }
    if (found) return found;
    // Reference tables only: any copy.
    const schema::table& t = *some_table(s);
    const sql::expr_ptr key = sql::column({&t, t.primary_key.front(), 0});
    return route_select(*sql::make_select(t, &key, 1), view, entries).where;
}

bool subqueries_live_with(const sql::select& s, const key_scope& scope) {
    bool together = true;
    for (const sql::expr_ptr& e : sql::expressions_of(s)) {
        if (!e->has_query) continue;
        sql::for_each_node(e, [&](const sql::expr& x) {
            if (x.query) together = together && inner_statement(x, scope).lives_with_outer();
        });
    }
    return together;
}

}  // namespace shardwise::plan
