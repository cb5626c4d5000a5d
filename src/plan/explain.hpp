// SPDX-License-Identifier: MIT
// Plans as readable values. `dialects[i]` is the dialect of shard i.
#pragma once

#include <span>

#include "plan/plan.hpp"
#include "shardwise/plan/explain.hpp"
#include "sql/dialect.hpp"

namespace shardwise::plan {

explanation explain(const plan& p, const cluster_view& view,
                    std::span<const sql::dialect* const> dialects);
explanation explain(const change_plan& p, const cluster_view& view,
                    std::span<const sql::dialect* const> dialects);

}  // namespace shardwise::plan
