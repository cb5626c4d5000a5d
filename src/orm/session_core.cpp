// SPDX-License-Identifier: MIT
// The calls of a session. Each takes one deadline for everything it does.
#include <fmt/format.h>

#include <algorithm>

#include "engine/engine.hpp"
#include "exec/executor.hpp"
#include "exec/row_buffer.hpp"
#include "model/kept_columns.hpp"
#include "orm/flush_plan.hpp"
#include "orm/joined_loading.hpp"
#include "orm/key_condition.hpp"
#include "orm/locking_steps.hpp"
#include "orm/reading.hpp"
#include "orm/session_state.hpp"
#include "orm/unique_reads.hpp"
#include "plan/explain.hpp"
#include "plan/planner.hpp"
#include "schema/unique_lookup.hpp"
#include "sharding/uuid_v7.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

using purpose = plan::plan_cache::purpose;

/// 0 and the nil UUID mean "give me one".
bool is_unset(const arg& v) {
    if (v.is_null()) return true;
    if (v.kind() == kind::uuid) return v.as_uuid() == uuid{};
    return v.kind() == kind::integer && v.integer() == 0;
}

/// What is read into it would overwrite changes otherwise.
void check_is_as_stored(const session_core::state& s, const record& r, const char* call) {
    if (r.owner == &s && r.state == object_state::persistent && !has_unsaved_changes(r)) return;
    raise({.code = error_code::bad_state,
           .message = fmt::format("{} needs a persistent object of {} without unsaved changes",
                                  call, r.table->table().name),
           .table = r.table->table().name});
}

}  // namespace

bool lacks_generated_key(const bound_table& t, const void* object) {
    return t.generated() && is_unset(t.entity().get(object, *t.generated()));
}

bool fill_generated_key(cluster_layer::core& db, const bound_table& t, void* object) {
    if (!lacks_generated_key(t, object)) return false;
    const model::entity& e = t.entity();
    if (e.table.columns[*t.generated()].type == column_type::uuid) {
        e.put(object, *t.generated(), arg{sharding::make_uuid_v7()});
    } else {
        e.put(object, *t.generated(), arg{db.next_id()});
    }
    return true;
}

session_core::session_core(cluster_layer::core& db, const session_options& options)
    : state_(new state(db, options)) {
    if (!options.snapshot) return;
    try {
        state_->transactions.open_snapshot(state_->limit());
    } catch (...) {
        delete state_;
        throw;
    }
}

session_core::~session_core() {
    state_->options.snapshot = false;
    rollback();  // also ends the savepoints
    state_->identities.for_each([](record& r) {
        r.owner = nullptr;
        r.state = object_state::detached;
    });
    delete state_;
}

record_ptr session_core::add(const model::entity& e, const void* object) {
    const turn in_call(*state_, "add()");
    state_->check_may_write();
    bound_table& t = state_->bind(e);
    record_ptr r = make_record(t, object);
    r->fresh_key = fill_generated_key(state_->db, t, r->object());
    const plan::placement p = state_->place_object(t, r->object(), state_->limit());
    r->shard = p.shard;
    r->bucket = p.bucket;
    const primary_key_values key(t, r->object());
    r->key_hash = identity_map::hash(t, r->shard, key);
    if (record* known = state_->identities.find(t, r->shard, key, r->key_hash)) {
        // An erased object's key is free for a new one as soon as its DELETE is flushed.
        const bool erased = known->state == object_state::erased && known->deleted;
        if (erased || state_->row_is_gone(*known)) {
            state_->identities.remove(*known);
        } else {
            raise({.code = error_code::bad_state,
                   .message = fmt::format("add() of a second object of {} with a primary key that "
                                          "this session has already ({}); change that object "
                                          "instead",
                                          e.table.name,
                                          known->state == object_state::erased
                                              ? "erased but not flushed: call flush() first"
                                              : "loaded or added"),
                   .table = e.table.name});
        }
    }
    r->owner = state_;
    r->read_at = state_->epoch;
    state_->list(*r);
    state_->identities.insert(*r);
    return r;
}

record_ptr session_core::find(const model::entity& e, const arg* key, std::size_t count) {
    state& s = *state_;
    const turn in_call(s, "find()");
    bound_table& t = s.bind(e);
    const deadline until = s.limit();
    for (std::size_t i = 0; i < count; ++i)
        if (key[i].is_null()) return {};
    arg shard_key[16];
    std::size_t n = 0;
    for (const std::size_t position : t.shard_key_in_key()) shard_key[n++] = key[position];
    plan::placement p;
    try {
        p = s.place(t.table(), {shard_key, n}, until);
    } catch (const error& failure) {
        if (failure.code() == error_code::unroutable_key) return {};  // no shard can hold it
        throw;
    }
    return s.find_on(t, p.shard, {key, count}, until);
}

record_ptr session_core::state::find_on(bound_table& t, shard_index shard, std::span<const arg> key,
                                        deadline until) {
    const model::entity& e = t.entity();
    const std::uint64_t hash = identity_map::hash(t, shard, key);
    if (record* known = identities.find(t, shard, key, hash)) {
        // When its DELETE was sent, its key may have another row by now.
        const bool erased = known->state == object_state::erased;
        if (erased && !known->deleted) return {};
        if (!erased && (known->read_at == epoch || known->state == object_state::pending ||
                        has_unsaved_changes(*known))) {
            retain(known);
            return record_ptr(known);
        }
    }
    if (joins_by_itself(e)) return find_with_related(t, shard, key, until);
    cluster_layer::shard_connection link = transactions.connect(shard, until);
    arg few[32];
    std::vector<arg> many(e.members.size() > std::size(few) ? e.members.size() : 0);
    const std::span<arg> row = many.empty() ? std::span<arg>(few) : std::span<arg>(many);
    record_ptr found;
    try {
        link.link->send(t.find(shard), key);
        for (;;) {
            const engine::fetch f = link.link->next(row);
            if (f == engine::fetch::end) break;
            if (f == engine::fetch::wait) {
                engine::wait(*link.link, until);
            } else {
                found = adopt(t, shard, row.first(e.members.size()));
            }
        }
    } catch (const error& caught) {
        link.poison_if(caught);
        // A value that cannot be read: the rest of the answer must not meet the next statement.
        if (!caught.poisons_connection() && link.link->pending() > 0)
            link.link->discard(deadline::after(std::chrono::seconds(1)));
        note_failure(caught);
        error_info info = caught.info();
        info.shard = db.shard_name(shard);
        raise(std::move(info));
    }
    if (found) load_eagerly(e, {found}, until);
    return found;
}

record_ptr session_core::state::find_with_related(bound_table& t, shard_index shard,
                                                  std::span<const arg> key, deadline until) {
    joined_loading joined(*this, t.entity(), {});
    row_set rows;
    exec::held_memory held(limits());
    joined.read(joined.plan_of_row(shard, key), how_to_run(*this, until, &held), rows);
    if (rows.records.empty()) return {};
    joined.load_further(until);
    load_eagerly(t.entity(), rows.records, until);
    return rows.records.front();
}

record_ptr session_core::find_everywhere(const model::entity& e, const arg* key,
                                         std::size_t count) {
    state& s = *state_;
    const turn in_call(s, "find_everywhere()");
    bound_table& t = s.bind(e);
    sql::select_ptr q = sql::make_select(e.table, nullptr, 0);
    for (std::size_t i = 0; i < count; ++i) {
        if (key[i].is_null()) return {};
        q = sql::add_where(q, sql::binary(sql::op::eq, sql::column({&e.table, t.key()[i], 0}),
                                          sql::constant(key[i])));
    }
    const row_set_ptr rows = load(e, q, all_shards);
    if (rows->rows > 1)
        raise({.code = error_code::many_rows,
               .message = fmt::format("find_everywhere(): {} shards have a row of {} with this "
                                      "primary key; name the shard key, too",
                                      rows->rows, e.table.name),
               .table = e.table.name});
    return rows->rows == 0 ? record_ptr{} : rows->records[0];
}

void session_core::erase(record& r) {
    const turn in_call(*state_, "erase()");
    state_->check_may_write();
    if (r.owner != state_)
        raise({.code = error_code::bad_state,
               .message = fmt::format("erase() of an object of {} that does not belong to this "
                                      "session",
                                      r.table->table().name),
               .table = r.table->table().name});
    if (r.state == object_state::erased) return;
    state_->erase_with_children(r, state_->limit());
}

void session_core::state::mark_erased(record& r) {
    if (r.state == object_state::pending) return forget(r);
    if (r.listed) before_change(r);
    r.state = object_state::erased;
    list(r);
}

record_ptr session_core::merge(const model::entity& e, const void* object) {
    state& s = *state_;
    const turn in_call(s, "merge()");
    s.check_may_write();
    bound_table& t = s.bind(e);
    if (lacks_generated_key(t, object)) return add(e, object);
    const deadline until = s.limit();
    const primary_key_values key(t, object);
    record_ptr mine = s.find_on(t, s.place_object(t, object, until).shard, key, until);
    // By its key it may be elsewhere: the shard key of the copy is another one.
    if (!mine && t.shard_key_in_key().size() != t.shard_key().size()) {
        const std::span<const arg> values = key;
        mine = find_everywhere(e, values.data(), values.size());
    }
    if (!mine) return add(e, object);
    if (e.version && compare(e.get(mine->object(), *e.version), e.get(object, *e.version)) != 0)
        raise({.code = error_code::stale_object,
               .message = fmt::format("merge() of an object of {} that was changed since it was "
                                      "read: its {} is not that of the row",
                                      e.table.name, e.table.columns[*e.version].name),
               .shard = s.db.shard_name(mine->shard),
               .table = e.table.name});
    e.assign(edit(*mine), object);
    return mine;
}

void session_core::expire(record& r) {
    check_is_as_stored(*state_, r, "expire()");
    r.read_at = 0;
}

void session_core::expire_all() noexcept { ++state_->epoch; }

void session_core::lock(record& r) {
    state& s = *state_;
    const turn in_call(s, "lock()");
    s.check_may_write();
    check_is_as_stored(*state_, r, "lock()");
    const schema::table& t = r.table->table();
    const primary_key_values key(*r.table, r.identity());
    const auto row = s.guarded([&] {
        return locking_steps(s, s.limit()).read(r.shard, t, has_values(t, r.table->key(), key));
    });
    if (!row) throw_not_found(r.table->entity());
    s.refresh(r, views_of(*row));
}

void session_core::detach(record& r) {
    if (r.owner == state_) state_->forget(r);
}

void session_core::state::forget(record& r) {
    identities.remove(r);
    r.owner = nullptr;
    r.state = object_state::detached;
    r.edited = r.inserted = r.deleted = false;
    if (!r.listed) return;
    r.listed = false;
    std::erase_if(changed, [&](const record_ptr& p) { return p.get() == &r; });
}

void session_core::refresh(record& r) {
    state& s = *state_;
    const turn in_call(s, "refresh()");
    check_is_as_stored(*state_, r, "refresh()");
    const bound_table& t = *r.table;
    s.before_change(r);
    std::vector<arg> key;
    for (const column_index c : t.key()) key.push_back(t.entity().get(r.object(), c));
    const deadline until = s.limit();
    cluster_layer::shard_connection link = s.transactions.connect(r.shard, until);
    bool found = false;
    try {
        engine::run(*link.link, t.find(r.shard), key, until, [&](std::span<const arg> row) {
            t.entity().fill(r.object(), row.data());
            found = true;
        });
    } catch (const error& failure) {
        link.poison_if(failure);
        s.note_failure(failure);
        error_info info = failure.info();
        info.shard = s.db.shard_name(r.shard);
        raise(std::move(info));
    }
    if (!found) throw_not_found(t.entity());
    if (r.edited) r.remember_flushed();
    r.read_at = s.epoch;
}

row_set_ptr session_core::select(const sql::select_ptr& q, reach how_far) {
    state& s = *state_;
    const turn in_call(s, "a query");
    const deadline until = s.limit();
    if (s.options.autoflush) s.flush(state::ending::keep_open, until);
    located_plan p(s, q, until);
    auto rows = shared<row_set>(new row_set);
    rows->width = p->root->columns.size();
    exec::held_memory held(s.limits());
    do {
        check_reach(s, *p, q, how_far, until);
        read_rows(s, *p, how_to_run(s, until, &held), {*rows});
    } while (p.moved(rows->rows > 0));
    return published(std::move(rows));
}

row_set_ptr session_core::load(const model::entity& e, const sql::select_ptr& q, reach how_far,
                               const load_step* steps, std::size_t step_count) {
    state& s = *state_;
    const turn in_call(s, "a query");
    bound_table& t = s.bind(e);
    const deadline until = s.limit();
    if (s.options.autoflush) s.flush(state::ending::keep_open, until);
    auto rows = shared<row_set>(new row_set);
    exec::held_memory held(s.limits());
    joined_loading joined(s, e, {steps, step_count});
    if (const auto with = joined.empty() ? std::nullopt : joined.plan(q, until)) {
        check_reach(s, with->rows, q, how_far, until);
        joined.read(*with, how_to_run(s, until, &held), *rows);
        joined.load_further(until);
    } else {
        located_plan p(s, q, until);
        do {
            check_reach(s, *p, q, how_far, until);
            begin_locking(s, *p, q->lock, until);
            read_rows(s, *p, how_to_run(s, until, &held), {*rows, &t});
        } while (p.moved(rows->rows > 0));
    }
    s.load_eagerly(e, rows->records, until);
    return published(std::move(rows));
}

void session_core::values(const model::entity& e, const sql::select_ptr& q, void* context,
                          void* (*room)(void* context, std::size_t expected), reach how_far) {
    constexpr std::size_t most_expected = 100'000;
    state& s = *state_;
    const turn in_call(s, "a query");
    check_locks_nothing(*q, "values()");
    s.bind(e);
    const deadline until = s.limit();
    if (s.options.autoflush) s.flush(state::ending::keep_open, until);
    located_plan p(s, q, until);
    exec::held_memory held(s.limits());
    bool found = false;
    const auto read = [&] {
        const auto source = exec::open(*p, how_to_run(s, until, &held));
        std::vector<arg> row(p->root->columns.size());
        const std::size_t expected = std::min(source->expected_rows(), most_expected);
        while (source->next(row)) {
            found = true;
            held.add(1, e.size + exec::text_bytes(row), "the list of objects");
            e.fill(room(context, expected), row.data());
        }
    };
    do {
        check_reach(s, *p, q, how_far, until);
        s.guarded(read);
    } while (p.moved(found));
}

row_stream_ptr session_core::open_stream(const sql::select_ptr& q, reach how_far) {
    state& s = *state_;
    const turn in_call(s, "stream()");
    check_locks_nothing(*q, "stream()");
    // Reading a large table may take longer than one call's deadline: that bounds each wait for a
    // row, not the whole.
    const deadline until = s.limit();
    if (s.options.autoflush) s.flush(state::ending::keep_open, until);
    auto rows = row_stream_ptr(new row_stream);
    rows->what = s.make_plan(q, purpose::stream, until);
    check_reach(s, rows->what, q, how_far, until);
    rows->stop = s.stop;
    rows->held = std::make_unique<exec::held_memory>(s.limits());
    exec::execution how = how_to_run(s, s.stream_limit(until), rows->held.get());
    how.streaming = true;
    how.patience = s.patience();
    rows->row.resize(rows->what.root->columns.size());
    const std::size_t lent = s.transactions.lent();
    rows->source = s.guarded([&] { return exec::open(rows->what, how); });
    if (s.transactions.lent() != lent) {
        s.streams.push_back(rows.get());
        rows->owner = &s;
    }
    return rows;
}

std::int64_t session_core::count(const sql::select_ptr& q, reach how_far) {
    state& s = *state_;
    const turn in_call(s, "count()");
    check_locks_nothing(*q, "count()");
    const deadline until = s.limit();
    if (s.options.autoflush) s.flush(state::ending::keep_open, until);
    const plan::plan p = s.make_plan(q, purpose::count, until);
    check_reach(s, p, q, how_far, until);
    exec::held_memory held(s.limits());
    return s.guarded([&] {
        const auto source = exec::open(p, how_to_run(s, until, &held));
        arg row[1];
        if (!source->next(row)) raise(error_code::internal, "COUNT gave no row");
        return row[0].to_integer();
    });
}

explanation session_core::explain(const sql::select_ptr& q) {
    plan::plan p = state_->make_full_plan(q, state_->limit());
    if (p.where.shards.size() > 1)
        if (const schema::unique_constraint* const u = pinned_by(*q);
            u != nullptr && !state_->db.is_building(schema::lookup_name(*q->from.table, *u)))
            p.where.reason += "; in fact one shard tells the key by " +
                              schema::lookup_name(*q->from.table, *u) +
                              ", and then the row's shard is asked";
    explanation out = plan::explain(p, *state_->db.view(), state_->db.dialects());
    out.reads = state_->what_reads_see();
    return out;
}

explanation session_core::explain(const model::entity& e, const sql::select_ptr& q,
                                  const load_step* steps, std::size_t step_count) {
    state& s = *state_;
    const joined_loading joined(s, e, {steps, step_count});
    if (joined.empty()) {
        explanation out = explain(q);
        out.related = joined.describe(false);
        return out;
    }
    const auto with = joined.plan(q, s.limit());
    explanation out = with ? plan::explain(with->rows, *s.db.view(), s.db.dialects()) : explain(q);
    out.reads = s.what_reads_see();
    out.related = joined.describe(with.has_value());
    return out;
}

explanation session_core::explain(const sql::change_ptr& c) {
    return plan::explain(state_->make_full_plan(model::keeping_columns(c), state_->limit()),
                         *state_->db.view(), state_->db.dialects());
}

void session_core::flush() {
    const turn in_call(*state_, "flush()");
    state_->flush(state::ending::keep_open, state_->limit());
}

void session_core::commit() {
    const turn in_call(*state_, "commit()");
    // Stopped in the middle, its outcome would be in doubt: cancel() does not reach it.
    state_->flush(state::ending::commit, state_->limit().without_stop());
}

void session_core::rollback() noexcept {
    if (state_->options.snapshot) return;  // there is nothing to be undone, and it goes on
    state_->end_streams();
    state_->transactions.rollback();
    state_->undo();
}

savepoint_ptr session_core::savepoint() { return state_->open_savepoint(); }

bool session_core::in_transaction() const noexcept { return state_->transactions.active(); }

void throw_not_found(const model::entity& e) {
    raise({.code = error_code::not_found,
           .message = fmt::format("there is no row of {} with this primary key", e.table.name),
           .table = e.table.name});
}

void throw_row_count(std::size_t found) {
    if (found == 0) raise(error_code::not_found, "one(): the query has no row");
    raise(error_code::many_rows, "one(): the query has more than one row");
}

}  // namespace shardwise::orm
