// SPDX-License-Identifier: MIT
// Text for people: what is safe to print and how wide it is. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

/// Control characters (also those of C1) and bytes that are not UTF-8 as \xNN: a name in a
/// database must not move the cursor or break a line.
std::string printable(std::string_view text);

/// The same, but lines stay lines.
std::string printable_lines(std::string_view text);

/// Columns that printable text takes on a terminal: wide characters two, combining marks none.
std::size_t width_of(std::string_view text);

/// "1,234,567"
std::string grouped(std::int64_t number);

/// user:secret@ after a scheme becomes user:***@, and password=secret password=***. For what users
/// typed at the wrong place; shardwise's own messages hold no passwords.
std::string without_passwords(std::string text);

}  // namespace cli
