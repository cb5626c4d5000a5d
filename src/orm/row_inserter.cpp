// SPDX-License-Identifier: MIT
#include "orm/row_inserter.hpp"

#include <algorithm>

#include "orm/conflict_update.hpp"
#include "orm/key_condition.hpp"
#include "plan/routing.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

constexpr std::size_t most_bytes = 1024U * 1024;

/// The longest batch that every engine takes in one statement, ON CONFLICT included.
std::size_t batch_size(const cluster_layer::core& db, std::size_t width) {
    constexpr std::size_t reserved = 256;  // parameters of ON CONFLICT and RETURNING
    for (const std::size_t size : cluster_layer::insert_chunk_sizes) {
        bool fits = true;
        for (std::size_t i = 0; i < db.shard_count(); ++i)
            fits =
                fits && size * width + reserved <=
                            sql::max_parameters(db.endpoint(static_cast<shard_index>(i)).dialect());
        if (fits) return size;
    }
    return 1;
}

bool is_mariadb(session_core::state& s, shard_index shard) {
    return s.db.endpoint(shard).dialect().kind() == sql::dialect_kind::mariadb;
}

}  // namespace

row_inserter::row_inserter(session_core::state& s, const sql::change_ptr& c,
                           const exec::row_sink& returned, deadline until)
    : s_(s),
      change_(c),
      plain_(without_conflict(*c)),
      table_(*c->target),
      returned_(returned),
      queue_(s, until),
      batches_(table_.is_reference() ? 1 : s.db.shard_count()),
      most_rows_(batch_size(s.db, table_.columns.size())) {}

/// Empty: a NULL in it conflicts with nothing.
std::string row_inserter::conflict_key_of(std::span<const arg> cells) const {
    std::vector<arg> key;
    for (const schema::column_index c : change_->inserted->conflict_key) {
        if (cells[c].is_null()) return {};
        key.push_back(cells[c]);
    }
    return plan::encode_key(key.data(), key.size());
}

void row_inserter::put(shard_index shard, std::span<const arg> cells) {
    const std::size_t index = table_.is_reference() ? 0 : shard;
    std::unique_ptr<batch>& b = batches_[index];
    if (!b) b = std::make_unique<batch>(table_.columns.size());
    if (change_->inserted->has_conflict) {
        std::string key = conflict_key_of(cells);
        if (!key.empty() && !b->keys.insert(key).second) {
            flush(index);
            b->keys.insert(std::move(key));
        }
    }
    b->rows.append(cells);
    if (b->rows.size() >= most_rows_ || b->rows.bytes() >= most_bytes) flush(index);
}

std::int64_t row_inserter::finish() {
    for (std::size_t i = 0; i < batches_.size(); ++i)
        if (batches_[i]) flush(i);
    queue_.finish();
    return rows_;
}

void row_inserter::flush(std::size_t index) {
    batch& b = *batches_[index];
    std::vector<const arg*> rows;
    for (std::size_t i = 0; i < b.rows.size(); ++i) rows.push_back(b.rows[i]);
    std::vector<shard_index> shards{static_cast<shard_index>(index)};
    if (table_.is_reference()) {
        shards.clear();
        for (std::size_t i = 0; i < s_.db.shard_count(); ++i)
            shards.push_back(static_cast<shard_index>(i));
    }
    const bool conflicts = change_->inserted->has_conflict;
    for (const shard_index shard : shards) {
        if (conflicts && is_mariadb(s_, shard))
            meet_conflicts(shard, rows);
        else
            insert(shard, rows, conflicts);
    }
    b.rows.clear();
    b.keys.clear();
}

void row_inserter::count(shard_index shard, std::int64_t rows) {
    if (!table_.is_reference() || shard == 0) rows_ += rows;
}

statement_queue::on_row row_inserter::taker(shard_index shard) {
    if (table_.is_reference() && shard != 0) return {};
    return [this](std::span<const arg> row) {
        if (returned_) returned_(row);
    };
}

void row_inserter::insert(shard_index shard, std::span<const arg* const> rows, bool with_conflict) {
    const sql::dialect& d = s_.db.endpoint(shard).dialect();
    const std::size_t width = table_.columns.size();
    std::vector<arg> args;
    for (const std::size_t size : cluster_layer::insert_chunk_sizes) {
        while (size <= most_rows_ && rows.size() >= size) {
            auto& known = texts_[with_conflict ? 1 : 0];
            auto text = known.find({&d, size});
            if (text == known.end())
                text = known
                           .emplace(std::pair{&d, size},
                                    sql::compile_rows(with_conflict ? *change_ : *plain_, size, d))
                           .first;
            args.clear();
            for (const arg* row : rows.first(size)) args.insert(args.end(), row, row + width);
            const std::vector<value>& values = text->second.values;
            for (std::size_t i = size * width; i < values.size(); ++i)
                args.push_back(values[i].view());
            queue_.send(
                shard, statement_for(s_, shard, text->second), args,
                [this, shard](std::int64_t n) { count(shard, n); }, taker(shard));
            rows = rows.subspan(size);
        }
    }
}

// ---------------------------------------------------------------- MariaDB's ON CONFLICT

sql::expr_ptr row_inserter::is_row(const arg* row) const {
    const std::vector<schema::column_index>& key = change_->inserted->conflict_key;
    std::vector<arg> values;
    for (const schema::column_index c : key) values.push_back(row[c]);
    return has_values(table_, key, values);
}

void row_inserter::meet_conflicts(shard_index shard, std::span<const arg* const> rows) {
    const sql::dialect& d = s_.db.endpoint(shard).dialect();
    const std::vector<schema::column_index>& key = change_->inserted->conflict_key;
    const sql::compiled lock = sql::compile_lock(table_, key, d);
    std::vector<bool> present(rows.size(), false);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::vector<arg> args;
        for (const schema::column_index c : key) args.push_back(rows[i][c]);
        queue_.send(shard, statement_for(s_, shard, lock), args, {},
                    [&present, i](std::span<const arg>) { present[i] = true; });
    }
    queue_.finish(shard);
    // In the order of the rows: an update may take or free what another key of a fresh row needs.
    std::vector<const arg*> fresh;
    std::vector<std::int64_t> matched(rows.size(), 0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!present[i]) {
            fresh.push_back(rows[i]);
        } else if (!change_->assignments.empty()) {
            insert(shard, fresh, false);
            fresh.clear();
            update(shard, rows[i], matched[i]);
        }
    }
    insert(shard, fresh, false);
    queue_.finish(shard);  // the answers go into what lives here
    for (std::size_t i = 0; i < rows.size(); ++i) {
        count(shard, matched[i]);
        if (matched[i] > 0 && !change_->returning.empty())
            queue_.read_back(shard, *change_, is_row(rows[i]), taker(shard));
    }
    queue_.finish(shard);
}

void row_inserter::update(shard_index shard, const arg* row, std::int64_t& matched) {
    const sql::change_ptr c =
        conflict_update(*change_, std::span<const arg>(row, table_.columns.size()), is_row(row));
    queue_.send(shard, sql::compile(*c, s_.db.endpoint(shard).dialect()),
                [&matched](std::int64_t n) { matched = n; });
}

}  // namespace shardwise::orm
