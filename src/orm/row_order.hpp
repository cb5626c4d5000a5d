// SPDX-License-Identifier: MIT
// The order of one table's rows in a flush where rows reference rows of the same table (employees
// and their managers): the database checks each statement, so a parent must be there before its
// children. Pure; nothing here talks to a server.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "orm/record.hpp"

namespace shardwise::orm {

/// Positions in `rows` (all of one table), parents before their children, otherwise as given. Rows
/// of a cycle and what depends on them come last, as given: the database judges them. Empty: the
/// table does not reference itself, or no row references another one of these.
std::vector<std::size_t> parents_first(std::span<record* const> rows);

}  // namespace shardwise::orm
