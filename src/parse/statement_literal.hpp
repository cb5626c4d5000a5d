// SPDX-License-Identifier: MIT
// Literals of statements. What a literal means is decided by what it meets: '2011-12-09' beside a
// date column is a date, 1.5 beside a double is a double. Pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "parse/statement_text.hpp"
#include "sql/ast.hpp"

namespace shardwise::parse {

struct literal {
    enum class form : std::uint8_t { null, boolean, integer, fraction, text };
    form what = form::null;
    std::string text;  ///< as written, without quotes; "true" and "false"
};

/// Of an A_Const node. Bit strings are not_supported.
literal literal_of(const statement_text& text, const tree_node& constant);

/// The literal as a value to stand beside values of type `beside`, or by itself (nullptr): text is
/// read as that type, numbers are exact (integers, decimals) unless a double is beside them.
/// Throws bad_query with the place when it cannot be read so.
value value_of(const statement_text& text, const tree_node& at, const literal& l,
               const sql::sql_type* beside);

/// CAST('...' AS type), '...'::type, DATE '...': literals only. Nothing is rounded or cut off.
value value_of_cast(const statement_text& text, const tree_node& cast);

}  // namespace shardwise::parse
