// SPDX-License-Identifier: MIT
// From what came over the wire to scalars. Decoding goes by the type the server sent and ends in
// the type that the statement declares: a conversion that would lose anything is a bad_value that
// names the column. Pure functions, any thread.
#pragma once

#include <mysql.h>

#include <string_view>

#include "shardwise/schema/value.hpp"

namespace shardwise::engine::mariadb {

/// Where one column of the current row lies: the bytes without their length prefix.
struct cell {
    const unsigned char* data = nullptr;  ///< nullptr: NULL
    std::size_t size = 0;
};

/// Reads one column of a binary row at `at` and moves `at` behind it.
cell take_cell(enum_field_types type, unsigned char*& at) noexcept;

/// Text, bytes and JSON are views into the cell. `position` is 1-based.
arg decode_binary(const cell& c, const MYSQL_FIELD& field, column_type wanted,
                  std::size_t position);

/// A column of the text protocol.
arg decode_text(std::string_view text, column_type wanted, std::size_t position);

}  // namespace shardwise::engine::mariadb
