// SPDX-License-Identifier: MIT
#include "orm/unique_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "orm/key_condition.hpp"
#include "orm/key_text.hpp"
#include "orm/locking_steps.hpp"
#include "orm/unique_repair.hpp"
#include "plan/routing.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"

namespace shardwise::orm {
namespace {

bool same_values(const schema::table& owner, const schema::unique_constraint& u,
                 std::span<const arg> a, std::span<const arg> b) {
    const std::vector<column_index> columns = schema::looked_up_columns(owner, u);
    return std::all_of(columns.begin(), columns.end(),
                       [&](column_index c) { return value(a[c]) == value(b[c]); });
}

/// The values of all members: those that the row has now, or those of the object.
std::vector<arg> row_of(const record& r, const void* from) {
    const model::entity& e = r.table->entity();
    std::vector<arg> row(e.table.columns.size());
    for (std::size_t i = 0; i < e.members.size(); ++i)
        row[i] = e.get(from, static_cast<column_index>(i));
    return row;
}

}  // namespace

void unique_changes::inserted(const schema::table& owner, std::span<const arg> row,
                              const schema::unique_constraint* known) {
    for (const schema::unique_constraint& u : owner.uniques)
        if (schema::needs_lookup(owner, u) && &u != known) note(owner, u, row, false);
}
void unique_changes::erased(const schema::table& owner, std::span<const arg> row) {
    for (const schema::unique_constraint& u : owner.uniques)
        if (schema::needs_lookup(owner, u)) note(owner, u, row, true);
}

void unique_changes::updated(const schema::table& owner, std::span<const arg> before,
                             std::span<const arg> after) {
    for (const schema::unique_constraint& u : owner.uniques) {
        if (!schema::needs_lookup(owner, u) || same_values(owner, u, before, after)) continue;
        const std::size_t known = entries_.size();
        note(owner, u, before, true);
        if (entries_.size() > known)
            for (const column_index c : schema::looked_up_columns(owner, u))
                entries_.back().after.emplace_back(after[c]);
        note(owner, u, after, false);
    }
}

void unique_changes::add(const std::vector<shard_writes>& work) {
    for (const shard_writes& shard : work) {
        for (const write& w : shard.writes) {
            const schema::table& t = w.records.front()->table->table();
            if (!schema::has_lookups(t)) continue;
            for (const record* r : w.records) {
                const std::vector<arg> now = row_of(*r, r->object());
                if (w.what == write::verb::insert)
                    inserted(t, now);
                else if (w.what == write::verb::erase)
                    erased(t, row_of(*r, r->stored()));
                else
                    updated(t, row_of(*r, r->stored()), now);
            }
        }
    }
}

void unique_changes::note(const schema::table& owner, const schema::unique_constraint& u,
                          std::span<const arg> row, bool frees) {
    if (!has_lookup_row(u, row)) return;
    check_mode(owner);
    entry e{&owner, &u, lookup_row_of(s_, owner, u, row, until_), frees, {}, {}};
    const std::vector<arg> cells = views_of(e.row.cells);
    e.order = plan::encode_key(cells.data(), u.columns.size());
    entries_.push_back(std::move(e));
}

void unique_changes::check_mode(const schema::table& owner) const {
    if (s_.options.mode != commit_mode::best_effort) return;
    raise({.code = error_code::not_supported,
           .message = fmt::format("table {} has a constraint that is unique in the cluster: its "
                                  "rows are written with commit_mode::atomic only",
                                  owner.name),
           .table = owner.name});
}

std::vector<shard_index> unique_changes::shards() const {
    std::vector<shard_index> all;
    for (const entry& e : entries_) all.push_back(e.row.shard);
    return all;
}

bool unique_changes::only_takes() const noexcept {
    return std::none_of(entries_.begin(), entries_.end(), [](const entry& e) { return e.frees; });
}

void unique_changes::send(statement_queue& to) {
    start(to);
    finish(to);
}

void unique_changes::start(statement_queue& to) {
    if (entries_.empty()) return;
    const auto place = [](const entry& e) {
        return std::tuple(e.row.shard, std::string_view(e.row.table->name), !e.frees,
                          std::string_view(e.order));
    };
    std::stable_sort(entries_.begin(), entries_.end(),
                     [&](const entry& a, const entry& b) { return place(a) < place(b); });
    missing_.clear();
    try {
        send_sorted(to);
    } catch (const error& failure) {
        raise_for(failure);
    }
}

void unique_changes::finish(statement_queue& to) {
    if (entries_.empty()) return;
    try {
        to.finish();
        check_missing(to);
    } catch (const error& failure) {
        raise_for(failure);
    }
    entries_.clear();
}

void unique_changes::send_sorted(statement_queue& to) {
    for (auto at = entries_.begin(); at != entries_.end();) {
        if (at->frees) {
            free(to, *at++);
            continue;
        }
        const auto end = std::find_if(at, entries_.end(), [&](const entry& e) {
            return e.frees || e.row.shard != at->row.shard || e.row.table != at->row.table;
        });
        take(to, {at, end});
        at = end;
    }
}

/// Of this owner row only: if somebody has changed the value since it was read, nothing is freed.
sql::compiled unique_changes::erasing(const entry& e) const {
    const schema::table& t = *e.row.table;
    const sql::change_ptr c = sql::add_where(
        sql::make_delete(t), has_values(t, columns_of_lookup(t), views_of(e.row.cells)));
    return sql::compile(*c, s_.db.endpoint(e.row.shard).dialect());
}

void unique_changes::free(statement_queue& to, const entry& e) {
    to.send(e.row.shard, erasing(e), [this, &e](std::int64_t rows) {
        if (rows == 0) missing_.push_back(&e);
    });
}

void unique_changes::check_missing(statement_queue& to) {
    for (const entry* e : missing_) check_row_of(to, *e);
}

/// A lookup row was not there: the row was changed by somebody else since it was read, or it never
/// had one, because its constraint is being built (decision 0053) or others have written it. Under
/// the row's lock that is seen, and whoever repairs it has to wait; if he was faster, the second
/// attempt finds what he has written.
void unique_changes::check_row_of(statement_queue& to, const entry& e) {
    std::vector<value> cells(e.row.cells.begin(), e.row.cells.end() - 1);
    if (!lock_row_with(s_, *e.owner, *e.constraint, cells, until_) &&
        (e.after.empty() || !lock_row_with(s_, *e.owner, *e.constraint, e.after, until_)))
        raise({.code = error_code::serialization_failure,
               .message = fmt::format(
                   "the row of {} is not the one that was read: what constraint {} knows "
                   "of it was changed by somebody else; roll back and run it again (if "
                   "that does not help, 'shardwise verify' tells more)",
                   e.owner->name, e.constraint->name),
               .shard = s_.db.shard_name(e.row.shard),
               .constraint = e.constraint->name,
               .table = e.owner->name});
    await_writer_of(e);
    to.send(e.row.shard, erasing(e), {});
    to.finish(e.row.shard);
}

/// The shards of a commit end one after the other: whoever has written this lookup row may have let
/// the row go, and a DELETE would not see what is still uncommitted here. An INSERT waits for it.
void unique_changes::await_writer_of(const entry& e) {
    const schema::table& t = *e.row.table;
    const sql::dialect& d = s_.db.endpoint(e.row.shard).dialect();
    const bool by_error = d.kind() == sql::dialect_kind::mariadb;
    sql::change_ptr claim = insert_into_lookup(t);
    if (!by_error) claim = sql::set_conflict(claim, t.primary_key.data(), t.primary_key.size());
    try {
        locking_steps(s_, until_)
            .run(e.row.shard, sql::compile_rows(*claim, 1, d), views_of(e.row.cells));
    } catch (const error& failure) {
        if (!by_error || failure.code() != error_code::unique_violation) throw;
    }
}

void unique_changes::take(statement_queue& to, std::span<const entry> some) {
    const entry& first = some.front();
    const sql::change_ptr c = insert_into_lookup(*first.row.table);
    const sql::dialect& d = s_.db.endpoint(first.row.shard).dialect();
    for (const std::size_t size : cluster_layer::insert_chunk_sizes) {
        if (some.size() < size || size * first.row.cells.size() > sql::max_parameters(d)) continue;
        const sql::compiled text = sql::compile_rows(*c, size, d);
        const engine::statement_ptr statement = statement_for(s_, first.row.shard, text);
        for (; some.size() >= size; some = some.subspan(size)) {
            std::vector<arg> args;
            for (const entry& e : some.first(size))
                for (const value& v : e.row.cells) args.push_back(v.view());
            to.send(first.row.shard, statement, args);
        }
    }
}

/// The primary key of the row that a lookup row stands for.
std::string unique_changes::owner_key(const entry& e) {
    const std::vector<column_index> columns = schema::looked_up_columns(*e.owner, *e.constraint);
    std::vector<arg> key;
    for (const column_index c : e.owner->primary_key) {
        const auto at = std::find(columns.begin(), columns.end(), c) - columns.begin();
        key.push_back(e.row.cells[static_cast<std::size_t>(at)].view());
    }
    return key_text(*e.owner, key);
}

/// The database speaks of the lookup table, users of their constraint and objects.
void unique_changes::raise_for(const error& failure) const {
    const auto is_of = [&failure](const entry& e) {
        return failure.info().statement.find(e.row.table->name) != std::string::npos;
    };
    const auto of = std::find_if(entries_.begin(), entries_.end(), is_of);
    if (failure.code() != error_code::unique_violation || of == entries_.end())
        raise(failure.info());
    std::vector<std::string> keys;
    for (const entry& e : entries_)
        if (!e.frees && is_of(e) && s_.db.shard_name(e.row.shard) == failure.shard())
            keys.push_back(owner_key(e));
    raise({.code = error_code::unique_violation,
           .message = fmt::format("a row of {} with the same values of constraint {} exists "
                                  "already in the cluster",
                                  of->owner->name, of->constraint->name),
           .shard = failure.info().shard,
           .sqlstate = failure.info().sqlstate,
           .constraint = of->constraint->name,
           .table = of->owner->name,
           .detail = keys.empty() ? std::string() : key_among(keys)});
}

}  // namespace shardwise::orm
