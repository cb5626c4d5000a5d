// SPDX-License-Identifier: MIT
// The folder of migrations: 0001_name.up.sql for all engines, 0001_name.up.postgres.sql for one.
#pragma once

#include <string>
#include <vector>

#include "ops/migration.hpp"

namespace shardwise::ops {

/// In the order of their versions, as they are for `engine`. Throws bad_input for names that are
/// not understood, two names of one version, and a version that the engine has no up file for.
std::vector<migration> read_migrations(const std::string& directory, sql::dialect_kind engine);

}  // namespace shardwise::ops
