// SPDX-License-Identifier: MIT
// Declared tables -> CREATE / DROP statements for one dialect. Pure; statements are idempotent
// (IF NOT EXISTS), in the order in which they must run.
#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"
#include "sql/dialect.hpp"

namespace shardwise::sql {

std::vector<std::string> create_statements(const schema::table& t, const dialect& d);
std::vector<std::string> drop_statements(const schema::table& t, const dialect& d);

}  // namespace shardwise::sql
