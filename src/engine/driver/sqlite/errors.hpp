// SPDX-License-Identifier: MIT
// From SQLite's result codes to shardwise's errors. Free functions, any thread.
#pragma once

#include <sqlite3.h>

#include <string_view>

#include "shardwise/base/error.hpp"

namespace shardwise::engine::sqlite {

/// The error for extended result code `rc`; `text` is sqlite3_errmsg(). SQLite names the columns of
/// a violated constraint ("users.email") instead of the constraint: they become `constraint`.
error_info describe_error(int rc, std::string_view text, std::string_view server);

/// Raises what describe_error says, with the statement that failed.
[[noreturn]] void raise_error(sqlite3* db, int rc, std::string_view server,
                              std::string_view statement);

}  // namespace shardwise::engine::sqlite
