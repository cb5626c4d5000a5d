// SPDX-License-Identifier: MIT
#include "catalog/found_type.hpp"

#include <charconv>

namespace shardwise::catalog {

std::string_view bare_type(std::string_view type) { return type.substr(0, type.find('(')); }

type_sizes sizes_of(std::string_view type) {
    type_sizes s;
    const std::size_t open = type.find('(');
    if (open == std::string_view::npos) return s;
    const char* const end = type.data() + type.size();
    const auto [after, failed] = std::from_chars(type.data() + open + 1, end, s.first);
    if (failed == std::errc{} && after < end && *after == ',')
        std::from_chars(after + 1, end, s.second);
    return s;
}

}  // namespace shardwise::catalog
