// SPDX-License-Identifier: MIT
// Which tables of a statement live together, and which columns therefore stand for the shard key of
// its rows. Pure.
//
// A join is answered shard by shard, which is right only when matching rows are on one shard: the
// tables are of one colocation group and all their shard key columns are equated (in the ON, or
// through equalities of the WHERE and of inner joins), or the ON equates exactly the columns of a
// declared foreign key between them, or one side is a reference table. Equalities in the ON of a
// LEFT JOIN hold only where its table matched; they are used for that join alone.
#pragma once

#include <span>
#include <vector>

#include "schema/table.hpp"
#include "sql/ast.hpp"

namespace shardwise::plan {

/// A column that equals shard key column `key` of the row's anchor in every result row.
struct key_column {
    sql::column_ref column;
    std::size_t key = 0;
    bool outer = false;     ///< of the optional side of a LEFT JOIN: NULL where nothing matched
    bool declared = false;  ///< a shard key column of its own table, not only equal to one
};

struct key_scope {
    /// The first sharded table that has a row in every result row; nullptr: reference tables only.
    const schema::table* anchor = nullptr;
    std::vector<key_column> columns;
    /// Tables that live on the anchor's shard because of a foreign key, with keys of their own:
    /// each narrows the shards by itself.
    std::vector<key_scope> linked;

    const key_column* find(const sql::column_ref& c) const noexcept;
    const schema::column& key_at(std::size_t key) const {
        return anchor->columns[anchor->placed.shard_key[key]];
    }
    std::size_t key_count() const { return anchor->placed.shard_key.size(); }
};

/// Throws not_supported for joins of tables that do not live together.
key_scope scope_of(const sql::select& s);
key_scope scope_of(const sql::change& c);

/// The conditions that every result row fulfils: the WHERE and the ON of inner joins.
std::vector<const sql::expr*> conditions_of(const sql::select& s);

}  // namespace shardwise::plan
