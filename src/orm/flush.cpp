// SPDX-License-Identifier: MIT
// Running a flush, and ending the transaction with it. The common small commits take one round
// trip:
//   one statement on one shard          sent alone: it is atomic by itself
//   inserts on one shard, commit        BEGIN, statements and COMMIT in one batch
//   anything on one SQLite file         the same: each answer is looked at before the next step
// Everything else is written first, checked (was every row there?), then committed.
#include <algorithm>

#include "cluster/recovery.hpp"
#include "exec/executor.hpp"
#include "orm/flush_log.hpp"
#include "orm/row_mover.hpp"
#include "orm/shard_writer.hpp"
#include "orm/unique_changes.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

using ending = session_core::state::ending;

/// A statement that is whole by itself. An UPDATE of several rows may change some of them only,
/// which is seen afterwards.
bool atomic_alone(const shard_writes& work) {
    return work.writes.size() == 1 && (work.writes.front().what == write::verb::insert ||
                                       work.writes.front().records.size() == 1);
}

bool only_inserts(const shard_writes& w) {
    return std::all_of(w.writes.begin(), w.writes.end(),
                       [](const write& x) { return x.what == write::verb::insert; });
}

/// An error after COMMIT (or a statement that commits by itself) was sent and the connection broke:
/// nobody knows whether it was done.
[[noreturn]] void raise_unknown_commit(const error& failure) {
    if (!failure.poisons_connection()) raise(failure.info());
    error_info info = failure.info();
    info.code = error_code::in_doubt;
    info.message = "the commit was sent and its answer never came: " + failure.message();
    raise(std::move(info));
}

/// One statement: no transaction needed.
void write_alone(session_core::state& s, const shard_writes& work, deadline until) {
    cluster_layer::shard_connection c = s.transactions.connect(work.shard, until);
    shard_writer writer(s.db, work, *c.link, false);
    try {
        write_all({&writer, 1}, until);
    } catch (const error& failure) {
        c.poison_if(failure);
        raise_unknown_commit(failure);
    }
}

/// BEGIN, inserts, COMMIT in one batch.
void write_and_commit(session_core::state& s, const shard_writes& work, deadline until) {
    engine::connection& link = s.transactions.begin(work.shard, until);
    shard_writer writer(s.db, work, link, true);
    try {
        write_all({&writer, 1}, until);
    } catch (const error& failure) {
        raise_unknown_commit(failure);
    }
    s.transactions.finished(work.shard);
}

/// Every file that will be written, locked in one order.
void lock_files(session_core::state& s, const std::vector<shard_writes>& work,
                const unique_changes& uniques, deadline until) {
    std::vector<shard_index> all = uniques.shards();
    for (const shard_writes& w : work) all.push_back(w.shard);
    s.transactions.lock_files(std::move(all), until);
}

/// Rows that nobody else writes, because their keys are new: the values that they take may be
/// written at the same time, and not before. (Otherwise two sessions that insert one row with one
/// value could wait for each other until lock_timeout, one for the row and one for the value.) Each
/// connection has one who reads its answers.
bool may_go_together(const unique_changes& uniques, const std::vector<shard_writes>& work) {
    if (uniques.empty() || !uniques.only_takes()) return false;
    const std::vector<shard_index> lookups = uniques.shards();
    const auto is_new = [](const record* r) {
        const schema::table& t = r->table->table();
        return r->fresh_key && std::all_of(t.uniques.begin(), t.uniques.end(), [&](const auto& u) {
                   return schema::needs_lookup(t, u);
               });
    };
    return std::all_of(work.begin(), work.end(), [&](const shard_writes& shard) {
        return std::find(lookups.begin(), lookups.end(), shard.shard) == lookups.end() &&
               std::all_of(shard.writes.begin(), shard.writes.end(), [&](const write& w) {
                   return w.what == write::verb::insert &&
                          std::all_of(w.records.begin(), w.records.end(), is_new);
               });
    });
}

/// Updated objects have the version that their rows have now. A reference table's object was
/// written on every shard, and its version is raised once.
void note_versions(const std::vector<shard_writes>& work) {
    for (const shard_writes& shard : work) {
        for (const write& w : shard.writes) {
            if (w.what != write::verb::update) continue;
            const model::entity& e = w.records.front()->table->entity();
            if (!e.version) continue;
            for (record* r : w.records) e.put(r->object(), *e.version, arg{next_version(*r)});
        }
    }
}

/// Objects of reference tables were written on every shard: told once.
void tell_written(const std::vector<shard_writes>& work) {
    for (const shard_writes& shard : work) {
        for (const write& w : shard.writes) {
            const model::entity& e = w.records.front()->table->entity();
            if (e.table.is_reference() && shard.shard != 0) continue;
            const auto told = w.what == write::verb::insert   ? e.called.after_insert
                              : w.what == write::verb::update ? e.called.after_update
                                                              : e.called.after_erase;
            if (told == nullptr) continue;
            for (const record* r : w.records) told(r->object());
        }
    }
}

/// `keep_open`: more may be changed in this transaction.
void mark_written(const std::vector<shard_writes>& work, bool keep_open) {
    note_versions(work);
    for (const shard_writes& shard : work) {
        for (const write& w : shard.writes) {
            for (record* r : w.records) {
                switch (w.what) {
                    case write::verb::insert:
                        r->state = object_state::persistent;
                        r->inserted = true;
                        break;
                    case write::verb::update:
                        if (keep_open) r->remember_flushed();
                        break;
                    case write::verb::erase:
                        r->deleted = true;
                        break;
                }
            }
        }
    }
}

}  // namespace

/// Times and hooks. What they change is part of the flush; what they throw ends it before anything
/// is sent.
void session_core::state::prepare_changes() {
    const timestamp now = timestamp::now();
    for (std::size_t i = 0; i < changed.size(); ++i) {
        record& r = *changed[i];
        const model::entity& e = r.table->entity();
        if (!e.prepares_changes()) continue;
        if (r.state == object_state::pending) {
            e.before_insert(r.object(), now);
        } else if (r.state == object_state::erased && !r.deleted) {
            if (e.called.before_erase != nullptr) e.called.before_erase(r.object());
        } else if (r.state == object_state::persistent && r.edited && !changed_columns(r).empty()) {
            before_change(r);
            e.before_update(r.object(), now);
        }
    }
}

void session_core::state::flush(ending end, deadline until) {
    const bool commits = end == ending::commit;
    if (options.snapshot) return;  // nothing can have changed, and it goes on
    const bool open = transactions.active() || !savepoints.empty();
    if (changed.empty() && !(commits && open)) {
        if (commits) after_commit();
        return;
    }
    prepare_changes();
    if (const std::vector<record*> moved = moved_objects(*this); !moved.empty())
        return flush_moves(moved, end, until);
    // What is refused here was not sent: the session stays usable, the object can be mended.
    const std::vector<shard_writes> work = plan_flush(*this, until);
    if (work.empty() && !(commits && transactions.active())) {
        if (commits) after_commit();
        return;
    }
    check_no_stream(commits ? "commit()" : "flush()");
    unique_changes uniques(*this, until);
    uniques.add(work);
    tell_flush(*this, {work, uniques.size()});
    const auto failed = [&](std::string_view why) {
        commits ? lose(why, "the commit has failed") : fail(why);
    };
    try {
        const bool others =
            transactions.active() && !(work.size() == 1 && transactions.only(work.front().shard));
        const bool alone =
            commits && !others && work.size() == 1 && !transactions.traceable() && uniques.empty();
        // A file is locked first: another one's prepared changes may keep writers out of it.
        const bool guarded = alone && db.commits().guarded(work.front().shard);
        if (alone && !guarded && !transactions.active() && atomic_alone(work.front())) {
            write_alone(*this, work.front(), until);
        } else if (alone && (guarded || only_inserts(work.front()))) {
            write_and_commit(*this, work.front(), until);
        } else {
            lock_files(*this, work, uniques, until);
            statement_queue lookups(*this, until);
            uniques.start(lookups);
            const bool together = may_go_together(uniques, work);
            if (!together) uniques.finish(lookups);
            if (!work.empty()) write_inside(*this, work, until);
            if (together) uniques.finish(lookups);
            if (commits) transactions.commit(until);
        }
        mark_written(work, !commits);
        tell_written(work);
    } catch (const error& e) {
        failed(e.what());
        throw;
    } catch (...) {
        failed("an exception of an object's copy");
        throw;
    }
    if (commits) after_commit();
}

namespace {

/// Takes the inserts of tables up to this one out of `work`: they go before what moves within it.
std::vector<shard_writes> inserts_up_to(std::vector<shard_writes>& work, std::size_t order) {
    std::vector<shard_writes> first;
    for (shard_writes& shard : work) {
        const auto end =
            std::find_if(shard.writes.begin(), shard.writes.end(), [&](const write& w) {
                return w.what != write::verb::insert || w.records.front()->table->order() > order;
            });
        if (end == shard.writes.begin()) continue;
        first.push_back({shard.shard, {shard.writes.begin(), end}});
        shard.writes.erase(shard.writes.begin(), end);
    }
    std::erase_if(work, [](const shard_writes& w) { return w.writes.empty(); });
    return first;
}

}  // namespace

/// A flush in which rows move: their old places are free before anything is inserted.
void session_core::state::flush_moves(const std::vector<record*>& moved, ending end,
                                      deadline until) {
    const bool commits = end == ending::commit;
    exec::held_memory held(limits());
    row_mover mover(*this, held, until);
    for (record* r : moved) mover.add(*r);
    std::vector<shard_writes> work = plan_flush(*this, until, mover.objects());
    check_no_stream(commits ? "commit()" : "flush()");
    try {
        mover.lock(work);
        work = plan_flush(*this, until, mover.objects());  // it may write more than was asked for
        unique_changes uniques(*this, until);
        uniques.add(work);
        mover.note(uniques);
        tell_flush(*this, {work, uniques.size(), moved.size()});
        statement_queue lookups(*this, until);
        uniques.send(lookups);
        mover.erase();
        std::vector<shard_writes> rest = work;
        for (const std::size_t order : mover.orders()) {
            if (const auto before = inserts_up_to(rest, order); !before.empty())
                write_inside(*this, before, until);
            mover.insert(order);
        }
        if (!rest.empty()) write_inside(*this, rest, until);
        mover.mark();
        if (commits) transactions.commit(until);
        mark_written(work, !commits);
        tell_written(work);
        for (const record* r : moved)
            if (const auto told = r->table->entity().called.after_update) told(r->object());
    } catch (const std::exception& e) {
        commits ? lose(e.what(), "the commit has failed") : fail(e.what());
        throw;
    } catch (...) {
        const std::string_view why = "an exception of an object's copy";
        commits ? lose(why, "the commit has failed") : fail(why);
        throw;
    }
    if (commits) after_commit();
}

}  // namespace shardwise::orm
