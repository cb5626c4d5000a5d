// SPDX-License-Identifier: MIT
// INSERT ... ON CONFLICT of tables with cluster-wide unique constraints, inside the session's
// transaction: one row after the other, because each may take what the one before it has freed.
// Named is the primary key, or a unique key with the shard key (the row that is there lives on the
// new row's shard), or the columns of a cluster-wide constraint: then the lookup table tells where
// the row that is there lives. One use, one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exec/executor.hpp"
#include "orm/locking_steps.hpp"
#include "orm/lookup_row.hpp"
#include "orm/unique_changes.hpp"

namespace shardwise::orm {

class unique_upsert {
public:
    unique_upsert(session_core::state& s, const sql::change_ptr& c, const exec::row_sink& returned,
                  deadline until);

    /// `cells`: one for each column of the table, complete and checked.
    void put(shard_index shard, std::span<const arg> cells);
    /// How many rows were inserted or updated.
    std::int64_t rows() const noexcept { return rows_; }

private:
    /// One try; false: somebody has changed the row that is there meanwhile.
    bool put_once(shard_index shard, std::span<const arg> cells);
    bool put_by_lookup(shard_index shard, std::span<const arg> cells);
    /// `known`: the constraint whose lookup row is there.
    void inserted(shard_index shard, std::span<const arg> cells,
                  const schema::unique_constraint* known = nullptr);
    void update(shard_index shard, const locking_steps::row& there, std::span<const arg> cells);
    void insert(shard_index shard, const sql::change& how, std::span<const arg> cells);
    /// False: a row with this key is there.
    bool insert_if_absent(shard_index shard, const sql::change& how, std::span<const arg> cells);
    void give_back(shard_index shard, std::span<const arg> cells);
    sql::expr_ptr has_key(std::span<const arg> cells) const;
    sql::expr_ptr has_primary_key(std::span<const arg> cells) const;

    session_core::state& s_;
    sql::change_ptr change_;
    sql::change_ptr if_absent_;  ///< the INSERT with DO NOTHING
    const schema::table& table_;
    const schema::unique_constraint* by_;  ///< null: by a key that contains the shard key
    sql::change_ptr claim_;                ///< INSERT ... DO NOTHING of a lookup row of `by_`
    const exec::row_sink& returned_;
    deadline until_;
    statement_queue queue_;
    unique_changes uniques_;
    locking_steps steps_;
    std::optional<error> refused_;  ///< what MariaDB has said instead of DO NOTHING
    std::int64_t rows_ = 0;
};

}  // namespace shardwise::orm
