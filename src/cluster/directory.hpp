// SPDX-License-Identifier: MIT
// Writing a directory group's entries; reading is core::look_up. Thread-safe.
#pragma once

#include <vector>

#include "cluster/state.hpp"

namespace shardwise::cluster_layer {

/// See cluster::assign.
void assign_key(core_state& s, const schema::table& root, const std::vector<value>& key,
                bucket_id bucket);

}  // namespace shardwise::cluster_layer
