// SPDX-License-Identifier: MIT
#include "orm/flush_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "orm/row_order.hpp"
#include "schema/column_check.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

using verb = write::verb;

using change = object_change;

/// An object added earlier may have been edited since: its key and shard are taken anew.
void place_again(session_core::state& s, record& r, deadline until) {
    s.identities.remove(r);
    const plan::placement p = s.place_object(*r.table, r.object(), until);
    r.shard = p.shard;
    r.bucket = p.bucket;
    r.key_hash = s.identity_of(r);
    s.identities.insert(r);
}

bool contains(std::span<const column_index> columns, column_index c) {
    return std::find(columns.begin(), columns.end(), c) != columns.end();
}

}  // namespace

std::vector<column_index> changed_columns(const record& r) {
    std::vector<column_index> columns;
    if (r.original == nullptr) return columns;
    const void* const known = r.flushed != nullptr ? r.flushed : r.original;
    const model::entity& e = r.table->entity();
    for (std::size_t i = 0; i < e.members.size(); ++i) {
        const auto c = static_cast<column_index>(i);
        const bool differs = !e.equal(r.object(), known, c);
        const bool places = contains(r.table->shard_key(), c);
        if (differs && !places && contains(r.table->key(), c))
            raise({.code = error_code::bad_state,
                   .message = fmt::format("{}.{} is the primary key of a stored row and cannot be "
                                          "changed; erase the object and add it again",
                                          e.table.name, e.table.columns[i].name),
                   .table = e.table.name});
        if (differs && e.version == c)
            raise({.code = error_code::bad_state,
                   .message = fmt::format("{}.{} is the row_version and is raised by the flush: it "
                                          "cannot be changed by hand",
                                          e.table.name, e.table.columns[i].name),
                   .table = e.table.name});
        if (differs) columns.push_back(c);
    }
    return columns;
}

std::int64_t next_version(const record& r) {
    const model::entity& e = r.table->entity();
    const std::int64_t read = e.get(r.stored(), *e.version).to_integer();
    const bool narrow = e.table.columns[*e.version].type == column_type::int32;
    const std::int64_t last = narrow ? std::numeric_limits<std::int32_t>::max()
                                     : std::numeric_limits<std::int64_t>::max();
    if (read >= last)
        raise({.code = error_code::value_not_storable,
               .message = fmt::format("{}.{}, the row_version, has reached the largest number of "
                                      "its type",
                                      e.table.name, e.table.columns[*e.version].name),
               .table = e.table.name});
    return read + 1;
}

namespace {

void check_values(const session_core::state& s, const change& c) {
    const model::entity& e = c.object->table->entity();
    const engine::driver& client = s.db.endpoint(c.object->shard).client();
    for (std::size_t i = 0; i < e.members.size(); ++i) {
        const auto column = static_cast<column_index>(i);
        if (c.what == verb::update && !contains(c.columns, column)) continue;
        const arg v = e.get(c.object->object(), column);
        schema::check_column_value(e.table, column, v);
        if (!v.is_null()) client.check_storable(v, e.table.columns[i].type);
    }
}

/// Rows of one table are written in the order of their keys: two sessions that change the same ones
/// mostly wait for each other, and do not deadlock. Where values must be freed before others take
/// them, the order of the changes stays.
void order_by_key(std::span<change> updates) {
    const bound_table& t = *updates.front().object->table;
    for (const change& c : updates)
        if (!t.may_change_together(c.columns)) return;
    std::stable_sort(updates.begin(), updates.end(), [&t](const change& a, const change& b) {
        for (const column_index k : t.key()) {
            const int c = compare(t.entity().get(a.object->identity(), k),
                                  t.entity().get(b.object->identity(), k));
            if (c != 0) return c < 0;
        }
        return false;
    });
}

/// Within one table, too: inserts with parents first, deletes with children first.
void order_within_tables(std::vector<change>& changes) {
    for (std::size_t from = 0; from < changes.size();) {
        std::vector<record*> rows;
        std::size_t to = from;
        for (; to < changes.size() && changes[to].what == changes[from].what &&
               changes[to].object->table == changes[from].object->table;
             ++to)
            rows.push_back(changes[to].object);
        if (changes[from].what == verb::update) {
            order_by_key(std::span(changes).subspan(from, to - from));
        } else {
            std::vector<std::size_t> order = parents_first(rows);
            if (changes[from].what == verb::erase) std::reverse(order.begin(), order.end());
            for (std::size_t i = 0; i < order.size(); ++i)
                changes[from + i].object = rows[order[i]];
        }
        from = to;
    }
}

std::vector<change> collect(session_core::state& s, deadline until, const record_set& others) {
    std::vector<change> changes;
    changes.reserve(s.changed.size());
    s.follow_parents();
    for (const record_ptr& p : s.changed) {
        record& r = *p;
        if (others.count(&r) != 0) continue;
        if (r.state == object_state::pending) {
            place_again(s, r, until);
            changes.push_back({verb::insert, &r, {}});
        } else if (r.state == object_state::erased && !r.deleted) {
            changes.push_back({verb::erase, &r, {}});
        } else if (r.state == object_state::persistent && r.edited) {
            std::vector<column_index> columns = changed_columns(r);
            if (columns.empty()) continue;
            if (r.table->entity().version) static_cast<void>(next_version(r));  // refused here
            changes.push_back({verb::update, &r, std::move(columns)});
        }
    }
    for (const change& c : changes)
        if (c.what != verb::erase) check_values(s, c);
    if (changes.size() < 2) return changes;
    // Inserts with parents first, updates, deletes with children first.
    std::stable_sort(changes.begin(), changes.end(), [](const change& a, const change& b) {
        if (a.what != b.what) return a.what < b.what;
        const std::size_t x = a.object->table->order();
        const std::size_t y = b.object->table->order();
        return a.what == verb::erase ? x > y : x < y;
    });
    order_within_tables(changes);
    return changes;
}

bool joins(const write& last, const change& next) {
    if (last.what != next.what || last.records.front()->table != next.object->table) return false;
    return next.what == verb::insert ||
           (next.what == verb::update && last.columns == next.columns &&
            next.object->table->may_change_together(next.columns));
}

void add(shard_writes& to, const change& c) {
    if (!to.writes.empty() && joins(to.writes.back(), c)) {
        to.writes.back().records.push_back(c.object);
    } else {
        write& alone = to.writes.emplace_back();
        alone.what = c.what;
        alone.records.push_back(c.object);
        alone.columns = c.columns;
    }
}

/// How many parameters the statement has for each object.
std::size_t parameters_of(const write& w, sql::dialect_kind kind) {
    const bound_table& t = *w.records.front()->table;
    if (w.what == verb::insert) return t.column_count();
    const std::size_t versions = t.entity().version ? 1 : 0;
    const std::size_t keys = t.key().size();
    const std::size_t set = w.columns.size() + versions;
    return (kind == sql::dialect_kind::mariadb ? set * (keys + 1) : set) + keys + versions;
}

/// Cuts long runs into the few sizes that have prepared statements.
void cut_runs(std::vector<write>& writes, const sql::dialect& d) {
    const bool has_run = std::any_of(writes.begin(), writes.end(),
                                     [](const write& w) { return w.records.size() > 1; });
    if (!has_run) return;
    std::vector<write> cut;
    for (write& w : writes) {
        if (w.records.size() == 1) {
            cut.push_back(std::move(w));
            continue;
        }
        const std::size_t width = parameters_of(w, d.kind());
        const std::span<const std::size_t> sizes =
            w.what == verb::insert ? std::span<const std::size_t>(cluster_layer::insert_chunk_sizes)
                                   : cluster_layer::update_chunk_sizes(d.kind());
        std::size_t done = 0;
        for (const std::size_t size : sizes) {
            if (size * width > sql::max_parameters(d) && size > 1) continue;
            for (; w.records.size() - done >= size; done += size) {
                const auto from = w.records.begin() + static_cast<std::ptrdiff_t>(done);
                cut.push_back(
                    {w.what, {from, from + static_cast<std::ptrdiff_t>(size)}, w.columns});
            }
        }
    }
    writes = std::move(cut);
}

std::vector<shard_writes> by_shard(const session_core::state& s,
                                   const std::vector<change>& changes) {
    std::vector<shard_writes> all(s.db.shard_count());
    for (std::size_t i = 0; i < all.size(); ++i) all[i].shard = static_cast<shard_index>(i);
    for (const change& c : changes) {
        if (c.object->table->table().is_reference()) {
            for (shard_writes& every : all) add(every, c);
        } else {
            add(all[c.object->shard], c);
        }
    }
    std::erase_if(all, [](const shard_writes& w) { return w.writes.empty(); });
    for (shard_writes& w : all) cut_runs(w.writes, s.db.endpoint(w.shard).dialect());
    return all;
}

}  // namespace

std::vector<record*> moved_objects(const session_core::state& s) {
    std::vector<record*> moved;
    for (const record_ptr& r : s.changed) {
        if (r->state != object_state::persistent || !r->edited || r->original == nullptr) continue;
        const auto key = r->table->shard_key();
        const bool same = std::all_of(key.begin(), key.end(), [&](column_index c) {
            return r->table->entity().equal(r->object(), r->stored(), c);
        });
        if (!same) moved.push_back(r.get());
    }
    return moved;
}

std::vector<shard_writes> plan_flush(session_core::state& s, deadline until,
                                     const record_set& others) {
    return by_shard(s, collect(s, until, others));
}

std::vector<shard_writes> plan_writes(const session_core::state& s,
                                      std::vector<object_change> changes) {
    for (const object_change& c : changes) {
        if (c.what == verb::erase) continue;
        if (c.object->table->entity().version) static_cast<void>(next_version(*c.object));
        check_values(s, c);
    }
    order_within_tables(changes);
    return by_shard(s, changes);
}

}  // namespace shardwise::orm
