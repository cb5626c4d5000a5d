// SPDX-License-Identifier: MIT
#include "orm/session_state.hpp"

#include <fmt/format.h>

#include "orm/row_set.hpp"
#include "plan/planner.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {

deadline session_core::state::time_limit() const {
    return options.timeout_ms > 0 ? deadline::after(std::chrono::milliseconds(options.timeout_ms))
                                  : db.default_deadline();
}

deadline session_core::state::limit() const { return time_limit().with(*stop, stop->begin_call()); }

void session_core::state::check_in_time(deadline until) {
    if (!until.passed()) return;
    raise({.code = until.late_code(),
           .message = fmt::format("{} while rows were still being written: nothing of this "
                                  "transaction is stored",
                                  until.why_late())});
}

std::chrono::milliseconds session_core::state::patience() const {
    return std::chrono::milliseconds(options.timeout_ms > 0 ? options.timeout_ms
                                                            : db.options().statement_timeout_ms);
}

void session_core::state::check_usable(const char* call) const {
    if (failure.empty()) return;
    if (options.snapshot)
        raise({.code = error_code::bad_state,
               .message = fmt::format("{} in a snapshot that an error has ended: open another one. "
                                      "The error was: {}",
                                      call, failure)});
    raise({.code = error_code::bad_state,
           .message = fmt::format(
               "{} in a transaction that has failed: call rollback() {}first. It failed with: {}",
               call, savepoints.empty() ? "" : "of its savepoint, or of the session, ", failure)});
}

turn::turn(const session_core::state& s, const char* call) {
#ifndef NDEBUG
    std::thread::id other{};
    if (s.user.compare_exchange_strong(other, std::this_thread::get_id()))
        user_ = &s.user;
    else if (other != std::this_thread::get_id())
        raise(error_code::bad_state, std::string(call) +
                                         " while another thread is in a call of this session: a "
                                         "session is for one thread at a time");
#endif
    try {
        s.check_usable(call);
    } catch (...) {
        leave();
        throw;
    }
}

void turn::leave() noexcept {
    if (user_ != nullptr) user_->store(std::thread::id{});
    user_ = nullptr;
}

void session_core::state::check_may_write() const {
    if (options.snapshot)
        raise(error_code::not_supported,
              "a snapshot is for reading: write in a session of its own, opened without .snapshot");
}

std::string session_core::state::what_reads_see() const {
    if (options.snapshot) return "snapshot (the moment at which it was opened, on all shards)";
    switch (options.isolation) {
        case isolation::repeatable_read:
            return "transaction (one moment of each shard, repeatable read)";
        case isolation::serializable:
            return "transaction (serializable on each shard)";
        case isolation::read_committed:
            break;
    }
    return transactions.active() ? "transaction (newest committed rows of each shard, and its own)"
                                 : "newest committed rows of each shard";
}

void session_core::state::note_failure(const error& e) noexcept {
    if (!transactions.active() || !failure.empty()) return;
    // What is not from a server has mostly done nothing to the transaction; but what was stopped in
    // the middle of an answer has cost it.
    const bool from_server = !e.info().sqlstate.empty() || e.poisons_connection();
    if (!from_server && !transactions.any_failed()) return;
    fail(e.what());
}

void session_core::state::fail(std::string_view why) noexcept {
    failure = why;
    end_streams();
    if (savepoints.empty()) {
        transactions.rollback();
    } else {
        transactions.settle();
    }
}

void session_core::state::lose(std::string_view why, const char* ended) noexcept {
    failure = why;
    end_streams();
    transactions.rollback();
    end_savepoints(0, ended);
}

void session_core::state::check_no_stream(const char* call) const {
    if (streams.empty()) return;
    raise(
        {.code = error_code::bad_state,
         .message = fmt::format("{} while a stream that was opened inside this transaction is not "
                                "read to its end: read it or drop it first",
                                call)});
}

void session_core::state::end_streams() noexcept {
    for (row_stream* r : streams) {
        r->owner = nullptr;
        r->source.reset();
    }
    streams.clear();
}

void raise_key_too_wide() { raise(error_code::bad_model, "a primary key has at most 16 columns"); }

primary_key_values::primary_key_values(const bound_table& t, const void* object) {
    for (const column_index c : t.key()) {
        if (count_ == most_key_columns) raise_key_too_wide();
        values_[count_++] = t.entity().get(object, c);
    }
}

bound_table& session_core::state::bind(const model::entity& e) {
    auto* place = bound.begin();
    for (; place != bound.end() && place->second != nullptr; ++place)
        if (place->first == &e) {
            db.require(e);  // the model may have changed since
            return *place->second;
        }
    bound_table& t = db.bind(e);
    if (place != bound.end()) *place = {&e, &t};
    return t;
}

void session_core::state::list(record& r) {
    if (r.listed) return;
    retain(&r);
    changed.push_back(record_ptr(&r));
    r.listed = true;
    r.listed_since = last_savepoint;
}

plan::placement session_core::state::place(const schema::table& t, std::span<const arg> shard_key,
                                           deadline until) {
    if (t.is_reference()) return {};
    const plan::cluster_view& view = db.current_view();
    static const plan::directory_entries nothing;
    if (const auto p = plan::place(t, shard_key, view, nothing)) return *p;
    plan::pending_key wanted{t.placed.root_table, {}};
    for (const arg& a : shard_key) wanted.key.emplace_back(a);
    const plan::directory_entries entries = db.look_up({std::move(wanted)}, until);
    if (const auto p = plan::place(t, shard_key, view, entries)) return *p;
    raise({.code = error_code::unroutable_key,
           .message = fmt::format("the directory of {} has no entry for this key of table {}",
                                  t.placed.root_table, t.name),
           .table = t.name});
}

plan::placement session_core::state::place_object(bound_table& t, const void* object,
                                                  deadline until) {
    arg key[16];
    std::size_t n = 0;
    for (const column_index c : t.shard_key()) {
        if (n == std::size(key)) raise(error_code::bad_model, "a shard key has at most 16 columns");
        key[n++] = t.entity().get(object, c);
    }
    return place(t.table(), {key, n}, until);
}

shard_index session_core::state::shard_of(bound_table& t, std::span<const arg> row,
                                          deadline until) {
    arg key[16];
    std::size_t n = 0;
    for (const column_index c : t.shard_key()) {
        if (n == std::size(key)) raise(error_code::bad_model, "a shard key has at most 16 columns");
        key[n++] = row[c];
    }
    return place(t.table(), {key, n}, until).shard;
}

std::uint64_t session_core::state::identity_of(record& r) const {
    const primary_key_values key(*r.table, r.identity());
    return identity_map::hash(*r.table, r.shard, key);
}

namespace {

template <class Plan, class Planner>
Plan with_lookups(cluster_layer::core& db, deadline until, Planner&& planner) {
    const plan::cluster_view& view = db.current_view();
    plan::directory_entries entries;
    for (;;) {
        plan::planned<Plan> p = planner(view, entries);
        if (auto* done = std::get_if<Plan>(&p)) return std::move(*done);
        // One round is enough: look_up answers for every key, with an entry or its absence.
        entries = db.look_up(std::get<std::vector<plan::pending_key>>(p), until);
    }
}

}  // namespace

plan::plan session_core::state::make_plan(const sql::select_ptr& s, plan::plan_cache::purpose what,
                                          deadline until) {
    if (auto known = db.plans().find(s, what, db.current_view())) return std::move(*known);
    if (what != plan::plan_cache::purpose::count) return make_full_plan(s, until);
    return with_lookups<plan::plan>(db, until, [&](const auto& view, const auto& entries) {
        return plan::plan_count(s, view, entries);
    });
}

plan::change_plan session_core::state::make_plan(const sql::change_ptr& c, deadline until) {
    if (auto known = db.plans().find(c, db.current_view())) return std::move(*known);
    return make_full_plan(c, until);
}

plan::plan session_core::state::make_full_plan(const sql::select_ptr& s, deadline until) {
    return with_lookups<plan::plan>(db, until, [&](const auto& view, const auto& entries) {
        return plan::plan_select(s, view, entries);
    });
}

plan::change_plan session_core::state::make_full_plan(const sql::change_ptr& c, deadline until) {
    return with_lookups<plan::change_plan>(db, until, [&](const auto& view, const auto& entries) {
        return plan::plan_change(c, view, entries);
    });
}

plan::change_plan session_core::state::make_plan_by_key(const sql::change_ptr& c, deadline until) {
    return with_lookups<plan::change_plan>(db, until, [&](const auto& view, const auto& entries) {
        return plan::plan_change_by_key(c, view, entries);
    });
}

record_ptr session_core::state::adopt(bound_table& t, shard_index shard, std::span<const arg> row) {
    const model::entity& e = t.entity();
    if (t.table().is_reference()) shard = 0;  // one object, whichever copy was read
    arg key[most_key_columns];
    std::size_t n = 0;
    for (const column_index c : t.key()) {
        if (n == std::size(key)) raise_key_too_wide();
        key[n++] = row[c];
    }
    const std::uint64_t hash = identity_map::hash(t, shard, {key, n});
    record* const known = identities.find(t, shard, {key, n}, hash);
    if (known != nullptr && known->state == object_state::erased && !known->deleted) return {};
    if (known != nullptr && known->state != object_state::erased) {
        refresh(*known, row);
        retain(known);
        return record_ptr(known);
    }
    // The row of an erased object is gone: this is another one with its key.
    if (known != nullptr) identities.remove(*known);
    record_ptr fresh = make_record(t, nullptr);
    e.fill(fresh->object(), row.data());
    fresh->state = object_state::persistent;
    fresh->shard = shard;
    fresh->key_hash = hash;
    fresh->read_at = epoch;
    fresh->moves_seen = moves.count();
    fresh->owner = this;
    identities.insert(*fresh);
    return fresh;
}

void session_core::state::refresh(record& known, std::span<const arg> row) {
    if (known.state != object_state::persistent || has_unsaved_changes(known)) return;
    before_change(known);
    known.table->entity().fill(known.object(), row.data());
    if (known.edited) known.remember_flushed();
    known.read_at = epoch;
}

void session_core::state::after_commit() noexcept {
    for (const record_ptr& r : changed) {
        r->listed = r->edited = r->inserted = false;
        r->forget_values();
        if (r->state == object_state::erased) {
            identities.remove(*r);
            r->state = object_state::detached;
            r->owner = nullptr;
        }
        r->deleted = false;
    }
    changed.clear();
    relations.clear();
    moves.forget();
    end_savepoints(0, "the transaction was committed");
    ++epoch;
}

void session_core::state::undo() noexcept {
    undo_listed(0);
    relations.clear();
    undo_moves(moves.ended());
    end_savepoints(0, "the session was rolled back");
    failure.clear();
    ++epoch;
}

void session_core::state::undo_moves(std::uint64_t first) noexcept {
    if (moves.count() == first) return;
    try {
        std::vector<record*> all;
        identities.for_each([&](record& r) { all.push_back(&r); });
        moves.undo(first, std::move(all));
    } catch (...) {  // no memory: nobody can say which object stands for which row
        identities.for_each([](record& r) {
            r.state = object_state::detached;
            r.owner = nullptr;
        });
        identities.clear();
    }
}

void session_core::state::undo_listed(std::size_t first) noexcept {
    const auto from = changed.begin() + static_cast<std::ptrdiff_t>(first);
    for (auto p = from; p != changed.end(); ++p) {
        record* const r = p->get();
        const bool was_new = r->state == object_state::pending || r->inserted;
        const bool restored = r->restore();
        r->listed = r->edited = r->inserted = r->deleted = false;
        identities.remove(*r);
        const bool comes_back = restored && !was_new;
        r->state = comes_back ? object_state::persistent : object_state::detached;
        r->owner = nullptr;
    }
    // The newest first: a row that was read under the key of one that was erased before makes way.
    for (auto p = changed.end(); p != from;)
        if (record& r = **--p; r.state == object_state::persistent) come_back(r);
    changed.erase(from, changed.end());
}

void session_core::state::come_back(record& r) noexcept {
    const primary_key_values key(*r.table, r.identity());
    r.key_hash = identity_map::hash(*r.table, r.shard, key);
    if (record* const other = identities.find(*r.table, r.shard, key, r.key_hash)) {
        if (other == &r) return;
        identities.remove(*other);
        other->state = object_state::detached;
        other->owner = nullptr;
    }
    r.owner = this;
    identities.insert(r);
}

}  // namespace shardwise::orm
