// SPDX-License-Identifier: MIT
#include "orm/unique_upsert.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "orm/conflict_update.hpp"
#include "orm/key_condition.hpp"
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
    if (by_ == nullptr && refused_) raise(refused_->info());  // another key than the named one
    raise({.code = error_code::serialization_failure,
           .message = fmt::format(
               "the row of {} that an upsert conflicts with is changed by others all the time{}; "
               "roll back and run it again",
               table_.name,
               by_ == nullptr ? ""
                              : ", or the lookup row of constraint " + by_->name +
                                    " names a row that is not there ('shardwise verify --repair' "
                                    "mends that)"),
           .shard = s_.db.shard_name(shard),
           .constraint = by_ == nullptr ? "" : by_->name,
           .table = table_.name});
}

bool unique_upsert::put_once(shard_index shard, std::span<const arg> cells) {
    if (by_ != nullptr) return put_by_lookup(shard, cells);
    if (insert_if_absent(shard, *if_absent_, cells)) {
        inserted(shard, cells);
        return true;
    }
    const auto there = steps_.read(shard, table_, has_key(cells));
    if (there) update(shard, *there, cells);
    return there.has_value();
}

bool unique_upsert::put_by_lookup(shard_index shard, std::span<const arg> cells) {
    if (!has_lookup_row(*by_, cells)) {
        insert(shard, *if_absent_, cells);
        inserted(shard, cells);
        return true;
    }
    const lookup_row mine = lookup_row_of(s_, table_, *by_, cells, until_);
    if (insert_if_absent(mine.shard, *claim_, views_of(mine.cells))) {
        insert(shard, *if_absent_, cells);
        inserted(shard, cells, by_);
        return true;
    }
    // Locked: whoever wants to free it, or to move its row, waits.
    std::vector<column_index> values = columns_of_lookup(*mine.table);
    values.resize(by_->columns.size());
    const auto found =
        steps_.read(mine.shard, *mine.table, has_values(*mine.table, values, views_of(mine.cells)));
    if (!found) return false;
    const std::vector<column_index> columns = schema::looked_up_columns(table_, *by_);
    std::vector<arg> owner(table_.columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) owner[columns[i]] = (*found)[i].view();
    std::vector<arg> shard_key;
    for (const column_index c : table_.placed.shard_key) shard_key.push_back(owner[c]);
    const shard_index home = s_.place(table_, shard_key, until_).shard;
    // Not by the unique values: they may be equal and not the same.
    const std::span<const column_index> key = std::span(columns).subspan(by_->columns.size());
    std::vector<arg> key_values;
    for (const column_index c : key) key_values.push_back(owner[c]);
    const auto there = steps_.read(home, table_, has_values(table_, key, key_values));
    if (there) update(home, *there, cells);
    return there.has_value();
}

void unique_upsert::inserted(shard_index shard, std::span<const arg> cells,
                             const schema::unique_constraint* known) {
    uniques_.inserted(table_, cells, known);
    uniques_.send(queue_);
    ++rows_;
    give_back(shard, cells);
}

void unique_upsert::update(shard_index shard, const locking_steps::row& there,
                           std::span<const arg> cells) {
    refused_.reset();
    if (change_->assignments.empty()) return;
    const std::vector<arg> before = views_of(there);
    const sql::expr_ptr is_there = has_primary_key(before);
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
    queue_.read_back(shard, *change_, has_primary_key(cells), [this](std::span<const arg> row) {
        if (returned_) returned_(row);
    });
    queue_.finish(shard);
}

/// A NULL in it conflicts with nothing: '=' and not IS NULL.
sql::expr_ptr unique_upsert::has_key(std::span<const arg> cells) const {
    sql::expr_ptr all;
    for (const column_index c : change_->inserted->conflict_key)
        all = sql::both(
            all, sql::binary(sql::op::eq, sql::column({&table_, c, 0}), sql::constant(cells[c])));
    return all;
}

sql::expr_ptr unique_upsert::has_primary_key(std::span<const arg> cells) const {
    std::vector<arg> values;
    for (const column_index c : table_.primary_key) values.push_back(cells[c]);
    return has_values(table_, table_.primary_key, values);
}

void unique_upsert::insert(shard_index shard, const sql::change& how, std::span<const arg> cells) {
    const sql::dialect& d = s_.db.endpoint(shard).dialect();
    steps_.run(shard, sql::compile_rows(*without_conflict(how), 1, d), cells);
}

/// MariaDB has no DO NOTHING that looks at one key only: its error costs the statement, not the
/// transaction, and who looks for the row then knows which key it was.
bool unique_upsert::insert_if_absent(shard_index shard, const sql::change& how,
                                     std::span<const arg> cells) {
    const sql::dialect& d = s_.db.endpoint(shard).dialect();
    refused_.reset();
    if (d.kind() != sql::dialect_kind::mariadb)
        return steps_.run(shard, sql::compile_rows(how, 1, d), cells) == 1;
    try {
        insert(shard, how, cells);
        return true;
    } catch (const error& failure) {
        if (failure.code() != error_code::unique_violation) throw;
        refused_.emplace(failure.info());
        return false;
    }
}

}  // namespace shardwise::orm
