// SPDX-License-Identifier: MIT
// Which names tables, columns and constraints may have, so that they work on every engine. Pure
// functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace shardwise::schema {

/// PostgreSQL's limit, the shortest of the three engines, in bytes.
inline constexpr std::size_t longest_name = 63;

/// What is wrong with `name` as an identifier, to be put behind its mention: "is empty". Empty when
/// nothing is.
std::string_view fault_of_name(std::string_view name) noexcept;

/// Taken by shardwise or by an engine: tables and indexes ...
bool is_reserved_object(std::string_view name) noexcept;
/// ... and columns (PostgreSQL has hidden ones in every table).
bool is_reserved_column(std::string_view name) noexcept;

}  // namespace shardwise::schema
