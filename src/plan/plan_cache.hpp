// SPDX-License-Identifier: MIT
// Plans by the shape of their statements (sql/shape.hpp): of a statement that comes again with
// other values only the route is found anew; its plan, its SQL text and its prepared statements are
// there already, and its constants are bound to them.
//
// A statement is planned and compiled by itself, with the same result, when
//   - its shape is not known, or its route needs a directory or leads nowhere,
//   - an IN list over the shard key is cut down for each shard,
//   - planning or compiling did more with a constant than bind it (nothing does today): each one
//     must be found among the parameters.
//
// Thread-safe, bounded (shapes that were not used for long are forgotten).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/engine.hpp"
#include "plan/bound_values.hpp"
#include "plan/plan.hpp"

namespace shardwise::plan {

class plan_cache {
public:
    /// One endpoint for each shard; they must outlive the cache.
    explicit plan_cache(std::vector<engine::engine*> endpoints, std::size_t capacity = 1024);
    ~plan_cache();
    plan_cache(const plan_cache&) = delete;
    plan_cache& operator=(const plan_cache&) = delete;

    enum class purpose : std::uint8_t {
        rows,
        stream,  ///< rows as they arrive: engine::statement::streaming
        count,   ///< plan_count
    };
    /// The plan of `s`, its route without a reason; empty: plan it.
    /// Views and tables are told apart by their addresses: they must live as long as the cache.
    std::optional<plan> find(const sql::select_ptr& s, purpose what, const cluster_view& view);
    /// Of an UPDATE or DELETE.
    std::optional<change_plan> find(const sql::change_ptr& c, const cluster_view& view);

    struct stats {
        std::size_t shapes = 0;
        std::uint64_t hits = 0;    ///< bound to a plan that was there
        std::uint64_t misses = 0;  ///< planned anew, to be kept or not
    };
    stats statistics() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace shardwise::plan
