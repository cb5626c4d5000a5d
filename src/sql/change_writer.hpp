// SPDX-License-Identifier: MIT
// UPDATE, DELETE and INSERT as text. Pure.
#pragma once

#include "sql/ast.hpp"
#include "sql/compiler.hpp"

namespace shardwise::sql {

compiled write_change(const change& c, const dialect& d, bool pad_lists);

}  // namespace shardwise::sql
