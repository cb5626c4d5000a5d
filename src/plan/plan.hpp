// SPDX-License-Identifier: MIT
// What will run: a tree of a closed set of nodes. The leaves are SELECTs for shards, everything
// above merges their rows in the client. Values, immutable after planning, shared by threads.
//
//     limit 10 offset 5
//       merge_sort name, id
//         scatter s1, s2, s3: SELECT id, name FROM users ORDER BY name, id LIMIT 15
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "plan/bound_values.hpp"
#include "plan/routing.hpp"
#include "sql/ast.hpp"
#include "sql/compiler.hpp"

namespace shardwise::plan {

struct node;
using node_ptr = std::shared_ptr<const node>;

struct sort_key {
    std::size_t column = 0;  ///< position in the input's rows
    bool descending = false;
    bool nulls_first = false;
};

/// One SELECT for each shard; rows come in no particular order between shards.
struct scatter {
    struct part {
        shard_index shard;
        sql::select_ptr query;
    };
    std::vector<part> parts;  ///< empty: no rows
    /// Of a cached plan: the parts come with each execution, from plan::bound.
    bool cached = false;
};

/// Each shard's rows are sorted by `keys` already; the result is, too.
struct merge_sort {
    std::vector<sort_key> keys;
    node_ptr input;
};

/// Sorts in memory (after a client-side aggregation).
struct sort {
    std::vector<sort_key> keys;
    node_ptr input;
};

/// Merges partial groups. Input columns: the group columns, then the partial values. Without group
/// columns there is always exactly one output row.
struct aggregate {
    enum class merge : std::uint8_t {
        sum,    ///< of non-NULL; NULL if there is none. Exact, widened; overflow is an error
        count,  ///< sum of counts; 0 if there is none
        min,
        max,
        avg,      ///< of the two columns `column` (sum) and `column`+1 (count)
        present,  ///< number of input rows whose `column` is not NULL
    };
    struct item {
        merge how;
        std::size_t column;  ///< position in the input
    };
    std::size_t group_columns = 0;  ///< the first n columns of the input
    std::vector<item> items;        ///< output: the group columns, then one column per item
    node_ptr input;
};

struct distinct {
    node_ptr input;
};

struct limit {
    std::optional<std::int64_t> count;
    std::int64_t offset = 0;
    node_ptr input;
};

/// Keeps and reorders columns (drops hidden sort columns and AVG's parts).
struct project {
    std::vector<std::size_t> columns;
    node_ptr input;
};

/// One row with the number of input rows.
struct count_rows {
    node_ptr input;
};

/// A SELECT over the rows of its inputs, computed in the client by an embedded database that keeps
/// them in a temporary file while they are many. The way of everything that has no merge of its
/// own: joins of tables that do not live together, computing with merged groups.
struct local_query {
    /// `table` is what the rows are called in `query`; its columns are those of `rows`.
    struct input {
        std::shared_ptr<const schema::table> table;
        node_ptr rows;
    };
    std::vector<input> inputs;
    sql::select_ptr query;
};

struct node {
    std::variant<scatter, merge_sort, sort, aggregate, distinct, limit, project, count_rows,
                 local_query>
        op;
    std::vector<sql::typed> columns;  ///< types of the output rows
};

/// Its rows are rows of one shard each, and the operators tell which.
bool rows_have_a_shard(const node& n) noexcept;

struct plan {
    route where;
    node_ptr root;
    std::vector<std::string> headings;  ///< one for each output column; none of a cached plan
    /// Of a cached plan (plan_cache.hpp), for its one scatter on the shards of `where`.
    std::optional<bound_values> bound;
};

/// A change whose rows are found over the cluster before anything is changed: UPDATE and DELETE
/// whose subqueries need rows of several shards, INSERT ... SELECT.
struct found_rows {
    /// UPDATE, DELETE: the primary key, what else the shard key has, then the values of `computed`.
    /// INSERT: one value for each of its columns.
    plan rows;
    sql::change_ptr change;
    std::vector<schema::column_index> key;  ///< what the first columns of `rows` are
    std::vector<std::size_t> computed;      ///< assignments whose values come with the row
    /// Columns whose stored values come last: what cluster-wide unique constraints know of the row.
    std::vector<schema::column_index> stored = {};
};

/// UPDATE of the shard key: the rows are read and locked on their shards, and written where their
/// new key belongs (orm/row_mover.hpp).
struct moved_rows {
    sql::change_ptr change;
    sql::select_ptr rows;               ///< the primary key, then the values of `computed`
    std::vector<std::size_t> computed;  ///< assignments whose values come with the row
};

/// A change of one table. `replicated`: a reference table, each part changes the same rows, and the
/// count of one of them is the answer.
struct change_plan {
    struct part {
        shard_index shard;
        sql::change_ptr change;
    };
    route where;
    std::vector<part> parts;
    bool replicated = false;
    std::optional<bound_values> bound;  ///< of a cached plan, which has no parts
    /// Instead of parts; `where` is what rows may live on.
    std::shared_ptr<const found_rows> found;
    /// Instead of parts, too; `where` is what the rows live on before.
    std::shared_ptr<const moved_rows> moves;
    /// INSERT of VALUES, which has neither: each row goes where it lives.
    sql::change_ptr listed;
};

}  // namespace shardwise::plan
