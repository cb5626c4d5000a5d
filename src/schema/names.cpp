// SPDX-License-Identifier: MIT
#include "schema/names.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/utf8.hpp"

namespace shardwise::schema {

std::string_view fault_of_name(std::string_view name) noexcept {
    if (name.empty()) return "is empty";
    if (name.find('\0') != std::string_view::npos) return "holds a zero byte";
    if (!is_valid_utf8(name)) return "is not UTF-8";
    if (name.size() > longest_name) return "is longer than 63 bytes";
    if (name.back() == ' ') return "ends with a blank, which MariaDB refuses";
    return {};
}

bool is_reserved_object(std::string_view name) noexcept {
    return starts_with_ignoring_case(name, "sw_") ||
           starts_with_ignoring_case(name, "shardwise_") ||
           starts_with_ignoring_case(name, "sqlite_");
}

bool is_reserved_column(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 7> taken{"sw_bucket", "tableoid", "ctid", "xmin",
                                                    "cmin",      "xmax",     "cmax"};
    return std::any_of(taken.begin(), taken.end(),
                       [&](std::string_view t) { return equal_ignoring_case(name, t); });
}

}  // namespace shardwise::schema
