// SPDX-License-Identifier: MIT
// Which column types of an engine keep a declared column. Pure.
#pragma once

#include <string>
#include <string_view>

#include "schema/table.hpp"
#include "sql/dialect.hpp"

namespace shardwise::cluster_layer {

enum class strictness : std::uint8_t {
    own,      ///< a table made by shardwise: the type of docs/types.md
    adopted,  ///< a table of the user: every type that gives and takes the values unchanged, or
              ///< refuses them aloud
};

/// `found` is the type as introspection gives it. `keyed`: part of a key or an index.
bool keeps(const schema::column& declared, bool keyed, std::string_view found,
           sql::dialect_kind engine, strictness how);

}  // namespace shardwise::cluster_layer
