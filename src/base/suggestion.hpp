// SPDX-License-Identifier: MIT
// "Did you mean": the nearest of the known names. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shardwise {

/// The name with the smallest edit distance to `wanted` (letter case ignored), or an empty view
/// when none is near: about one mistake for every three characters. The first of equally near ones.
std::string_view nearest_name(std::string_view wanted, const std::vector<std::string_view>& known);

/// "; did you mean 'x'?" or nothing, to be put at the end of a message.
std::string did_you_mean(std::string_view wanted, const std::vector<std::string_view>& known);

}  // namespace shardwise
