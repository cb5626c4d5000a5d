// SPDX-License-Identifier: MIT
// EXPLAIN for SQL text: where a SELECT, UPDATE or DELETE over the cluster's tables would go, and
// why. Nothing is sent.
#pragma once

#include <string>
#include <string_view>

#include "shardwise/cluster/cluster.hpp"
#include "shardwise/plan/explain.hpp"

namespace shardwise {

/// PostgreSQL's syntax. Throws bad_query or bad_input with the place in the text, unknown_table,
/// unknown_column, and not_supported for what is never answered over shards.
explanation explain_sql(cluster& db, std::string_view sql);

}  // namespace shardwise
