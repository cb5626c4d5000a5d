// SPDX-License-Identifier: MIT
// Moves rows to the shard of their new key, with the rows that live with them (moving_rows.hpp),
// inside the session's transaction: all of them are locked and read first, parents before their
// children, so that nobody can add to what moves; then they are deleted at their old places,
// children first, and inserted at the new ones, parents first. Everything happens in the
// transaction, which the atomic commit makes one change (decision 0062). One call, one thread.
//
//     add() ...  ->  lock()  ->  note()  ->  erase()  ->  insert() for each of orders()  ->  mark()
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "exec/held_memory.hpp"
#include "orm/flush_plan.hpp"
#include "orm/moving_rows.hpp"
#include "orm/statement_queue.hpp"
#include "orm/unique_changes.hpp"

namespace shardwise::orm {

class row_mover {
public:
    row_mover(session_core::state& s, exec::held_memory& held, deadline until);

    /// An object whose shard key was edited; nothing is sent. Throws what cannot be stored, placed
    /// or done in the session's mode.
    void add(record& r);
    /// The rows of an UPDATE, which are locked and read. Throws bad_state for what is edited and
    /// not flushed.
    void find(const plan::moved_rows& m, std::span<const shard_index> shards);

    /// Locks and reads all that moves, after the transaction is open on the shards of `others`,
    /// too: in one order, so that two flushes do not wait for each other. Throws stale_object where
    /// the row of an object is gone or has another version, result_too_large, shard_key_change,
    /// value_not_storable, not_supported; nothing is written then.
    void lock(const std::vector<shard_writes>& others = {});
    /// Objects that are written here.
    const record_set& objects() const noexcept { return objects_; }
    void note(unique_changes& to) const;
    void erase();
    /// Positions of tables among those of the cluster, parents first.
    std::vector<std::size_t> orders() const;
    void insert(std::size_t order);
    /// The objects are what their rows are, under their new keys.
    void mark();

    /// How many rows find() has found, and their new values by `returning`.
    std::int64_t found() const noexcept { return static_cast<std::int64_t>(first_count_); }
    void read_back(const sql::change& c, const exec::row_sink& returned);

private:
    using row_taker = std::function<void(std::span<const arg>)>;
    void check_mode(const schema::table& t, shard_index from, shard_index to) const;
    void query(shard_index shard, const sql::select_ptr& q, const row_taker& take);
    void read_rows(const schema::table& t, shard_index shard, const sql::expr_ptr& which,
                   const row_taker& take);
    std::size_t include(const schema::table& t, shard_index shard, std::span<const arg> cells);
    void overlay(moving_row& row, record& r);
    void erase_with(moving_row& row, const record& r);
    void check_version(const moving_row& row, const record& r) const;
    const std::vector<record*>& objects_of(const moving_row& row);
    void lock_objects();
    void read_children();
    void read_children(const key_link& by, shard_index shard, std::span<const std::size_t> parents);
    bool has_erased_object(const schema::table& t, shard_index shard, std::span<const arg> cells);
    void place_all();
    void check_columns();
    void check_values(const moving_row& row) const;
    void update(const moving_row& row);
    void put_into(record& r, const moving_row& row);
    const schema::table& table_of(const record& r) const { return s_.db.table(name_of(r)); }
    static const std::string& name_of(const record& r) { return r.table->table().name; }

    session_core::state& s_;
    exec::held_memory& held_;
    deadline until_;
    bool by_statement_ = false;
    std::vector<const schema::table*> tables_;  ///< of the cluster: parents first
    std::vector<key_link> links_;
    std::vector<record*> edited_;  ///< that were added
    moving_rows rows_;
    std::size_t first_count_ = 0;  ///< of rows_: those that were asked for
    record_set objects_;
    std::unordered_map<std::string, std::vector<record*>> known_;  ///< the session's, by row_name()
};

}  // namespace shardwise::orm
