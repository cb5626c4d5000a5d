// SPDX-License-Identifier: MIT
// Statements on many rows raise the row_version, too: an object that was read before is stale then.
// Thread-safe.
#pragma once

#include "model/entity.hpp"

namespace shardwise::model {

/// For raising_version(); `e` has a row_version and lives as long as the process.
void remember_versioned(const entity& e);

/// UPDATE and ON CONFLICT DO UPDATE of a table with a row_version: the same, raising it; other
/// statements, and those that set it themselves, as they are. A table of SQL text is that of a
/// struct of this process with its name and columns.
sql::change_ptr raising_version(const sql::change_ptr& c);

}  // namespace shardwise::model
