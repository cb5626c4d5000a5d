// SPDX-License-Identifier: MIT
// The model of one table as JSON and back, as it is kept in the catalog. Columns are named, not
// numbered, so that an operator can read it. The form is persisted: it may be added to, never
// changed, and unknown members are refused, since an older program must not misplace rows. Pure.
#pragma once

#include <string>
#include <string_view>

#include "schema/table.hpp"

namespace shardwise::catalog {

/// One line, stable: equal tables give equal text.
std::string table_to_json(const schema::table& t);
/// Throws bad_model.
schema::table table_from_json(std::string_view text);

}  // namespace shardwise::catalog
