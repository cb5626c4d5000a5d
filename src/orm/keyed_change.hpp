// SPDX-License-Identifier: MIT
// UPDATE and DELETE of rows that were found before (plan::found_rows): by primary key, many rows in
// one statement, inside the session's transaction. Conditions without subqueries are asked again,
// so that a row that was changed meanwhile and no longer fulfils them stays as it is.
#pragma once

#include <memory>
#include <vector>

#include "exec/executor.hpp"
#include "exec/row_buffer.hpp"
#include "orm/statement_queue.hpp"
#include "orm/unique_changes.hpp"

namespace shardwise::orm {

class keyed_change {
public:
    keyed_change(session_core::state& s, const plan::found_rows& found,
                 const exec::row_sink& returned, deadline until);

    /// `row`: as found_rows::rows gives it.
    void put(std::span<const arg> row);
    /// Returns the number of rows that were changed.
    std::int64_t finish();

private:
    void note_uniques(std::span<const arg> row);
    void flush(std::size_t index);
    void change(shard_index shard, std::span<const arg* const> rows);
    sql::change_ptr statement(std::span<const arg* const> rows) const;
    sql::expr_ptr is_one_of(std::span<const arg* const> rows) const;
    bool on_mariadb(shard_index shard) const;
    statement_queue::on_row taker(shard_index shard);

    session_core::state& s_;
    const plan::found_rows& found_;
    const schema::table& table_;
    const exec::row_sink& returned_;
    deadline until_;
    sql::expr_ptr asked_again_;
    statement_queue queue_;
    unique_changes uniques_;
    std::int64_t wanted_ = 0;  ///< rows that were put
    std::vector<std::unique_ptr<exec::row_buffer>>
        batches_;  ///< by shard; of a reference table one
    std::int64_t rows_ = 0;
};

}  // namespace shardwise::orm
