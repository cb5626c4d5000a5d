// SPDX-License-Identifier: MIT
// The tables that a cluster knows. Built up at start (add), then read by many threads: callers that
// add later hold the cluster's own lock. Tables live as long as the registry and never move.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace shardwise::schema {

class registry {
public:
    /// Validates `t` alone and against the tables that are there:
    ///   - parent tables exist, and foreign keys refer to a key of theirs, in the same order, with
    ///     columns of the same types;
    ///   - foreign keys connect rows that live together: the parent is a reference table, or both
    ///     tables have the same root and neither shard key is paired with another column (a foreign
    ///     key without the shard key is fine there: the child carries a copy of its parent's);
    ///   - colocated tables have as many shard key columns of the same kinds as their parent, and
    ///     tables of one root put rows without a key into the same bucket;
    ///   - names of tables, uniques, indexes and foreign keys are not taken, in either case, since
    ///     databases keep them in one namespace.
    /// Sets placed.root_table, and placed.strategy of a colocated table to its root's. Adding an
    /// equal table again does nothing; a different one of the same name throws bad_model. After an
    /// exception the registry is as it was.
    const table& add(table t);

    const table* find(std::string_view name) const noexcept;
    /// Throws unknown_table, with a "did you mean".
    const table& at(std::string_view name) const;
    /// In the order in which they were added: parents before children.
    std::vector<const table*> all() const;

private:
    void check_name_is_free(const table& t) const;

    std::deque<table> tables_;
    std::map<std::string, const table*, std::less<>> by_name_;
};

}  // namespace shardwise::schema
