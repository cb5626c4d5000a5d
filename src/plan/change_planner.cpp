// SPDX-License-Identifier: MIT
// UPDATE, DELETE and INSERT.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "plan/expressions.hpp"
#include "plan/nesting.hpp"
#include "plan/planner.hpp"
#include "plan/rules/pass_rows_through.hpp"
#include "plan/rules/trim_in_list.hpp"
#include "schema/unique_lookup.hpp"
#include "shardwise/base/error.hpp"
#include "sql/rewrite.hpp"
#include "sql/typing.hpp"

namespace shardwise::plan {
namespace {

using verb = sql::change::verb;

struct planning {
    const cluster_view& view;
    const directory_entries& entries;
};

[[noreturn]] void refuse(const schema::table& t, error_code code, std::string message) {
    raise({.code = code, .message = std::move(message), .table = t.name});
}

// ---------------------------------------------------------------- what is refused

/// What would be rounded is refused.
void check_kept(const schema::table& t, const schema::column& c, const sql::expr& e) {
    if (sql::family_of(c.type) != sql::type_family::number || e.is_null_literal() ||
        c.type == column_type::float64)
        return;
    const int scale = e.type.type == column_type::decimal ? e.type.scale : 0;
    const int kept = c.type == column_type::decimal ? c.scale : 0;
    if (e.type.type == column_type::float64 || scale > kept)
        refuse(t, error_code::bad_query,
               fmt::format("column {}.{} of type {} would round what it is set to: CAST it", t.name,
                           c.name, name_of(c.type)));
}

void check_not_local(const schema::table& t, const sql::expr_ptr& e) {
    if (e && e->has_local)
        refuse(t, error_code::not_supported,
               fmt::format("a change of table \"{}\" uses a function that is computed in the "
                           "client: read the rows and change them by their keys",
                           t.name));
}

bool sets_shard_key(const sql::change& c) {
    const auto& key = c.target->placed.shard_key;
    return std::any_of(c.assignments.begin(), c.assignments.end(), [&](const auto& a) {
        return std::find(key.begin(), key.end(), a.column) != key.end();
    });
}

void check_assignments(const sql::change& c) {
    const schema::table& t = *c.target;
    if (schema::is_lookup_table(t.name))
        refuse(t, error_code::not_supported,
               fmt::format("table \"{}\" belongs to a cluster-wide unique constraint, and is "
                           "written by shardwise alone",
                           t.name));
    if (t.view)
        refuse(
            t, error_code::not_supported,
            fmt::format("\"{}\" is a read_only_view and only read: change the rows of the tables "
                        "that it shows",
                        t.name));
    for (const sql::change::assignment& a : c.assignments) check_not_local(t, a.to);
    for (const sql::select_item& i : c.returning) check_not_local(t, i.expression);
    check_not_local(t, c.where);
    if (c.what == verb::update && c.assignments.empty())
        refuse(t, error_code::bad_query,
               fmt::format("an UPDATE of table \"{}\" that sets nothing", t.name));
    const auto& key = t.placed.shard_key;
    for (const sql::change::assignment& a : c.assignments) {
        const schema::column& column = t.columns[a.column];
        // Constants are looked at by their value when they are bound.
        if (a.to->kind != sql::expr_kind::constant) check_kept(t, column, *a.to);
        if (a.to->has_aggregate)
            refuse(t, error_code::bad_query,
                   fmt::format("column \"{}\" of table \"{}\" is set to an aggregate", column.name,
                               t.name));
        const bool places = std::find(key.begin(), key.end(), a.column) != key.end();
        if (column.generated == schema::generation::bucket)
            refuse(
                t, error_code::shard_key_change,
                fmt::format("column \"{}\" of table \"{}\" is written by shardwise alone: set the "
                            "shard key, and the row moves",
                            column.name, t.name));
        if (places && c.what == verb::insert)
            refuse(
                t, error_code::shard_key_change,
                fmt::format("column \"{}\" places the rows of table \"{}\", and ON CONFLICT does "
                            "not move rows: use an UPDATE, or load the object and edit it",
                            column.name, t.name));
    }
    if (schema::has_lookups(t) && !(c.what == verb::update && sets_shard_key(c)))
        for (const sql::change::assignment& a : c.assignments)
            if (std::find(t.primary_key.begin(), t.primary_key.end(), a.column) !=
                t.primary_key.end())
                refuse(t, error_code::not_supported,
                       fmt::format("a change of the primary key of table \"{}\", which has a "
                                   "constraint that is unique in the cluster: delete the row and "
                                   "insert it with its new key",
                                   t.name));
    if (c.where && c.where->has_aggregate)
        refuse(t, error_code::bad_query,
               fmt::format("the WHERE of a change of table \"{}\" holds an aggregate", t.name));
}

bool same_columns(std::vector<schema::column_index> a, std::vector<schema::column_index> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

/// excluded.column: the value that the row was to be inserted with.
bool is_excluded(const sql::expr& e, schema::column_index column) {
    return e.kind == sql::expr_kind::column && e.ref.alias == sql::excluded_row &&
           e.ref.column == column;
}

/// What is unique on each shard is unique in the cluster only when the key tells the shard.
void check_conflict(const sql::change& c) {
    if (!c.inserted->has_conflict) return;
    const schema::table& t = *c.target;
    const std::vector<schema::column_index>& key = c.inserted->conflict_key;
    const bool is_key = same_columns(key, t.primary_key) ||
                        std::any_of(t.uniques.begin(), t.uniques.end(),
                                    [&](const auto& u) { return same_columns(key, u.columns); });
    if (!is_key)
        refuse(t, error_code::bad_query,
               fmt::format("ON CONFLICT names columns of table \"{}\" that are neither its primary "
                           "key nor a unique constraint",
                           t.name));
    if (c.where && c.where->has_query)
        refuse(t, error_code::not_supported,
               fmt::format("a subquery in ON CONFLICT of table \"{}\"", t.name));
    for (const sql::change::assignment& a : c.assignments)
        if (a.to->has_query)
            refuse(t, error_code::not_supported,
                   fmt::format("a subquery in ON CONFLICT of table \"{}\"", t.name));
    for (const sql::change::assignment& a : c.assignments)
        if (std::find(key.begin(), key.end(), a.column) != key.end() &&
            !is_excluded(*a.to, a.column))
            refuse(t, error_code::not_supported,
                   fmt::format("ON CONFLICT of table \"{}\" sets column \"{}\" of the key that it "
                               "names to something else than the value that conflicts: later rows "
                               "of the statement would meet another row than the one named; use "
                               "an UPDATE",
                               t.name, t.columns[a.column].name));
    if (schema::lookup_named(t, key) != nullptr) return;  // the lookup table tells where it lives
    for (const schema::column_index k : t.placed.shard_key)
        if (std::find(key.begin(), key.end(), k) == key.end())
            refuse(t, error_code::not_supported,
                   fmt::format("ON CONFLICT of a key of table \"{}\" without its shard key column "
                               "\"{}\": the other row may live on another shard, where nobody "
                               "would see the conflict; name a key that contains it",
                               t.name, t.columns[k].name));
}

void check_no_query(const sql::change& c) {
    for (const std::vector<sql::expr_ptr>& row : c.inserted->rows)
        for (const sql::expr_ptr& e : row)
            if (e && e->has_query)
                refuse(*c.target, error_code::not_supported,
                       fmt::format("a subquery in VALUES of an INSERT into \"{}\": use INSERT ... "
                                   "SELECT",
                                   c.target->name));
}

// ---------------------------------------------------------------- UPDATE, DELETE

/// The statement that reads what the change would change: its condition, and what it computes.
sql::select_ptr rows_of(const sql::change& c, const std::vector<sql::expr_ptr>& items) {
    const sql::select_ptr rows = sql::make_select(*c.target, items.data(), items.size());
    return c.where ? sql::add_where(rows, c.where) : rows;
}

std::vector<sql::expr_ptr> expressions_of(const sql::change& c) {
    std::vector<sql::expr_ptr> all;
    if (c.where) all.push_back(c.where);
    for (const sql::change::assignment& a : c.assignments) all.push_back(a.to);
    return all;
}

bool has_queries(const sql::change& c) {
    const std::vector<sql::expr_ptr> all = expressions_of(c);
    return std::any_of(all.begin(), all.end(), [](const auto& e) { return e->has_query; });
}

bool names(const sql::select& s, const schema::table& t) {
    bool found =
        s.from.table == &t || std::any_of(s.joins.begin(), s.joins.end(),
                                          [&](const auto& j) { return j.joined.table == &t; });
    sql::for_each_query(s, [&](const sql::select& inner) { found = found || names(inner, t); });
    return found;
}

/// The shards can decide by themselves, each for its rows. A subquery over the table that is being
/// changed is not left to them: SQLite would see rows that were changed already. Nor is that of a
/// reference table: copies could choose differently among equals.
std::optional<route> decided_by_shards(const sql::change& c, const planning& p) {
    const sql::select_ptr s = [&] {
        std::vector<sql::expr_ptr> items;
        for (const sql::change::assignment& a : c.assignments) items.push_back(a.to);
        if (items.empty())
            items.push_back(sql::column({c.target, c.target->primary_key.front(), 0}));
        return rows_of(c, items);
    }();
    bool reads_target = false;
    sql::for_each_query(*s, [&](const sql::select& inner) {
        reads_target = reads_target || names(inner, *c.target);
    });
    if (reads_target || c.target->is_reference() || !p.view.rules.push_subqueries ||
        !shards_can_run(*s))
        return std::nullopt;
    if (auto one = only_shard_of(*s, p.view, p.entries)) return one;
    if (!subqueries_live_with(*s, scope_of(*s))) return std::nullopt;
    routed r = route_change(c, p.view, p.entries);
    if (!r.pending.empty()) return std::nullopt;
    return std::move(r.where);
}

planned<change_plan> pushed(const sql::change_ptr& c, const planning& p, route where) {
    change_plan out;
    out.where = std::move(where);
    out.replicated = c->target->is_reference();
    const key_scope scope = scope_of(*c);
    in_list_trimmer trimmer(scope, p.view, p.entries);
    const bool trims =
        p.view.rules.trim_in_list && out.where.shards.size() > 1 && trimmer.inspect(c->where);
    for (const shard_index shard : out.where.shards) {
        sql::change_ptr mine = c;
        if (trims) {
            sql::expr_ptr condition = trimmer.for_shard(c->where, shard);
            if (!(condition == c->where)) {
                auto* const copy = new sql::change(*c);
                mine = sql::change_ptr(copy);
                copy->where = std::move(condition);
            }
        }
        out.parts.push_back({shard, std::move(mine)});
    }
    return out;
}

route everywhere(const schema::table& t, const cluster_view& view, std::string reason) {
    route out;
    if (t.is_reference())
        for (std::size_t i = 0; i < view.shard_count; ++i)
            out.shards.push_back(static_cast<shard_index>(i));
    else
        out.shards = view.map_of(t).all_shards();
    out.kind = out.shards.size() == 1 ? route_kind::one : route_kind::all;
    out.reason = std::move(reason);
    return out;
}

bool contains(const std::vector<schema::column_index>& columns, schema::column_index c) {
    return std::find(columns.begin(), columns.end(), c) != columns.end();
}

bool sets_looked_up(const schema::table& t, const sql::change::assignment& a) {
    return schema::is_looked_up(t, a.column);
}

/// A cluster-wide unique value comes or goes with it: the rows have to be known.
bool changes_lookups(const sql::change& c) {
    const schema::table& t = *c.target;
    if (c.what == verb::erase) return schema::has_lookups(t);
    return std::any_of(c.assignments.begin(), c.assignments.end(),
                       [&](const auto& a) { return sets_looked_up(t, a); });
}

/// Each once.
std::vector<schema::column_index> looked_up_columns(const schema::table& t) {
    std::vector<schema::column_index> all;
    for (std::size_t i = 0; i < t.columns.size(); ++i)
        if (schema::is_looked_up(t, static_cast<schema::column_index>(i)))
            all.push_back(static_cast<schema::column_index>(i));
    return all;
}

/// Without subqueries the rows are changed on the shards that they are found on.
route where_changed(const sql::change& c, const planning& p, const plan& rows,
                    const std::string& reason) {
    if (c.target->is_reference() || has_queries(c)) return everywhere(*c.target, p.view, reason);
    route out = rows.where;
    out.reason += "; " + reason;
    return out;
}

planned<change_plan> found_first(const sql::change_ptr& c, const planning& p,
                                 const std::string& reason) {
    const schema::table& t = *c->target;
    found_rows found;
    found.change = c;
    found.key = t.primary_key;
    for (const schema::column_index k : t.placed.shard_key)
        if (!contains(found.key, k)) found.key.push_back(k);
    std::vector<sql::expr_ptr> items;
    for (const schema::column_index k : found.key) items.push_back(sql::column({&t, k, 0}));
    for (std::size_t i = 0; i < c->assignments.size(); ++i) {
        const sql::change::assignment& a = c->assignments[i];
        const bool needed = a.to->kind != sql::expr_kind::constant && sets_looked_up(t, a);
        if (!a.to->has_query && !needed) continue;
        found.computed.push_back(i);
        items.push_back(a.to);
    }
    if (changes_lookups(*c)) found.stored = looked_up_columns(t);
    for (const schema::column_index k : found.stored) items.push_back(sql::column({&t, k, 0}));
    planned<plan> rows = plan_select(rows_of(*c, items), p.view, p.entries);
    if (auto* const keys = std::get_if<std::vector<pending_key>>(&rows)) return std::move(*keys);
    found.rows = std::move(std::get<plan>(rows));
    change_plan out;
    out.replicated = t.is_reference();
    out.where = where_changed(*c, p, found.rows, reason);
    out.found = std::make_shared<const found_rows>(std::move(found));
    return out;
}

/// The shards read, lock and compute; where the rows go is known then.
planned<change_plan> moved(const sql::change_ptr& c, const planning& p) {
    const schema::table& t = *c->target;
    if (has_queries(*c))
        refuse(t, error_code::shard_key_change,
               fmt::format("an UPDATE of the shard key of table \"{}\" moves rows, and cannot hold "
                           "subqueries: load the objects and edit them, or name the rows by values",
                           t.name));
    moved_rows moves;
    moves.change = c;
    std::vector<sql::expr_ptr> items;
    for (const schema::column_index k : t.primary_key) items.push_back(sql::column({&t, k, 0}));
    for (std::size_t i = 0; i < c->assignments.size(); ++i) {
        if (c->assignments[i].to->kind == sql::expr_kind::constant) continue;
        moves.computed.push_back(i);
        items.push_back(c->assignments[i].to);
    }
    moves.rows = rows_of(*c, items);
    routed r = route_change(*c, p.view, p.entries);
    if (!r.pending.empty()) return std::move(r.pending);
    change_plan out;
    out.where = std::move(r.where);
    out.moves = std::make_shared<const moved_rows>(std::move(moves));
    return out;
}

// ---------------------------------------------------------------- INSERT

/// The columns of a row that its shard key stands in; empty: the library makes one of them.
std::optional<std::vector<std::size_t>> key_positions(const sql::change& c) {
    std::vector<std::size_t> positions;
    for (const schema::column_index k : c.target->placed.shard_key) {
        const auto& given = c.inserted->columns;
        const auto at = std::find(given.begin(), given.end(), k);
        if (at == given.end()) return std::nullopt;
        positions.push_back(static_cast<std::size_t>(at - given.begin()));
    }
    return positions;
}

/// As place(), naming the row that cannot be placed.
std::optional<placement> place_row(const schema::table& t, std::span<const arg> key,
                                   std::size_t row, const planning& p) {
    try {
        return place(t, key, p.view, p.entries);
    } catch (const error& failure) {
        error_info info = failure.info();
        info.message = fmt::format("row {}: {}", row + 1, info.message);
        raise(std::move(info));
    }
}

planned<change_plan> listed(const sql::change_ptr& c, const planning& p) {
    change_plan out;
    out.replicated = c->target->is_reference();
    out.listed = c;
    out.where = everywhere(*c->target, p.view, "every copy has all rows");
    const auto key = key_positions(*c);
    if (out.replicated) return out;
    out.where.reason = "each row goes to the shard of its key";
    if (!key) return out;
    std::vector<pending_key> pending;
    shard_set shards;
    const auto& rows = c->inserted->rows;
    for (std::size_t n = 0; n < rows.size(); ++n) {
        const std::vector<sql::expr_ptr>& row = rows[n];
        std::vector<arg> values;
        for (const std::size_t i : *key)
            if (row[i] && row[i]->kind == sql::expr_kind::constant)
                values.push_back(row[i]->literal.view());
        if (values.size() != key->size()) return out;
        const auto at = place_row(*c->target, values, n, p);
        if (at) {
            shards.push_back(at->shard);
        } else {
            pending.push_back({c->target->placed.root_table, {}});
            for (const arg& a : values) pending.back().key.emplace_back(a);
        }
    }
    if (!pending.empty()) return pending;
    std::sort(shards.begin(), shards.end());
    shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
    if (shards.size() < out.where.shards.size())
        out.where.kind = shards.size() == 1 ? route_kind::one : route_kind::some;
    out.where.shards = std::move(shards);
    return out;
}

planned<change_plan> from_select(const sql::change_ptr& c, const planning& p) {
    const schema::table& t = *c->target;
    const sql::select& source = *c->inserted->source;
    for (std::size_t i = 0; i < source.items.size(); ++i)
        check_kept(t, t.columns[c->inserted->columns[i]], *source.items[i].expression);
    planned<plan> rows = plan_select(c->inserted->source, p.view, p.entries);
    if (auto* const keys = std::get_if<std::vector<pending_key>>(&rows)) return std::move(*keys);
    change_plan out;
    if (p.view.rules.pass_rows_through && !schema::has_lookups(t))
        out.parts = pass_rows_through(*c, std::get<plan>(rows));
    if (!out.parts.empty()) {
        out.where = std::get<plan>(rows).where;
        out.where.reason += "; rows keep their shard";
        return out;
    }
    out.replicated = t.is_reference();
    out.where = everywhere(
        t, p.view,
        out.replicated ? "every copy has all rows" : "each row goes to the shard of its key");
    out.found =
        std::make_shared<const found_rows>(found_rows{std::move(std::get<plan>(rows)), c, {}, {}});
    return out;
}

}  // namespace

planned<change_plan> plan_change(const sql::change_ptr& c, const cluster_view& view,
                                 const directory_entries& entries) {
    const planning p{view, entries};
    check_assignments(*c);
    if (c->what == verb::insert) {
        check_conflict(*c);
        check_no_query(*c);
        return c->inserted->source ? from_select(c, p) : listed(c, p);
    }
    if (c->what == verb::update && sets_shard_key(*c)) return moved(c, p);
    if (changes_lookups(*c))
        return found_first(c, p, "what is unique in the cluster is looked up by its old value");
    if (has_queries(*c)) {
        if (auto where = decided_by_shards(*c, p)) return pushed(c, p, std::move(*where));
        return found_first(c, p, "a subquery needs rows of several shards, or of the table itself");
    }
    routed r = route_change(*c, view, entries);
    if (!r.pending.empty()) return std::move(r.pending);
    return pushed(c, p, std::move(r.where));
}

planned<change_plan> plan_change_by_key(const sql::change_ptr& c, const cluster_view& view,
                                        const directory_entries& entries) {
    check_assignments(*c);
    return found_first(c, {view, entries}, "the rows are found first");
}

}  // namespace shardwise::plan
