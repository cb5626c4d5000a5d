// SPDX-License-Identifier: MIT
// What the rows that a call writes mean for the lookup tables of cluster-wide unique constraints
// (schema/unique_lookup.hpp): collected first, then written in the session's transaction, so that
// rows and lookup rows are committed as one. Frees go before takes, and takes in the order of their
// values, so that two sessions do not wait for each other in a circle. One call, one thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "orm/flush_plan.hpp"
#include "orm/lookup_row.hpp"
#include "orm/statement_queue.hpp"

namespace shardwise::orm {

class unique_changes {
public:
    unique_changes(session_core::state& s, deadline until) : s_(s), until_(until) {}

    // Rows are the values of the columns of `owner` by position; only those that
    // looked_up_columns() names are read. Throws before anything is sent: not_supported in best
    // effort mode.
    /// `known`: its lookup row has been written already.
    void inserted(const schema::table& owner, std::span<const arg> row,
                  const schema::unique_constraint* known = nullptr);
    void erased(const schema::table& owner, std::span<const arg> row);
    void updated(const schema::table& owner, std::span<const arg> before,
                 std::span<const arg> after);
    /// What a flush will write.
    void add(const std::vector<shard_writes>& work);

    /// Throws not_supported in best effort mode.
    void check_mode(const schema::table& owner) const;
    bool empty() const noexcept { return entries_.empty(); }
    std::size_t size() const noexcept { return entries_.size(); }
    /// Where lookup rows will be written; one may come more than once.
    std::vector<shard_index> shards() const;
    /// Nothing is freed.
    bool only_takes() const noexcept;
    /// Writes all of it over the queue of the rows, waits for everything in it, and starts anew.
    /// Throws unique_violation with the constraint's name, serialization_failure when the old
    /// values are no longer those that were read.
    void send(statement_queue& to);
    /// The same in two steps.
    void start(statement_queue& to);
    void finish(statement_queue& to);

private:
    struct entry {
        const schema::table* owner;
        const schema::unique_constraint* constraint;
        lookup_row row;
        bool frees;
        std::string order;         ///< the unique values
        std::vector<value> after;  ///< frees by an update: what the row has afterwards, as `row`
    };
    void note(const schema::table& owner, const schema::unique_constraint& u,
              std::span<const arg> row, bool frees);
    void send_sorted(statement_queue& to);
    void free(statement_queue& to, const entry& e);
    void take(statement_queue& to, std::span<const entry> same_table_and_shard);
    void check_missing(statement_queue& to);
    void check_row_of(statement_queue& to, const entry& e);
    void await_writer_of(const entry& e);
    sql::compiled erasing(const entry& e) const;
    static std::string owner_key(const entry& e);
    [[noreturn]] void raise_for(const error& failure) const;

    session_core::state& s_;
    deadline until_;
    std::vector<entry> entries_;
    std::vector<const entry*> missing_;  ///< frees that found nothing
};

}  // namespace shardwise::orm
