// SPDX-License-Identifier: MIT
// INSERT ... SELECT whose rows stay where they are: tables of one colocation group, the shard key
// passed through unchanged. Each shard inserts its own rows. Pure.
#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace shardwise::plan {

/// What each shard runs; empty: rows may move, or need something that only the library gives (ids,
/// defaults, checks of values, conflicts). `rows` is the plan of the INSERT's source.
std::vector<change_plan::part> pass_rows_through(const sql::change& c, const plan& rows);

}  // namespace shardwise::plan
