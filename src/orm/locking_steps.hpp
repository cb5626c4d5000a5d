// SPDX-License-Identifier: MIT
// One statement after the other inside a session's transaction, each waited for; rows are read
// locked until its end. Begins the transaction where there is none. One thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "orm/session_state.hpp"
#include "sql/compiler.hpp"

namespace shardwise::orm {

class locking_steps {
public:
    locking_steps(session_core::state& s, deadline until) : s_(s), until_(until) {}

    using row = std::vector<value>;
    /// The values of all columns but the bucket; `condition` finds one row at most.
    std::optional<row> read(shard_index shard, const schema::table& t,
                            const sql::expr_ptr& condition);
    /// Returns the number of changed rows; a shard where none was changed counts as read only.
    /// Errors name the shard.
    std::int64_t run(shard_index shard, const sql::compiled& text, std::span<const arg> args);
    /// With the values that stand in it.
    std::int64_t run(shard_index shard, const sql::change& c);

private:
    std::int64_t send(shard_index shard, const sql::compiled& text, std::span<const arg> args,
                      const std::function<void(std::span<const arg>)>& on_row = {});

    session_core::state& s_;
    deadline until_;
};

}  // namespace shardwise::orm
