// SPDX-License-Identifier: MIT
// Where quotes and comments of PostgreSQL's SQL end, for what has to look at text before it is
// parsed. Pure function.
#pragma once

#include <cstddef>
#include <string_view>

namespace shardwise::parse {

/// The place behind the text ('...', E'...', $tag$...$tag$), name ("...") or comment (-- ..., /*
/// ...
/// */, which nest) that begins at `at`; `at` itself when none begins there, npos when it does not
/// end. `at` is not inside of another one.
std::size_t end_of_quoted(std::string_view sql, std::size_t at) noexcept;

/// Of an identifier after its first character.
constexpr bool continues_name(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool starts_name(char c) noexcept { return continues_name(c) && !(c >= '0' && c <= '9'); }

}  // namespace shardwise::parse
