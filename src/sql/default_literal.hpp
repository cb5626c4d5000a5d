// SPDX-License-Identifier: MIT
// DEFAULT clauses: one literal in the portable form of docs/types.md. Pure functions.
#pragma once

#include <string>

#include "schema/table.hpp"
#include "sql/dialect.hpp"

namespace shardwise::sql {

/// Appends what stands behind DEFAULT for column `c` of `t`. Throws bad_model when default_sql is
/// not one literal of the column's type: 12, -1.5, 'text', x'00ff', true, false, null or
/// current_timestamp.
void append_default(std::string& out, const schema::table& t, const schema::column& c,
                    const dialect& d);

/// The same value for a row that the library writes; NULL without a default. `now` stands for
/// current_timestamp.
value default_value(const schema::table& t, const schema::column& c, timestamp now);

}  // namespace shardwise::sql
