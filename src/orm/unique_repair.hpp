// SPDX-License-Identifier: MIT
// Brings a row and its lookup row (schema/unique_lookup.hpp) into agreement, in a transaction of
// its own: both are locked and looked at again first, the lookup row before the row as writers do,
// so that what a live writer has changed meanwhile is left alone. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "cluster/core.hpp"
#include "schema/table.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise::orm {

enum class repaired : std::uint8_t {
    nothing,    ///< they agree by now
    inserted,   ///< a lookup row that was missing
    corrected,  ///< a lookup row that named a row without the value
    erased,     ///< a lookup row whose row is gone, or has another value
    duplicate,  ///< two rows have the value: somebody has to decide
};

/// `cells`: the values of schema::looked_up_columns(), of a row or of a lookup row that had no
/// partner. Throws retryable errors when others are in the way.
repaired repair_unique(cluster_layer::core& db, const schema::table& owner,
                       const schema::unique_constraint& u, const std::vector<value>& cells,
                       deadline until);

}  // namespace shardwise::orm
