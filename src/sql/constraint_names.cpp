// SPDX-License-Identifier: MIT
#include "sql/constraint_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/ascii.hpp"
#include "schema/names.hpp"
#include "shardwise/base/error.hpp"
#include "sql/dialect.hpp"

namespace shardwise::sql {
namespace {

/// FNV-1a, 32 bits. DO NOT CHANGE.
std::uint32_t short_hash(std::string_view text) {
    std::uint32_t h = 2166136261U;
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 16777619U;
    return h;
}

std::string fitted(const std::string& name) {
    if (name.size() <= schema::longest_name) return name;
    const std::string tail = fmt::format("_{:08x}", short_hash(name));
    std::size_t length = schema::longest_name - tail.size();
    // Not within a UTF-8 sequence.
    while ((static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U) --length;
    return name.substr(0, length) + tail;
}

}  // namespace

std::string derived_name(const schema::table& t, std::span<const schema::column_index> columns,
                         std::string_view suffix) {
    std::string name = t.name;
    for (const schema::column_index i : columns) name += '_' + t.columns.at(i).name;
    name += fmt::format("_{}", suffix);
    return fitted(name);
}

bool constraint_names::is_taken(std::string_view name) const {
    return std::any_of(taken_.begin(), taken_.end(),
                       [&](const std::string& other) { return equal_ignoring_case(other, name); });
}

std::string constraint_names::take(const std::string& given,
                                   std::span<const schema::column_index> columns,
                                   std::string_view suffix) {
    std::string name = given.empty() ? derived_name(table_, columns, suffix) : given;
    check_identifier("constraint", name);
    if (!given.empty() && is_taken(given))
        raise(error_info{.code = error_code::bad_model,
                         .message = fmt::format("table {} has two constraints or indexes named {}",
                                                table_.name, given),
                         .table = table_.name});
    for (int n = 2; is_taken(name); ++n)
        name = derived_name(table_, columns, fmt::format("{}{}", suffix, n));
    taken_.push_back(name);
    return name;
}

}  // namespace shardwise::sql
