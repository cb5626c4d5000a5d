// SPDX-License-Identifier: MIT
// create_all, drop_all, adopt: DDL on every shard at the same time, then the catalog. Statements
// are idempotent and nothing is one transaction over shards, so every call can be repeated.
#pragma once

#include <vector>

#include "cluster/state.hpp"
#include "shardwise/cluster/cluster.hpp"

namespace shardwise::cluster_layer {

using tables = std::vector<schema::table>;

/// What is wrong with the model itself, or contradicts the catalog, is thrown before anything is
/// changed; what fails on a shard is in its report.
schema_report create_tables(core_state& s, tables declared);
schema_report drop_tables(core_state& s, tables declared);
/// Throws schema_mismatch with all differences, shard_unavailable when a shard cannot be asked.
void adopt_tables(core_state& s, tables declared);
std::vector<schema_difference> verify_tables(core_state& s, tables declared);

}  // namespace shardwise::cluster_layer
