// SPDX-License-Identifier: MIT
// The text of a page's cursor: the values of the last row's sort columns, with a version and a
// checksum over them and the order they belong to. The format is in people's bookmarks: versions
// are added, never changed. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shardwise/schema/value.hpp"

namespace shardwise::orm {

/// `order`: any text that is different for different orders.
std::string write_cursor(std::string_view order, std::span<const value> values);
/// Throws bad_value for what write_cursor() has not made for this order.
std::vector<value> read_cursor(std::string_view order, std::string_view text);

}  // namespace shardwise::orm
