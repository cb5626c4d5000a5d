// SPDX-License-Identifier: MIT
// Names of constraints and indexes that were not given. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace shardwise::sql {

/// "<table>_<column>_<column>_<suffix>", cut to 63 bytes with a hash of the whole name at its end
/// when it is longer. DO NOT CHANGE: the names are persisted in users' databases and verify_schema
/// looks for them.
std::string derived_name(const schema::table& t, std::span<const schema::column_index> columns,
                         std::string_view suffix);

/// Hands out each name once per table, letter case ignored.
class constraint_names {
public:
    explicit constraint_names(const schema::table& t) : table_(t) {}
    /// The given name, or a derived one that is still free. Throws bad_model when `given` is taken.
    std::string take(const std::string& given, std::span<const schema::column_index> columns,
                     std::string_view suffix);

private:
    bool is_taken(std::string_view name) const;
    const schema::table& table_;
    std::vector<std::string> taken_;
};

}  // namespace shardwise::sql
