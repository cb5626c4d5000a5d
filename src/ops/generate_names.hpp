// SPDX-License-Identifier: MIT
// Names and texts of databases as C++: identifiers, string literals and comments that nothing in
// them can break out of. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace shardwise::ops {

/// A C++ identifier that is `name` when that is one. Other characters become `_`, capitals alone
/// (which may be macros) small letters; keywords get a `_` at their end.
std::string identifier(std::string_view name);

/// identifier(name), with a number at its end when it is taken; then it is.
std::string free_identifier(std::string_view name, std::set<std::string>& taken);

/// Words that stand unqualified in a mapping, or that its base has: no member may be called so.
const std::set<std::string>& words_of_mappings();

/// customers -> customer, countries -> country; the name itself when it is none of English's
/// regular plurals.
std::string singular(std::string_view name);
std::string plural(std::string_view name);

/// "..." with escapes.
std::string string_literal(std::string_view text);

/// One line of a comment without the slashes: no line breaks, control characters and characters
/// that turn the direction of text, no backslash at the end, valid UTF-8, at most 300 bytes.
std::string comment_text(std::string_view text);

/// Whether `name` can be the name of a namespace: a, a::b.
bool is_namespace_name(std::string_view name);

}  // namespace shardwise::ops
