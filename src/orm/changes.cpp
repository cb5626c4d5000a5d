// SPDX-License-Identifier: MIT
// Statements that change rows without objects: UPDATE, DELETE, INSERT, upsert. What can be checked
// is checked before anything is sent; rows that are needed first are read completely before the
// first one is changed, so a statement never sees what it did itself.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "exec/row_buffer.hpp"
#include "exec/row_spool.hpp"
#include "model/kept_columns.hpp"
#include "orm/constant_rows.hpp"
#include "orm/keyed_change.hpp"
#include "orm/reading.hpp"
#include "orm/row_inserter.hpp"
#include "orm/row_maker.hpp"
#include "orm/row_mover.hpp"
#include "orm/row_set.hpp"
#include "orm/unique_changes.hpp"
#include "orm/unique_upsert.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"

namespace shardwise::orm {
namespace {

using verb = sql::change::verb;

/// Rows that are complete and checked, with their shards, until all of them are.
class checked_rows {
public:
    checked_rows(const schema::table& t, exec::held_memory& held)
        : width_(t.columns.size()), spool_(width_ + 1, held) {}

    void add(const row_maker::made& row) {
        row_.assign(row.cells.begin(), row.cells.end());
        row_.push_back(arg{std::int64_t{row.shard}});
        spool_.append(row_);
        shards_.insert(row.shard);
    }
    /// Of the rows.
    std::vector<shard_index> shards() const { return {shards_.begin(), shards_.end()}; }
    std::int64_t send(row_inserter& to, const schema::table& t, unique_changes& uniques) {
        constexpr std::size_t most_at_once = 1'000;
        const bool looked_up = schema::has_lookups(t);
        for_each([&](shard_index shard, std::span<const arg> cells) {
            if (looked_up) uniques.inserted(t, cells);
            if (uniques.size() >= most_at_once) uniques.send(to.queue());
            to.put(shard, cells);
        });
        uniques.send(to.queue());
        return to.finish();
    }
    template <class F>
    void for_each(F&& work) {
        row_.resize(width_ + 1);
        while (spool_.next(row_))
            work(static_cast<shard_index>(row_.back().integer()),
                 std::span<const arg>(row_).first(width_));
    }

private:
    std::size_t width_;
    exec::row_spool spool_;
    std::vector<arg> row_;
    std::set<shard_index> shards_;
};

class change_run {
public:
    /// Rows that `returned` keeps are counted by it.
    change_run(session_core::state& s, exec::held_memory& held, const exec::row_sink& returned)
        : s_(s), held_(held), returned_(returned) {}

    std::int64_t run(const sql::change_ptr& c, reach how_far, deadline until) {
        plan::change_plan p = s_.make_plan(c, until);
        check_reach(s_, p, c, how_far, until);
        if (p.moves) return move(*p.moves, p.where.shards, until);
        if (needs_keys(p, *c)) p = s_.make_plan_by_key(c, until);
        check_engines(*c, p.found.get());
        if (p.listed) return insert(c, listed_rows(*c, until), until);
        if (p.found && c->what == verb::insert)
            return insert(c, selected_rows(*p.found, until), until);
        if (p.found) return by_key(*p.found, p.where.shards, until);
        return writing([&] {
            for (const shard_index shard : p.where.shards) s_.transactions.begin(shard, until);
            std::vector<shard_index> changed;
            exec::execution how = how_to_run(s_, until, &held_);
            how.changed = &changed;
            const std::int64_t rows = exec::run(p, how, returned_);
            for (const shard_index shard : changed) s_.transactions.wrote(shard);
            return rows;
        });
    }

    /// Throws for what an engine of the table's shards cannot do: nothing has been sent.
    void check_engines(const sql::change& c, const plan::found_rows* found) const {
        if (c.assignments.size() < 2 && !(c.inserted && c.inserted->has_conflict)) return;
        const sql::change_ptr by_shards =
            found != nullptr ? without_computed(c, *found) : sql::change_ptr();
        std::set<const sql::dialect*> seen;
        for (const shard_index shard : homes_of(*c.target)) {
            const sql::dialect& d = s_.db.endpoint(shard).dialect();
            if (!seen.insert(&d).second) continue;
            sql::check_assignments(by_shards ? *by_shards : c, d);
            if (c.inserted && c.inserted->has_conflict && d.kind() != sql::dialect_kind::mariadb)
                static_cast<void>(sql::compile_rows(c, 1, d));
        }
    }

    std::int64_t insert(const sql::change_ptr& c, checked_rows rows, deadline until) {
        return writing([&] {
            if (c->inserted->has_conflict && schema::has_lookups(*c->target)) {
                unique_upsert to(s_, c, returned_, until);
                rows.for_each(
                    [&](shard_index shard, std::span<const arg> cells) { to.put(shard, cells); });
                return to.rows();
            }
            // Lookup rows go first, and nobody knows all of them yet.
            if (!schema::has_lookups(*c->target)) s_.transactions.lock_files(rows.shards(), until);
            row_inserter to(s_, c, returned_, until);
            unique_changes uniques(s_, until);
            return rows.send(to, *c->target, uniques);
        });
    }

    /// An error in here ends the transaction: some rows may be written.
    template <class F>
    std::int64_t writing(F&& work) {
        s_.check_no_stream("run()");
        try {
            const std::int64_t rows = work();
            ++s_.epoch;  // objects are read again when they are asked for
            return rows;
        } catch (const std::exception& failure) {  // also no memory, no room for spooled rows
            s_.fail(failure.what());
            throw;
        } catch (...) {
            s_.fail("an unknown exception");
            throw;
        }
    }

private:
    sharding::shard_set homes_of(const schema::table& t) const {
        if (!t.is_reference()) return s_.db.current_view().map_of(t).all_shards();
        sharding::shard_set all(s_.db.shard_count());
        std::iota(all.begin(), all.end(), shard_index{0});
        return all;
    }

    /// What is computed with the rows that are found is a value by the time it is written.
    static sql::change_ptr without_computed(const sql::change& c, const plan::found_rows& found) {
        auto* const copy = new sql::change(c);
        const sql::change_ptr owner{copy};
        for (const std::size_t i : found.computed) copy->assignments[i].to = sql::constant({});
        return owner;
    }

    /// MariaDB has no UPDATE ... RETURNING.
    bool needs_keys(const plan::change_plan& p, const sql::change& c) const {
        if (c.what != verb::update || c.returning.empty()) return false;
        const bool mariadb =
            std::any_of(p.where.shards.begin(), p.where.shards.end(), [&](shard_index shard) {
                return s_.db.endpoint(shard).dialect().kind() == sql::dialect_kind::mariadb;
            });
        if (!mariadb) return false;
        for (const sql::change::assignment& a : c.assignments) {
            const auto& key = c.target->primary_key;
            if (std::find(key.begin(), key.end(), a.column) != key.end())
                raise({.code = error_code::not_supported,
                       .message = fmt::format("UPDATE ... RETURNING that changes the primary key "
                                              "of {} on MariaDB: run the UPDATE, then a SELECT",
                                              c.target->name),
                       .table = c.target->name});
        }
        return true;
    }

    checked_rows listed_rows(const sql::change& c, deadline until) {
        row_maker maker(s_, c, until);
        checked_rows rows(*c.target, held_);
        std::vector<arg> values;
        std::vector<bool> by_default;
        for (const std::vector<sql::expr_ptr>& row : c.inserted->rows) {
            const std::vector<value> computed = constant_row(row, until);
            values.clear();
            by_default.clear();
            for (std::size_t i = 0; i < row.size(); ++i) {
                values.push_back(computed[i].view());
                by_default.push_back(!row[i]);
            }
            rows.add(maker.make(values, by_default));
        }
        return rows;
    }

    checked_rows selected_rows(const plan::found_rows& found, deadline until) {
        row_maker maker(s_, *found.change, until);
        checked_rows rows(*found.change->target, held_);
        s_.guarded([&] {
            const auto source = exec::open(found.rows, how_to_run(s_, until, &held_));
            std::vector<arg> row(found.rows.root->columns.size());
            while (source->next(row)) rows.add(maker.make(row));
        });
        return rows;
    }

    std::int64_t by_key(const plan::found_rows& found, std::span<const shard_index> shards,
                        deadline until) {
        writing([&] {
            for (const shard_index shard : shards) s_.transactions.begin(shard, until);
            return std::int64_t{0};
        });
        const std::size_t width = found.rows.root->columns.size();
        exec::row_spool rows(width, held_);
        std::vector<arg> row(width);
        s_.guarded([&] {  // nothing is written yet
            const auto source = exec::open(found.rows, how_to_run(s_, until, &held_));
            while (source->next(row)) rows.append(row);
        });
        return writing([&] {
            keyed_change to(s_, found, returned_, until);
            while (rows.next(row)) to.put(row);
            return to.finish();
        });
    }

    std::int64_t move(const plan::moved_rows& m, std::span<const shard_index> shards,
                      deadline until) {
        row_mover mover(s_, held_, until);
        s_.check_no_stream("run()");
        s_.guarded([&] {  // nothing is written yet
            mover.find(m, shards);
            mover.lock();
        });
        return writing([&] {
            unique_changes uniques(s_, until);
            mover.note(uniques);
            statement_queue lookups(s_, until);
            uniques.send(lookups);
            mover.erase();
            for (const std::size_t order : mover.orders()) mover.insert(order);
            mover.mark();
            if (!m.change->returning.empty()) mover.read_back(*m.change, returned_);
            return mover.found();
        });
    }

    session_core::state& s_;
    exec::held_memory& held_;
    const exec::row_sink& returned_;
};

}  // namespace

std::int64_t session_core::state::change(const sql::change_ptr& c, reach how_far,
                                         const exec::row_sink& returned, exec::held_memory& held) {
    const turn in_call(*this, "run()");
    check_may_write();
    const deadline until = limit();
    if (options.autoflush) flush(ending::keep_open, until);
    return change_run(*this, held, returned).run(model::keeping_columns(c), how_far, until);
}

bool session_core::state::row_is_gone(record& r) {
    if (r.state != object_state::persistent || r.read_at == epoch || r.inserted ||
        has_unsaved_changes(r))
        return false;
    const primary_key_values key(*r.table, r.identity());
    const deadline until = limit();
    cluster_layer::shard_connection link = transactions.connect(r.shard, until);
    bool found = false;
    guarded([&] {
        try {
            engine::run(*link.link, r.table->find(r.shard), key, until,
                        [&](std::span<const arg>) { found = true; });
        } catch (const error& e) {
            link.poison_if(e);
            throw;
        }
    });
    if (found) return false;
    r.owner = nullptr;
    r.state = object_state::detached;
    return true;
}

std::int64_t session_core::run(const sql::change_ptr& c, reach how_far) {
    exec::held_memory held(state_->limits());
    return state_->change(c, how_far, {}, held);
}

row_set_ptr session_core::run_returning(const sql::change_ptr& c, reach how_far) {
    auto rows = shared<row_set>(new row_set);
    rows->width = c->returning.size();
    exec::held_memory held(state_->limits());
    const auto keep = [&](std::span<const arg> row) {
        held.add(1, exec::bytes_of(row), "the rows of RETURNING");
        rows->append(row);
    };
    state_->change(c, how_far, keep, held);
    return published(std::move(rows));
}

namespace {

/// By another key than the generated one: the row that is there keeps its own.
bool meets_rows_with_other_keys(const bound_table& t, const sql::change& how) {
    const auto& key = how.inserted->conflict_key;
    return how.inserted->has_conflict && t.generated() &&
           std::find(key.begin(), key.end(), *t.generated()) == key.end();
}

[[noreturn]] void refuse_new_key(const bound_table& t) {
    const schema::table& table = t.table();
    raise({.code = error_code::not_supported,
           .message = fmt::format(
               "upsert() of an object without {0}.{1} by another key: the row that is there keeps "
               "its own {1}, and the object would have one that no row has; set it, name a key "
               "with {1}, or use insert_into(...).on_conflict(...).returning({1})",
               table.name, table.columns[*t.generated()].name),
           .table = table.name});
}

}  // namespace

std::int64_t session_core::upsert(const model::entity& e, const sql::change_ptr& rule,
                                  void* context, void* (*next)(void* context)) {
    state& s = *state_;
    const turn in_call(s, "upsert()");
    s.check_may_write();
    const deadline until = s.limit();
    if (s.options.autoflush) s.flush(state::ending::keep_open, until);
    static_cast<void>(s.bind(e));
    const sql::change_ptr keeping = model::keeping_columns(rule);
    static_cast<void>(s.make_full_plan(keeping, until));  // refuses what is no key
    return s.insert_objects(e, keeping, {context, next}, until);
}

std::int64_t session_core::state::insert_objects(const model::entity& e, const sql::change_ptr& how,
                                                 object_range objects, deadline until) {
    bound_table& t = bind(e);
    exec::held_memory held(limits());
    const exec::row_sink nobody;
    change_run run(*this, held, nobody);
    run.check_engines(*how, nullptr);
    row_maker maker(*this, *how, until);
    checked_rows rows(e.table, held);
    std::vector<arg> values;
    const bool key_may_differ = meets_rows_with_other_keys(t, *how);
    while (void* const object = objects.next(objects.context)) {
        if (key_may_differ && lacks_generated_key(t, object)) refuse_new_key(t);
        fill_generated_key(db, t, object);
        if (e.prepares_changes()) e.before_insert(object, timestamp::now());
        values.clear();
        for (std::size_t i = 0; i < e.members.size(); ++i)
            values.push_back(e.get(object, static_cast<column_index>(i)));
        rows.add(maker.make(values));
    }
    return run.insert(how, std::move(rows), until);
}

}  // namespace shardwise::orm
