// SPDX-License-Identifier: MIT
#include "orm/key_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace shardwise::orm {
std::string key_text(const schema::table& t, std::span<const arg> primary_key) {
    std::string text;
    for (std::size_t i = 0; i < primary_key.size(); ++i)
        text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", t.columns[t.primary_key[i]].name,
                            to_display(primary_key[i]));
    return text;
}

std::string key_among(std::span<const std::string> keys, std::size_t most) {
    const auto named = keys.first(std::min(most, keys.size()));
    std::string text = fmt::format("the object's key: {}", fmt::join(named, " or "));
    if (keys.size() > named.size()) text += fmt::format(" or {} more", keys.size() - named.size());
    return text;
}

}  // namespace shardwise::orm
