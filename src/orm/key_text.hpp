// SPDX-License-Identifier: MIT
// Primary keys for the details of errors. They are values of users: never in error::what().
#pragma once

#include <span>
#include <string>

#include "schema/table.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise::orm {

/// "house = 1, kind = gas".
std::string key_text(const schema::table& t, std::span<const arg> primary_key);

/// Enough to find the object by hand.
inline constexpr std::size_t most_named_keys = 16;
/// "the object's key: id = 7 or id = 8 or 3 more", of one or several objects of which it is one.
std::string key_among(std::span<const std::string> keys, std::size_t most = most_named_keys);

}  // namespace shardwise::orm
