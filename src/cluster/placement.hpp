// SPDX-License-Identifier: MIT
// From the `placement` of the options to the parameters of a strategy and the owners of its
// buckets. Pure.
#pragma once

#include <string>
#include <vector>

#include "catalog/contents.hpp"
#include "schema/table.hpp"
#include "sharding/shard_map.hpp"
#include "shardwise/cluster/options.hpp"

namespace shardwise::cluster_layer {

/// The first placement of a group: what `given` says (nullptr: nothing), checked, with the defaults
/// of options.hpp. Throws bad_config, which says what is missing and how to give it.
catalog::group_body first_placement(const schema::table& root, const placement* given,
                                    const std::vector<std::string>& shard_names);

/// Refuses a placement in the options that says something else than the catalog. bad_config with
/// both descriptions.
void check_against(const catalog::group_body& stored, const std::string& group,
                   const placement& given);

/// The map of a group of the catalog. `given` brings the object of a custom strategy; without it
/// the result is empty.
sharding::shard_map_ptr map_from(const std::string& group, const catalog::group_body& stored,
                                 const placement* given,
                                 const std::vector<std::string>& shard_names);

}  // namespace shardwise::cluster_layer
