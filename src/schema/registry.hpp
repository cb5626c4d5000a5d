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
    /// Validates `t` alone and against the tables that are there: parent tables exist, foreign keys
    /// match in column types and connect tables that live together (same root with the shard key
    /// part of the foreign key, or a reference table as the parent), colocated tables have as many
    /// shard key columns of the same types as their parent. Sets placed.root_table. Adding an equal
    /// table again does nothing; a different one of the same name throws bad_model.
    const table& add(table t);

    const table* find(std::string_view name) const noexcept;
    /// Throws unknown_table, with a "did you mean".
    const table& at(std::string_view name) const;
    /// In the order in which they were added: parents before children.
    std::vector<const table*> all() const;

private:
    std::deque<table> tables_;
    std::map<std::string, const table*, std::less<>> by_name_;
};

}  // namespace shardwise::schema
