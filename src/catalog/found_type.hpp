// SPDX-License-Identifier: MIT
// Parts of type names as databases give them: "numeric(12,2)". Pure.
#pragma once

#include <string_view>

namespace shardwise::catalog {

/// "varchar(20)" -> "varchar"
std::string_view bare_type(std::string_view type);

/// The numbers in parentheses; -1 where there is none.
struct type_sizes {
    int first = -1;
    int second = -1;
};
type_sizes sizes_of(std::string_view type);

}  // namespace shardwise::catalog
