// SPDX-License-Identifier: MIT
#include "orm/keyed_change.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "orm/key_condition.hpp"
#include "schema/column_check.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"
#include "sql/conditions.hpp"

namespace shardwise::orm {
namespace {

constexpr std::size_t most_rows = 200;

sql::expr_ptr without_queries(const sql::expr_ptr& e) {
    if (!e || !e->has_query) return e;
    if (e->kind != sql::expr_kind::binary || e->operation != sql::op::conj) return {};
    return sql::both(without_queries(e->operands[0]), without_queries(e->operands[1]));
}

}  // namespace

keyed_change::keyed_change(session_core::state& s, const plan::found_rows& found,
                           const exec::row_sink& returned, deadline until)
    : s_(s),
      found_(found),
      table_(*found.change->target),
      returned_(returned),
      until_(until),
      asked_again_(without_queries(found.change->where)),
      queue_(s, until),
      uniques_(s, until),
      batches_(table_.is_reference() ? 1 : s.db.shard_count()) {}

bool keyed_change::on_mariadb(shard_index shard) const {
    return s_.db.endpoint(shard).dialect().kind() == sql::dialect_kind::mariadb;
}

void keyed_change::put(std::span<const arg> row) {
    const sql::change& c = *found_.change;
    for (std::size_t i = 0; i < found_.computed.size(); ++i)
        schema::check_column_value(table_, c.assignments[found_.computed[i]].column,
                                   row[found_.key.size() + i]);
    shard_index shard = 0;
    if (!table_.is_reference()) {
        std::vector<arg> key;
        for (const schema::column_index k : table_.placed.shard_key) {
            const auto at = std::find(found_.key.begin(), found_.key.end(), k);
            key.push_back(row[static_cast<std::size_t>(at - found_.key.begin())]);
        }
        shard = s_.place(table_, key, until_).shard;
    }
    std::unique_ptr<exec::row_buffer>& batch = batches_[shard];
    if (!batch) batch = std::make_unique<exec::row_buffer>(row.size());
    batch->append(row);
    if (!found_.stored.empty()) note_uniques(row);
    if (batch->size() >= most_rows) flush(shard);
}

/// `row` as it is stored, and as it will be.
void keyed_change::note_uniques(std::span<const arg> row) {
    ++wanted_;
    const std::size_t first = found_.key.size() + found_.computed.size();
    std::vector<arg> before(table_.columns.size());
    for (std::size_t i = 0; i < found_.stored.size(); ++i)
        before[found_.stored[i]] = row[first + i];
    const sql::change& c = *found_.change;
    if (c.what == sql::change::verb::erase) return uniques_.erased(table_, before);
    std::vector<arg> after = before;
    for (const sql::change::assignment& a : c.assignments)
        if (a.to->kind == sql::expr_kind::constant) after[a.column] = a.to->literal.view();
    for (std::size_t i = 0; i < found_.computed.size(); ++i)
        after[c.assignments[found_.computed[i]].column] = row[found_.key.size() + i];
    uniques_.updated(table_, before, after);
}

std::int64_t keyed_change::finish() {
    for (std::size_t i = 0; i < batches_.size(); ++i)
        if (batches_[i]) flush(i);
    queue_.finish();
    if (!found_.stored.empty() && rows_ != wanted_)
        raise(
            {.code = error_code::serialization_failure,
             .message = fmt::format("rows of {} were changed by somebody else between being found "
                                    "and being written: roll back and run it again",
                                    table_.name),
             .table = table_.name});
    return rows_;
}

void keyed_change::flush(std::size_t index) {
    exec::row_buffer& batch = *batches_[index];
    if (batch.size() == 0) return;
    uniques_.send(queue_);
    std::vector<const arg*> rows;
    for (std::size_t i = 0; i < batch.size(); ++i) rows.push_back(batch[i]);
    const std::size_t first = table_.is_reference() ? 0 : index;
    const std::size_t last = table_.is_reference() ? s_.db.shard_count() - 1 : index;
    for (std::size_t i = first; i <= last; ++i) {
        const auto shard = static_cast<shard_index>(i);
        if (found_.computed.empty()) {
            change(shard, rows);
        } else {
            for (const arg* const& row : rows) change(shard, {&row, 1});
        }
    }
    batch.clear();
}

sql::expr_ptr keyed_change::is_one_of(std::span<const arg* const> rows) const {
    return orm::is_one_of(table_, table_.primary_key, rows);
}

sql::change_ptr keyed_change::statement(std::span<const arg* const> rows) const {
    auto* const c = new sql::change(*found_.change);
    sql::change_ptr owner{c};
    for (std::size_t i = 0; i < found_.computed.size(); ++i)
        c->assignments[found_.computed[i]].to = sql::constant(rows.front()[found_.key.size() + i]);
    c->where = sql::both(is_one_of(rows), asked_again_);
    return owner;
}

statement_queue::on_row keyed_change::taker(shard_index shard) {
    const bool counts = !table_.is_reference() || shard == 0;
    return [this, counts](std::span<const arg> row) {
        if (counts && returned_) returned_(row);
    };
}

void keyed_change::change(shard_index shard, std::span<const arg* const> rows) {
    sql::change_ptr c = statement(rows);
    const bool reads_back =
        c->what == sql::change::verb::update && !c->returning.empty() && on_mariadb(shard);
    if (reads_back) {
        auto* const plain = new sql::change(*c);
        c = sql::change_ptr(plain);
        plain->returning.clear();
    }
    std::int64_t changed = 0;
    const bool counts = !table_.is_reference() || shard == 0;
    const auto note = [this, counts, reads_back, &changed](std::int64_t n) {
        if (reads_back) changed = n;
        if (counts) rows_ += n;
    };
    queue_.send(shard, sql::compile(*c, s_.db.endpoint(shard).dialect()), note, taker(shard));
    if (!reads_back) return;
    queue_.finish(shard);
    if (changed != static_cast<std::int64_t>(rows.size()))
        raise({.code = error_code::serialization_failure,
               .message = fmt::format("rows of {} were changed by somebody else while an UPDATE "
                                      "... RETURNING looked for them: roll back and run it again",
                                      table_.name),
               .shard = s_.db.shard_name(shard),
               .table = table_.name});
    queue_.read_back(shard, *found_.change, is_one_of(rows), taker(shard));
}

}  // namespace shardwise::orm
