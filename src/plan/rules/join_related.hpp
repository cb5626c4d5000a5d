// SPDX-License-Identifier: MIT
// Related rows in the statement of the rows that they belong to: each shard's SELECT becomes a
// derived table, and the related tables are LEFT JOINed to it. A LIMIT stays inside, where it
// counts the rows of the first table. Pure.
//
//     SELECT r.*, p.* FROM (SELECT ... FROM users ORDER BY name LIMIT 10) r
//       LEFT JOIN posts p ON p.author_id = r.c0 ORDER BY r.c1
#pragma once

#include <optional>
#include <span>

#include "plan/plan.hpp"

namespace shardwise::plan {

/// One table that is joined to the statement's rows, or to those of a table before it. Its rows are
/// on the shard of the rows that it is joined to.
struct related_table {
    const schema::table* table = nullptr;
    std::size_t from = 0;  ///< 0: the statement's rows; n: the n-th related table, from 1
    std::span<const schema::column_index> near_columns;  ///< of `from`
    std::span<const schema::column_index> far_columns;   ///< of `table`
};

struct with_related {
    /// Each row: the statement's columns, hidden ones, then all columns of each related table;
    /// those are NULL where there is no such row. A row of the statement comes once for each of its
    /// related rows, not necessarily one after the other.
    plan rows;
    std::size_t first_related = 0;  ///< where the columns of the first related table begin
    /// Of the rows of several shards: how many different rows of the statement are left out, and
    /// how many are taken. Whoever reads the plan counts them.
    std::optional<std::int64_t> limit;
    std::int64_t offset = 0;
};

/// `p` is a plan, not a cached one, of `s`, which selects all columns of one table in their order.
/// Empty: the statement is not one of rows of one table (joins, groups, DISTINCT, FOR UPDATE), or
/// no shard is asked.
std::optional<with_related> join_related(const plan& p, const sql::select& s,
                                         std::span<const related_table> related);

}  // namespace shardwise::plan
