// SPDX-License-Identifier: MIT
// Plans as readable values. `dialects[i]` is the dialect of shard i.
#pragma once

#include <map>
#include <span>
#include <utility>

#include "plan/plan.hpp"
#include "shardwise/plan/explain.hpp"
#include "sql/dialect.hpp"

namespace shardwise::plan {

/// What was measured while a plan ran.
struct measurements {
    std::map<const node*, explanation::measure> steps;
    std::map<std::pair<const node*, shard_index>, explanation::measure> parts;  ///< of scatters
};

/// `measured`: of this plan; nullptr: it was not run.
explanation explain(const plan& p, const cluster_view& view,
                    std::span<const sql::dialect* const> dialects,
                    const measurements* measured = nullptr);
explanation explain(const change_plan& p, const cluster_view& view,
                    std::span<const sql::dialect* const> dialects);

}  // namespace shardwise::plan
