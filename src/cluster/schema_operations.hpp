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
/// The steps of decision 0053. Nothing is published before all shards have the lookup tables.
schema_report declare_uniques(core_state& s, const schema::table& declared);
/// The constraints of the table that are not built are gone afterwards.
schema_report remove_unbuilt(core_state& s, const std::string& table);
/// From now on reads rely on these lookup tables.
void mark_built(core_state& s, const std::vector<std::string>& lookup_tables);
/// What other processes have changed since this one looked.
void read_model_again(core_state& s);
/// Throws schema_mismatch with all differences, shard_unavailable when a shard cannot be asked.
void adopt_tables(core_state& s, tables declared);
/// The declared tables, which all shards have already, become the catalog's. Throws as
/// adopt_tables.
void update_tables(core_state& s, tables declared);
std::vector<schema_difference> verify_tables(core_state& s, tables declared);

}  // namespace shardwise::cluster_layer
