// SPDX-License-Identifier: MIT
// The values of VALUES: constants as they are; what has to be computed is computed by the embedded
// database, with the meanings of docs/types.md. Free function.
#pragma once

#include <vector>

#include "base/deadline.hpp"
#include "sql/ast.hpp"

namespace shardwise::orm {

/// As wide as `row`; NULL where it is DEFAULT.
std::vector<value> constant_row(const std::vector<sql::expr_ptr>& row, deadline until);

}  // namespace shardwise::orm
