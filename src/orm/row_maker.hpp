// SPDX-License-Identifier: MIT
// Rows of an INSERT as they are stored: ids and defaults filled in, values checked, placed. Nothing
// is sent. One statement, one thread.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "orm/session_state.hpp"
#include "sql/ast.hpp"

namespace shardwise::orm {

/// The value in the column's own kind; nothing is rounded. Throws value_not_storable.
arg kept_as(const schema::table& t, schema::column_index c, const arg& v);

class row_maker {
public:
    row_maker(session_core::state& s, const sql::change& c, deadline until);

    struct made {
        std::span<const arg> cells;  ///< one for each column of the table; until the next call
        shard_index shard = 0;       ///< 0 for reference tables
    };
    /// `values`: one for each column that the INSERT gives; those marked in `by_default` (empty:
    /// none) take what the table declares. Throws before anything is sent: value_not_storable,
    /// bad_value, no_shard_key, unroutable_key (all with the number of the row), timeout,
    /// cancelled.
    made make(std::span<const arg> values, const std::vector<bool>& by_default = {});

private:
    made complete(std::span<const arg> values, const std::vector<bool>& by_default);
    arg declared(schema::column_index c);
    void check_storable(std::span<const arg> cells, shard_index shard) const;

    session_core::state& s_;
    const schema::table& table_;
    deadline until_;
    std::vector<std::optional<std::size_t>> given_;  ///< by column: the position among the values
    std::vector<value> defaults_;                    ///< by column
    std::vector<shard_index> engines_;               ///< reference tables: one shard of each engine
    std::vector<arg> cells_;
    std::vector<arg> key_;
    std::int64_t row_ = 0;  ///< the number of the last one, from 1
};

}  // namespace shardwise::orm
