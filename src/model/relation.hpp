// SPDX-License-Identifier: MIT
// What stands behind the opaque model::relation. Immutable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/entity.hpp"

namespace shardwise::model {

struct relation {
    const entity* from = nullptr;
    const entity* to = nullptr;
    std::vector<schema::column_index> near_columns;  ///< of `from`
    std::vector<schema::column_index> far_columns;   ///< of `to`
    unsigned flags = 0;
    std::optional<schema::column_index> order;  ///< of `to`
    bool descending = false;
    /// The first relation that leads to the same rows (tags and order apart): what was read of one
    /// is known of the other.
    const relation* rows = nullptr;

    bool has(unsigned flag) const noexcept { return (flags & flag) != 0; }
    /// "users -> posts.author_id", for messages.
    std::string name() const;
};

}  // namespace shardwise::model
