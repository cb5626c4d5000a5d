// SPDX-License-Identifier: MIT
// Does a value fit its declared column? Asked before anything is sent, on every way into the
// cluster, so that no engine cuts, rounds or rejects what another one would keep.
#pragma once

#include "schema/table.hpp"

namespace shardwise::schema {

/// Throws value_not_storable naming table and column (never the value): text or bytes longer than
/// the declared length, a decimal with more digits than decimal(p, s) keeps, JSON that is not
/// well-formed, NULL where the column takes none.
void check_column_value(const table& t, column_index c, const arg& v);

}  // namespace shardwise::schema
