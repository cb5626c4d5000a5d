// SPDX-License-Identifier: MIT
// A change of the model as the new contents of the catalog: computed and checked before anything is
// written, then brought to every shard.
#pragma once

#include <optional>
#include <vector>

#include "catalog/contents.hpp"
#include "cluster/state.hpp"
#include "cluster/stored_types.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

struct catalog_change {
    catalog::contents after;
    /// As registered (root table and strategy filled in), parents first.
    std::vector<schema::table> tables;
};

/// Adds tables and the first placements of new groups. Throws bad_model, schema_mismatch when the
/// catalog knows a table otherwise, bad_config for placements.
catalog_change plan_creation(const core_state& s, const catalog::contents& before,
                             std::vector<schema::table> declared);
/// The same for tables that exist already.
catalog_change plan_adoption(const core_state& s, const catalog::contents& before,
                             std::vector<schema::table> declared);

/// Adds to a known table the cluster-wide unique constraints that only the declared one has; their
/// lookup tables are marked as not built. Throws schema_mismatch when something else differs, and
/// not_supported for a constraint that each shard checks already.
catalog_change plan_uniques(const core_state& s, const catalog::contents& before,
                            const schema::table& declared);
/// Takes those constraints from the table again that are not built. `change.tables`: their lookup
/// tables.
catalog_change plan_removal(const catalog::contents& before, const std::string& table);

/// Tables that are known get another model: columns, indexes, constraints. Throws unknown_table,
/// schema_mismatch when rows would be placed elsewhere, not_supported when cluster-wide unique
/// constraints differ.
catalog_change plan_update(const catalog::contents& before, std::vector<schema::table> declared);

/// How the shards' tables are compared with the declared one.
strictness strictness_of(const catalog::contents& entries, std::string_view table);

/// Marks tables, and the groups of root tables, as dropped. Throws bad_model when a table stays
/// that refers to one of them.
catalog_change plan_drop(const catalog::contents& before, std::vector<schema::table> declared);

/// Brings the catalogs of the shards for which `included` is true to `after`: first one shard by
/// itself, which decides between two programs that change the model at once, then the others.
/// Returns what failed, by shard. Throws schema_mismatch when another program was faster.
std::vector<std::optional<error_info>> write_catalogs(core_state& s, const catalog::contents& after,
                                                      const std::vector<bool>& included);

}  // namespace shardwise::cluster_layer
