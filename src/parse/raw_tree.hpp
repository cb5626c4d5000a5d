// SPDX-License-Identifier: MIT
// PostgreSQL's own parser (libpg-query) as a function from text to its JSON tree. libpg-query keeps
// its memory per thread; any number of threads may parse at once.
#pragma once

#include <nlohmann/json.hpp>

#include "parse/source_text.hpp"

namespace shardwise::parse {

/// The "stmts" of the parse tree. Locations in it are byte offsets; a missing one is 0. Throws
/// bad_input at the place of a syntax error, and for a statement of more than 64 KB.
nlohmann::json raw_statements(const source_text& source);

}  // namespace shardwise::parse
