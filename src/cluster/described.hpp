// SPDX-License-Identifier: MIT
// The model of a cluster file: CREATE TABLE text and the distribution of each table, put together.
// Reads the schema file; otherwise pure.
#pragma once

#include <vector>

#include "schema/table.hpp"
#include "shardwise/cluster/options.hpp"

namespace shardwise::cluster_layer {

struct described_model {
    /// With the keys of placements in the types of their columns.
    cluster_options options;
    /// Registered: validated, parents first. Empty when the file names no schema.
    std::vector<schema::table> tables;
    bool migrating = false;  ///< not compared with the catalog
};

/// Throws bad_config with the place: a table without a distribution, a distribution without a
/// table, parts that contradict each other; bad_input for the CREATE TABLE text.
described_model described(const cluster_config& config);

}  // namespace shardwise::cluster_layer
