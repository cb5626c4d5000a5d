// SPDX-License-Identifier: MIT
// Brings a row and its lookup row (schema/unique_lookup.hpp) into agreement, in a transaction of
// its own: both are locked and looked at again first, the lookup row before the row as writers do,
// so that what a live writer has changed meanwhile is left alone. Thread-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cluster/core.hpp"
#include "orm/session_state.hpp"
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

/// The row that these cells (of schema::looked_up_columns()) name is there, locked from now on in
/// the session's transaction, and has these values.
bool lock_row_with(session_core::state& s, const schema::table& owner,
                   const schema::unique_constraint& u, const std::vector<value>& cells,
                   deadline until);
/// repair_unique() of several rows of one table in one transaction.
std::vector<repaired> repair_some(cluster_layer::core& db, const schema::table& owner,
                                  const schema::unique_constraint& u,
                                  std::span<const std::vector<value>> rows, deadline until);

}  // namespace shardwise::orm
