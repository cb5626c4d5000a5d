// SPDX-License-Identifier: MIT
// Statements of a session's transaction, sent ahead of their answers on each shard. Opens the
// transaction where there is none. After an error the transaction has to be rolled back. One
// thread.
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "engine/statement.hpp"
#include "orm/session_state.hpp"

namespace shardwise::orm {

class statement_queue {
public:
    using on_row = std::function<void(std::span<const arg>)>;
    using on_end = std::function<void(std::int64_t affected)>;

    /// `until`: of the call that all of them belong to.
    statement_queue(session_core::state& s, deadline until)
        : s_(s), until_(until), shards_(s.db.shard_count()) {}

    /// `args` are copied. The callbacks run inside later calls of send() and finish().
    void send(shard_index shard, engine::statement_ptr what, std::span<const arg> args,
              on_end end = {}, on_row row = {});
    /// With the values that stand in it.
    void send(shard_index shard, const sql::compiled& text, on_end end = {}, on_row row = {});
    /// RETURNING of an UPDATE on MariaDB, which has none: the rows that fulfil `changed`, which the
    /// UPDATE has locked.
    void read_back(shard_index shard, const sql::change& c, const sql::expr_ptr& changed,
                   on_row row);
    /// Until nothing is under way on this shard, or anywhere.
    void finish(shard_index shard);
    void finish();

private:
    struct entry {
        engine::statement_ptr what;
        on_end end;
        on_row row;
    };
    /// Takes what has arrived; waits while more than `most` are under way.
    void advance(shard_index shard, std::size_t most);

    session_core::state& s_;
    deadline until_;
    std::vector<std::deque<entry>> shards_;
};

/// Interned for the shard's endpoint.
engine::statement_ptr statement_for(session_core::state& s, shard_index shard,
                                    const sql::compiled& text);

}  // namespace shardwise::orm
