// SPDX-License-Identifier: MIT
// Pieces that the dialects share. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "shardwise/schema/types.hpp"
#include "sql/dialect.hpp"

namespace shardwise::sql::dialects {

/// Appends `text` between two `mark`s, with each mark inside doubled.
void quote(std::string& out, std::string_view text, char mark);
/// Appends two lower-case digits for each byte.
void hex(std::string& out, std::string_view bytes);
void hex(std::string& out, const uuid& id);

const dialect& sqlite() noexcept;
const dialect& postgres() noexcept;
const dialect& mariadb() noexcept;

}  // namespace shardwise::sql::dialects
