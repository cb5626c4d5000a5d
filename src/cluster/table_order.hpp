// SPDX-License-Identifier: MIT
// The order in which tables are created: what others refer to comes first. Pure.
#pragma once

#include <vector>

#include "schema/table.hpp"

namespace shardwise::cluster_layer {

/// Parents before children, otherwise by name. A reference to a table that is not in the list, or
/// to itself, is no hindrance. Throws bad_model for tables that refer to each other in a circle.
std::vector<schema::table> parents_first(std::vector<schema::table> tables);

}  // namespace shardwise::cluster_layer
