// SPDX-License-Identifier: MIT
#include "schema/table.hpp"

#include <algorithm>

#include "base/suggestion.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::schema {

std::string_view name_of(strategy_kind kind) noexcept {
    switch (kind) {
        case strategy_kind::hash:
            return "hash";
        case strategy_kind::modulo:
            return "modulo";
        case strategy_kind::range:
            return "range";
        case strategy_kind::list:
            return "list";
        case strategy_kind::directory:
            return "directory";
        case strategy_kind::custom:
            return "custom";
    }
    return "unknown";
}

std::string_view name_of(distribution_kind kind) noexcept {
    switch (kind) {
        case distribution_kind::sharded:
            return "sharded";
        case distribution_kind::colocated:
            return "colocated";
        case distribution_kind::reference:
            return "reference";
    }
    return "unknown";
}

std::optional<column_index> table::bucket_column() const noexcept {
    // It can only be the last one: validate() sees to that.
    if (!columns.empty() && columns.back().generated == generation::bucket)
        return static_cast<column_index>(columns.size() - 1);
    return std::nullopt;
}

std::optional<column_index> table::find_column(std::string_view column_name) const noexcept {
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].name == column_name) return static_cast<column_index>(i);
    return std::nullopt;
}

column_index table::column_at(std::string_view column_name) const {
    if (const auto found = find_column(column_name)) return *found;
    std::vector<std::string_view> known;
    for (const column& c : columns)
        if (c.generated != generation::bucket) known.emplace_back(c.name);
    raise(error_info{.code = error_code::unknown_column,
                     .message = "table '" + name + "' has no column '" + std::string(column_name) +
                                "'" + did_you_mean(column_name, known),
                     .table = name});
}

bool table::primary_key_pins_shard() const noexcept {
    return std::all_of(placed.shard_key.begin(), placed.shard_key.end(), [this](column_index c) {
        return std::find(primary_key.begin(), primary_key.end(), c) != primary_key.end();
    });
}

}  // namespace shardwise::schema
