// SPDX-License-Identifier: MIT
// The result types of expressions and which operands go together (docs/types.md, "Expressions").
// Pure functions; they throw bad_query.
#pragma once

#include <span>
#include <string_view>

#include "sql/ast.hpp"

namespace shardwise::sql {

/// Types of one family can be compared with each other.
enum class type_family : std::uint8_t { boolean, number, text, blob, uuid, date, timestamp, json };

type_family family_of(column_type type) noexcept;
bool is_integer(column_type type) noexcept;

/// Precision of an int64 that PostgreSQL would keep in an int4 (bytes): it decides what SUM makes
/// of it. Columns of integers have 0 and their own type.
inline constexpr std::uint8_t narrow_integer = 4;
/// The same of 16 bits.
inline constexpr std::uint8_t short_integer = 2;
bool is_narrow_integer(const sql_type& t) noexcept;

sql_type type_of_constant(const arg& v);
sql_type type_of_unary(op o, const expr& x);
sql_type type_of_binary(op o, const expr& a, const expr& b);
sql_type type_of_aggregate(aggregate f, const expr* x);
/// As messages call it: "lower()", "||".
std::string_view word_of(function f) noexcept;
sql_type type_of_function(function f, std::span<const expr_ptr> arguments);
sql_type type_of_part(time_unit part, const expr& from, bool truncated);
/// Of CASE, COALESCE, the columns of a UNION: what all of them can be.
sql_type type_of_alternatives(std::string_view what, std::span<const expr_ptr> values);
sql_type type_of_cast(const expr& x, const sql_type& to);
sql_type type_of_window(window_function f, std::span<const expr_ptr> arguments);

/// Throws unless `a` and `b` can be compared; a NULL literal goes with everything. `what` names the
/// operation in the message.
void check_comparable(std::string_view what, const expr& a, const expr& b);
/// Throws unless `x` is a condition (boolean or a NULL literal). `where` names the clause.
void check_condition(std::string_view where, const expr& x);

/// The type in which operands are compared: float64 if one is a float64, else decimal with the
/// largest scale if one is a decimal, else their own. Trailing zeros of constants do not count.
sql_type comparison_type(std::span<const expr_ptr> operands, std::span<const value> constants = {});

/// A divisor that cannot be zero.
bool is_nonzero_constant(const expr& x);

/// The same number with as few fraction digits as possible.
decimal without_trailing_zeros(const decimal& d);

/// Decimal digits of a decimal, its sign and a leading zero not counted.
int digits_of(const decimal& d);

}  // namespace shardwise::sql
