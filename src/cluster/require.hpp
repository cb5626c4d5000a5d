// SPDX-License-Identifier: MIT
// Whether a struct fits the table of the same name that the cluster knows. Pure.
#pragma once

#include "cluster/state.hpp"
#include "schema/table.hpp"

namespace shardwise::cluster_layer {

/// Throws unknown_table when the cluster does not know the table, schema_mismatch when it is
/// distributed otherwise or lacks a column, and bad_config when the map of its group needs an
/// object that the options do not bring.
void check_usable(const schema::table& declared, const snapshot& known);

/// Both have the same constraints that need lookup tables.
bool same_lookups(const schema::table& a, const schema::table& b);

/// For structs: the cluster's table must have the same. (SQL text is written by the cluster's
/// table.) Throws schema_mismatch.
void check_lookups(const schema::table& known, const schema::table& declared);

/// What makes rows of the two tables live in different places, or nothing: "the shard key is id,
/// declared user_id".
std::string distribution_difference(const schema::table& known, const schema::table& declared);

}  // namespace shardwise::cluster_layer
