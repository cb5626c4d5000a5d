// SPDX-License-Identifier: MIT
// SQLite and MariaDB answer "SELECT name, COUNT(*) ... GROUP BY city" with any name of the group.
// Refused here for all engines, before anything is sent. Pure.
#pragma once

#include <vector>

#include "sql/ast.hpp"

namespace shardwise::sql {

/// Throws bad_query when the statement groups rows and an item, HAVING or ORDER BY uses a column
/// that is neither grouped nor aggregated; when SELECT DISTINCT is ordered by something that it
/// does not select; when DISTINCT meets JSON.
void check_grouping(const select& s);

/// The expressions by which rows are told apart: GROUP BY's, and the items of SELECT DISTINCT.
std::vector<const expr*> keys_of(const select& s);

}  // namespace shardwise::sql
