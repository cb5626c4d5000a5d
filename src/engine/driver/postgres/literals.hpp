// SPDX-License-Identifier: MIT
// Values written into the text of a statement, for COPY (SELECT ...) TO STDOUT, which takes no
// parameters. Everything else binds its values. Pure functions, any thread.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "engine/driver.hpp"

namespace shardwise::engine::postgres {

/// Appends `v` as a constant of the very type that a parameter of `type` is declared with, in
/// parentheses, so that it means the same wherever `$n` may stand. Does not depend on
/// standard_conforming_strings, DateStyle or TimeZone. `v` must have passed check_argument(), and
/// the text must be sent as UTF-8.
void append_literal(std::string& to, const arg& v, column_type type);

/// The SELECT of `s` with literals in the place of `$1`, `$2`, ... Nothing when the text is none
/// that can safely be put between parentheses: no SELECT, more than one statement, comments, dollar
/// quotes, backslashes in plain strings; or when it would become very long.
std::optional<std::string> with_literals(const statement& s, std::span<const arg> args);

}  // namespace shardwise::engine::postgres
