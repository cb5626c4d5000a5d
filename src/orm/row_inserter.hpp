// SPDX-License-Identifier: MIT
// Sends made rows (row_maker.hpp) to their shards, many in one statement, inside the session's
// transaction; with ON CONFLICT and RETURNING. Memory is bounded by a batch per shard.
//
// ON CONFLICT: rows are taken one after the other: a later row of the statement meets the earlier
// ones, so a batch never holds a key twice. MariaDB's own form asks every unique key of the table,
// not the named one: there the rows of the named key are locked and looked at first, then inserted
// or updated.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "exec/executor.hpp"
#include "exec/row_buffer.hpp"
#include "orm/statement_queue.hpp"

namespace shardwise::orm {

class row_inserter {
public:
    row_inserter(session_core::state& s, const sql::change_ptr& c, const exec::row_sink& returned,
                 deadline until);

    /// `cells`: one for each column of the table.
    void put(shard_index shard, std::span<const arg> cells);
    /// For further statements of the same call.
    statement_queue& queue() noexcept { return queue_; }
    /// Returns the number of rows that were inserted or updated.
    std::int64_t finish();

private:
    struct batch {
        explicit batch(std::size_t width) : rows(width) {}
        exec::row_buffer rows;
        std::set<std::string> keys;  ///< of the conflict
    };
    void flush(std::size_t index);
    void insert(shard_index shard, std::span<const arg* const> rows, bool with_conflict);
    void meet_conflicts(shard_index shard, std::span<const arg* const> rows);
    void update(shard_index shard, const arg* row, std::int64_t& matched);
    std::string conflict_key_of(std::span<const arg> cells) const;
    sql::expr_ptr is_row(const arg* row) const;
    void count(shard_index shard, std::int64_t rows);
    statement_queue::on_row taker(shard_index shard);

    session_core::state& s_;
    sql::change_ptr change_;
    sql::change_ptr plain_;  ///< without ON CONFLICT
    const schema::table& table_;
    const exec::row_sink& returned_;
    statement_queue queue_;
    std::vector<std::unique_ptr<batch>> batches_;  ///< by shard; of a reference table one
    std::map<std::pair<const sql::dialect*, std::size_t>, sql::compiled> texts_[2];
    std::size_t most_rows_;
    std::int64_t rows_ = 0;
};

}  // namespace shardwise::orm
