// SPDX-License-Identifier: MIT
// The lookup row of a row (schema/unique_lookup.hpp), and where it lives.
#pragma once

#include <span>
#include <vector>

#include "orm/session_state.hpp"
#include "schema/unique_lookup.hpp"

namespace shardwise::orm {

struct lookup_row {
    const schema::table* table;
    shard_index shard;
    std::vector<value> cells;  ///< all columns, the bucket last
};

/// NULL among the unique values: there is none, because NULL is equal to nothing.
bool has_lookup_row(const schema::unique_constraint& u, std::span<const arg> row);
/// `row`: the values of the columns of `owner` by position; it has a lookup row.
lookup_row lookup_row_of(session_core::state& s, const schema::table& owner,
                         const schema::unique_constraint& u, std::span<const arg> row,
                         deadline until);

/// The positions of all columns of a lookup table but the bucket.
std::vector<column_index> columns_of_lookup(const schema::table& lookup);
/// INSERT of all of them.
sql::change_ptr insert_into_lookup(const schema::table& lookup);

}  // namespace shardwise::orm
