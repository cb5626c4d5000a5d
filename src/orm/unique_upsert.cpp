// SPDX-License-Identifier: MIT
#include "orm/unique_upsert.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "orm/conflict_update.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"
#include "sql/conditions.hpp"

namespace shardwise::orm {
namespace {

/// A row that is changed by others between two steps is looked for again so often.
constexpr int most_tries = 5;

sql::change_ptr without_update(const sql::change& c) {
    auto* const plain = new sql::change(c);
    const sql::change_ptr owner{plain};
    plain->assignments.clear();
    plain->where = {};
    plain->returning.clear();
    return owner;
}

/// INSERT ... ON CONFLICT (<primary key>) DO NOTHING, all columns.
sql::change_ptr claim_of(const schema::table& t) {
    std::vector<column_index> columns;
    for (std::size_t i = 0; i < t.columns.size(); ++i)
        if (t.columns[i].generated != schema::generation::bucket)
            columns.push_back(static_cast<column_index>(i));
    const sql::change_ptr c = sql::make_insert(t, columns.data(), columns.size());
    return sql::set_conflict(c, t.primary_key.data(), t.primary_key.size());
}

}  // namespace

unique_upsert::unique_upsert(session_core::state& s, const sql::change_ptr& c,
                             const exec::row_sink& returned, deadline until)
    : s_(s),
      change_(c),
      if_absent_(without_update(*c)),
      table_(*c->target),
      by_(schema::lookup_named(table_, c->inserted->conflict_key)),
      returned_(returned),
      until_(until),
      queue_(s, until),
      uniques_(s, until),
      steps_(s, until) {
    uniques_.check_mode(table_);
    if (by_ != nullptr && s.db.is_building(schema::lookup_name(table_, *by_)))
        raise({.code = error_code::bad_state,
               .message = fmt::format("constraint {} of {} is being built and does not know all "
                                      "rows yet: an upsert cannot name its columns before "
                                      "build_unique() has ended",
                                      by_->name, table_.name),
               .constraint = by_->name,
               .table = table_.name});
    if (by_ != nullptr) claim_ = claim_of(s.db.table(schema::lookup_name(table_, *by_)));
}

void unique_upsert::put(shard_index shard, std::span<const arg> cells) {
    for (int tries = 0; tries < most_tries; ++tries) {
        session_core::state::check_in_time(until_);
        if (put_once(shard, cells)) return;
    }
    if (refused_) raise(refused_->info());  // another key than the one that is named
    raise({.code = error_code::serialization_failure,
           .message = fmt::format("the row of {} that an upsert conflicts with is changed by "
                                  "others all the time; roll back and run it again",
                                  table_.name),
           .shard = s_.db.shard_name(shard),
           .table = table_.name});
}

bool unique_upsert::put_once(shard_index shard, std::span<const arg> cells) {
    if (by_ != nullptr) return put_by_lookup(shard, cells);
    if (try_insert(shard, *if_absent_, cells)) {
        uniques_.inserted(table_, cells);
        inserted(shard, cells);
        return true;
    }
    const auto there = steps_.read(shard, table_, has_key(cells));
    if (there) update(shard, *there, cells);
    return there.has_value();
}

bool unique_upsert::put_by_lookup(shard_index shard, std::span<const arg> cells) {
    if (!has_lookup_row(*by_, cells)) {
        steps_.run(
            shard,
            sql::compile_rows(*without_conflict(*if_absent_), 1, s_.db.endpoint(shard).dialect()),
            cells);
        uniques_.inserted(table_, cells);
        inserted(shard, cells);
        return true;
    }
    const lookup_row mine = lookup_row_of(s_, table_, *by_, cells, until_);
    if (try_insert(mine.shard, *claim_, mine.args())) {
        steps_.run(
            shard,
            sql::compile_rows(*without_conflict(*if_absent_), 1, s_.db.endpoint(shard).dialect()),
            cells);
        uniques_.inserted(table_, cells, by_);
        inserted(shard, cells);
        return true;
    }
    // Locked: whoever wants to free it, or to move its row, waits.
    sql::expr_ptr same_values;
    for (std::size_t i = 0; i < by_->columns.size(); ++i)
        same_values = sql::both(
            same_values, sql::equals(sql::column({mine.table, static_cast<column_index>(i), 0}),
                                     mine.cells[i].view()));
    const auto found = steps_.read(mine.shard, *mine.table, same_values);
    if (!found) return false;
    const std::vector<column_index> columns = schema::looked_up_columns(table_, *by_);
    std::vector<arg> owner(table_.columns.size());
    sql::expr_ptr is_owner;
    for (std::size_t i = by_->columns.size(); i < columns.size(); ++i) {
        owner[columns[i]] = (*found)[i].view();
        is_owner = sql::both(
            is_owner, sql::equals(sql::column({&table_, columns[i], 0}), (*found)[i].view()));
    }
    std::vector<arg> shard_key;
    for (const column_index c : table_.placed.shard_key) shard_key.push_back(owner[c]);
    const shard_index home = s_.place(table_, shard_key, until_).shard;
    const auto there = steps_.read(home, table_, is_owner);
    if (there) update(home, *there, cells);
    return there.has_value();
}

void unique_upsert::inserted(shard_index shard, std::span<const arg> cells) {
    uniques_.send(queue_);
    ++rows_;
    give_back(shard, cells);
}

void unique_upsert::update(shard_index shard, const locking_steps::row& there,
                           std::span<const arg> cells) {
    refused_.reset();
    if (change_->assignments.empty()) return;
    const std::vector<arg> before = views_of(there);
    sql::expr_ptr is_there;
    for (const column_index c : table_.primary_key)
        is_there = sql::both(is_there, sql::equals(sql::column({&table_, c, 0}), before[c]));
    if (steps_.run(shard, *conflict_update(*change_, cells, is_there)) == 0) return;  // its WHERE
    const auto after = steps_.read(shard, table_, is_there);
    if (!after) raise(error_code::internal, "a row that was just updated is gone");
    uniques_.updated(table_, before, views_of(*after));
    uniques_.send(queue_);
    ++rows_;
    give_back(shard, before);
}

/// RETURNING, by the primary key: what engines say of an upsert differs.
void unique_upsert::give_back(shard_index shard, std::span<const arg> cells) {
    if (change_->returning.empty()) return;
    sql::expr_ptr it;
    for (const column_index c : table_.primary_key)
        it = sql::both(it, sql::equals(sql::column({&table_, c, 0}), cells[c]));
    queue_.read_back(shard, *change_, it, [this](std::span<const arg> row) {
        if (returned_) returned_(row);
    });
    queue_.finish(shard);
}

sql::expr_ptr unique_upsert::has_key(std::span<const arg> cells) const {
    sql::expr_ptr all;
    for (const column_index c : change_->inserted->conflict_key)
        all = sql::both(
            all, sql::binary(sql::op::eq, sql::column({&table_, c, 0}), sql::constant(cells[c])));
    return all;
}

/// MariaDB has no DO NOTHING that looks at one key only: its error costs the statement, not the
/// transaction, and who looks for the row then knows which key it was.
bool unique_upsert::try_insert(shard_index shard, const sql::change& how,
                               std::span<const arg> cells) {
    const sql::dialect& d = s_.db.endpoint(shard).dialect();
    const bool asks_each_key = d.kind() == sql::dialect_kind::mariadb;
    refused_.reset();
    if (!asks_each_key) return steps_.run(shard, sql::compile_rows(how, 1, d), cells) == 1;
    try {
        steps_.run(shard, sql::compile_rows(*without_conflict(how), 1, d), cells);
        return true;
    } catch (const error& failure) {
        if (failure.code() != error_code::unique_violation) throw;
        refused_.emplace(failure.info());
        return false;
    }
}

}  // namespace shardwise::orm
