// SPDX-License-Identifier: MIT
// Runs plans. All shards of a statement work at the same time: statements are sent to every server
// before the first answer is awaited, and one poll loop serves all sockets; embedded engines run in
// a task pool when their work is long enough to be worth a thread. One deadline for everything;
// leaving early (LIMIT reached, an error, a dropped cursor) cancels what still runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/deadline.hpp"
#include "cluster/connection_source.hpp"
#include "plan/plan.hpp"
#include "shardwise/base/error.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise {
class cost_table;
class task_pool;
}  // namespace shardwise
namespace shardwise::plan {
struct measurements;
}

namespace shardwise::exec {

/// Pulls rows; the views in a row are valid until the following call. One thread at a time.
class operator_node {
public:
    virtual ~operator_node() = default;
    /// False at the end. `row` has as many places as the plan node has columns.
    virtual bool next(std::span<arg> row) = 0;
    /// The shard that the row delivered last came from. For plans whose rows are table rows (no
    /// aggregation, no distinct): the session needs it for the identity of objects.
    virtual sharding::shard_index shard_of_row() const noexcept { return 0; }
    /// A guess, made from what the same statements returned before: how many rows will come. 0: not
    /// known. Only to get memory in time.
    virtual std::size_t expected_rows() const noexcept { return 0; }
};

class held_memory;

/// A shard that gave nothing to a partial answer.
struct absent_shard {
    sharding::shard_index shard;
    error why;
};

struct execution {
    cluster_layer::connection_source& connections;
    task_pool& tasks;
    deadline limit;
    bool streaming = false;  ///< rows as they arrive, with bounded memory, for whole tables
    /// The longest wait for the next row, besides `limit`; 0: no own bound. A stream may take hours
    /// but must not hang on a server that has stopped.
    std::chrono::milliseconds patience{0};
    /// What statements of embedded engines took before, in microseconds by statement id; lives as
    /// long as the cluster. Without it each scatter has to find out whether threads are worth it.
    cost_table* costs = nullptr;
    /// How many rows statements returned before, by their id.
    cost_table* row_counts = nullptr;
    /// run(): gets the shards on which rows were changed.
    std::vector<sharding::shard_index>* changed = nullptr;
    /// Of a cached plan, for its scatter: set by open() and run() until everything is sent.
    const plan::bound_values* bound = nullptr;
    std::span<const sharding::shard_index> bound_shards = {};

    /// Counts what is held, and says when it is too much; outlives the operators. Without it
    /// nothing is limited.
    held_memory* held = nullptr;
    /// analyze(): what the steps took; outlives the operators.
    plan::measurements* measured = nullptr;
    /// Shards may be missing: they are listed here.
    std::vector<absent_shard>* missing = nullptr;

    /// When a wait that begins now has to end.
    deadline wait_limit() const {
        return patience.count() > 0 ? earlier(limit, deadline::after(patience)) : limit;
    }
};

/// Starts the plan on all its shards. Errors name the shard and the statement. The plan and what
/// `how` refers to must outlive the operator.
std::unique_ptr<operator_node> open(const plan::plan& p, const execution& how);

/// Takes one row; its views are valid during the call.
using row_sink = std::function<void(std::span<const arg>)>;

/// Runs the parts of a change on all their shards at the same time; returns the number of rows,
/// counted once for replicated tables. RETURNING goes to `returned`.
std::int64_t run(const plan::change_plan& p, const execution& how, const row_sink& returned = {});

}  // namespace shardwise::exec
