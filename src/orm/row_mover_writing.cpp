// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "orm/key_condition.hpp"
#include "orm/row_inserter.hpp"
#include "orm/row_mover.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"

namespace shardwise::orm {
namespace {

constexpr std::size_t most_keys = 200;

[[noreturn]] void raise_lost(const schema::table& t) {
    raise({.code = error_code::serialization_failure,
           .message = fmt::format("rows of {} were changed by somebody else while they were being "
                                  "moved: roll back and run it again",
                                  t.name),
           .table = t.name});
}

bool refers_to_itself(const schema::table& t) {
    return std::any_of(t.foreign_keys.begin(), t.foreign_keys.end(),
                       [&](const schema::foreign_key& f) { return f.parent_table == t.name; });
}

/// Primary keys, as is_one_of() takes them.
class row_keys {
public:
    void add(const std::vector<value>& row, const schema::table& t) {
        keys_.push_back(values_of(row, t.primary_key));
    }
    std::size_t size() const noexcept { return keys_.size(); }
    sql::expr_ptr condition(const schema::table& t, std::size_t from, std::size_t count) const {
        std::vector<const arg*> firsts;
        for (std::size_t i = from; i < from + count; ++i) firsts.push_back(keys_[i].data());
        return is_one_of(t, t.primary_key, firsts);
    }

private:
    std::vector<std::vector<arg>> keys_;
};

}  // namespace

void row_mover::note(unique_changes& to) const {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const moving_row& row = rows_[i];
        if (!schema::has_lookups(*row.table)) continue;
        if (row.erased)
            to.erased(*row.table, views_of(row.before));
        else
            to.updated(*row.table, views_of(row.before), views_of(row.after));
    }
}

/// Children first.
void row_mover::erase() {
    statement_queue queue(s_, until_);
    for (auto table = tables_.rbegin(); table != tables_.rend(); ++table) {
        const schema::table& t = **table;
        std::map<shard_index, row_keys> by_shard;
        const std::vector<std::size_t> order = rows_.parents_first(t);
        for (auto i = order.rbegin(); i != order.rend(); ++i)
            if (rows_[*i].rewritten() || rows_[*i].erased)
                by_shard[rows_[*i].from].add(rows_[*i].before, t);
        // A server may look at a statement's rows one by one.
        const std::size_t most = refers_to_itself(t) ? 1 : most_keys;
        for (const auto& [shard, keys] : by_shard) {
            for (std::size_t from = 0; from < keys.size(); from += most) {
                const std::size_t count = std::min(most, keys.size() - from);
                const sql::change_ptr c =
                    sql::add_where(sql::make_delete(t), keys.condition(t, from, count));
                queue.send(shard, sql::compile(*c, s_.db.endpoint(shard).dialect()),
                           [&t, count](std::int64_t gone) {
                               if (gone != static_cast<std::int64_t>(count)) raise_lost(t);
                           });
            }
        }
    }
    queue.finish();
}

std::vector<std::size_t> row_mover::orders() const {
    std::set<const schema::table*> used;
    for (std::size_t i = 0; i < rows_.size(); ++i) used.insert(rows_[i].table);
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < tables_.size(); ++i)
        if (used.count(tables_[i]) != 0) all.push_back(i);
    return all;
}

void row_mover::insert(std::size_t order) {
    const schema::table& t = *tables_[order];
    std::vector<std::uint16_t> columns;
    for (std::size_t i = 0; i < t.columns.size(); ++i)
        if (t.columns[i].generated != schema::generation::bucket)
            columns.push_back(static_cast<std::uint16_t>(i));
    const exec::row_sink nobody;
    row_inserter to(s_, sql::make_insert(t, columns.data(), columns.size()), nobody, until_);
    for (const std::size_t i : rows_.parents_first(t)) {
        const moving_row& row = rows_[i];
        if (!row.rewritten()) continue;
        std::vector<arg> cells = views_of(row.after);
        if (const auto bucket = t.bucket_column())
            cells[*bucket] = arg{static_cast<std::int64_t>(row.to.bucket)};
        to.put(row.to.shard, cells);
    }
    to.finish();
    for (std::size_t i = 0; i < rows_.size(); ++i)
        if (rows_[i].table == &t && !rows_[i].erased && !rows_[i].rewritten() && rows_[i].changed())
            update(rows_[i]);
}

void row_mover::update(const moving_row& row) {
    const schema::table& t = *row.table;
    sql::change_ptr c = sql::make_update(t);
    for (std::size_t i = 0; i < row.after.size(); ++i)
        if (!(row.before[i] == row.after[i]))
            c = sql::add_set(c, static_cast<std::uint16_t>(i), sql::constant(row.after[i].view()));
    if (const auto bucket = t.bucket_column())
        c = sql::add_set(c, *bucket, sql::constant(arg{static_cast<std::int64_t>(row.to.bucket)}));
    row_keys key;
    key.add(row.before, t);
    c = sql::add_where(c, key.condition(t, 0, 1));
    statement_queue queue(s_, until_);
    queue.send(row.from, sql::compile(*c, s_.db.endpoint(row.from).dialect()),
               [&t](std::int64_t rows) {
                   if (rows != 1) raise_lost(t);
               });
    queue.finish();
}

void row_mover::mark() {
    // All leave their old keys before one takes a new one: two may have changed places.
    std::vector<std::pair<record*, const moving_row*>> stay;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        for (const record_ptr& r : rows_[i].objects) {
            if (rows_[i].erased) {
                r->deleted = true;
            } else if (rows_[i].changed()) {
                if (r->listed) s_.before_change(*r);
                r->remember_original();
                s_.identities.remove(*r);
                stay.emplace_back(r.get(), &rows_[i]);
            }
        }
    }
    for (const auto& [r, row] : stay) put_into(*r, *row);
    for (const auto& [r, row] : stay) s_.come_back(*r);
    for (std::size_t i = 0; i < rows_.size(); ++i)
        if (!rows_[i].erased && rows_[i].key_changed()) s_.moves.add(rows_[i]);
}

void row_mover::put_into(record& r, const moving_row& row) {
    const model::entity& e = r.table->entity();
    for (std::size_t i = 0; i < e.members.size(); ++i) {
        const column_index c = row.table->column_at(e.table.columns[i].name);
        e.put(r.object(), static_cast<column_index>(i), row.after[c].view());
    }
    r.shard = row.to.shard;
    r.bucket = row.to.bucket;
    r.remember_flushed();
    r.edited = true;
    r.read_at = s_.epoch;
    s_.list(r);
}

void row_mover::read_back(const sql::change& c, const exec::row_sink& returned) {
    std::map<shard_index, row_keys> by_shard;
    for (std::size_t i = 0; i < first_count_; ++i)
        by_shard[rows_[i].to.shard].add(rows_[i].after, *rows_[i].table);
    statement_queue queue(s_, until_);
    for (const auto& [shard, keys] : by_shard)
        for (std::size_t from = 0; from < keys.size(); from += most_keys)
            queue.read_back(
                shard, c, keys.condition(*c.target, from, std::min(most_keys, keys.size() - from)),
                [&](std::span<const arg> row) {
                    if (returned) returned(row);
                });
    queue.finish();
}

}  // namespace shardwise::orm
