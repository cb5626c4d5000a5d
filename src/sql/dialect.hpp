// SPDX-License-Identifier: MIT
// What differs between the SQL of the engines, as named hooks of one small interface. The compiler
// (sql/compiler.cpp) is shared; a dialect is stateless and has static storage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "schema/table.hpp"

namespace shardwise::sql {

enum class dialect_kind : std::uint8_t { sqlite, postgres, mariadb };

/// Differences that are a word or a yes/no. A row of this table for each engine.
struct dialect_traits {
    std::string_view name;             ///< for messages
    std::string_view byte_collation;   ///< appended to text that is sorted, grouped or compared by
                                       ///< MIN/MAX, so that all engines use byte order
    std::string_view like_collation;   ///< appended to LIKE's pattern: case-sensitive everywhere
    std::string_view like_escape;      ///< ESCAPE clause that says backslash in every SQL mode
    std::string_view double_type;      ///< target of CAST
    std::string_view divide_integers;  ///< truncating division
    std::string_view no_limit;         ///< what stands before OFFSET when there is no LIMIT
    std::size_t max_parameters;
    bool guards_zero_divisor;     ///< a zero divisor raises: NULLIF makes it NULL
    bool scaled_decimals;         ///< decimals are kept as integers times 10^scale
    bool numbered_parameters;     ///< $n: one parameter may stand at several places
    bool narrow_arithmetic;       ///< int16 + int16 is an int16 and may overflow
    bool sequential_assignments;  ///< SET a = b, b = a reads the new a
    bool literal_limits;  ///< for LIMIT $1 PostgreSQL's generic plan supposes a tenth of the rows
                          ///< and looks dear: it would plan the statement anew each time
};

class dialect {
public:
    virtual ~dialect() = default;
    virtual dialect_kind kind() const noexcept = 0;
    virtual const dialect_traits& traits() const noexcept = 0;

    /// Appends the quoted identifier. Names were checked by check_identifier before. Throws
    /// bad_identifier for a name that this engine cannot keep.
    virtual void identifier(std::string& out, std::string_view name) const = 0;
    /// Appends the place of the n-th parameter (1-based): $n or ?.
    virtual void parameter(std::string& out, int n) const = 0;
    /// Appends the DDL type of a column of a table made by shardwise; `keyed`: part of a primary
    /// key, unique constraint, foreign key or index (MariaDB cannot index unlimited text).
    virtual void type_name(std::string& out, const schema::column& c, bool keyed) const = 0;
    /// Appends ORDER BY's "x [DESC]" so that NULLs come last ascending and first descending
    /// (`nulls_first` otherwise), with `x` already compiled; `nullable` false: nothing to add.
    /// Returns how often `x` was written: its parameters must be bound that often.
    virtual int order_term(std::string& out, std::string_view x, bool descending, bool nulls_first,
                           bool nullable) const = 0;
    /// Appends `v` as a literal of a column of c's type, for DEFAULT clauses only: values of
    /// statements are bound. `v` fits the column and is not NULL.
    virtual void literal(std::string& out, const arg& v, const schema::column& c) const = 0;
};

/// The largest number of parameters that one statement may have.
std::size_t max_parameters(const dialect& d) noexcept;

const dialect& dialect_for(dialect_kind kind);

/// A name in SQL text as sessions take it: "a ""b""".
std::string quoted_name(std::string_view name);

/// Throws bad_identifier: empty, not UTF-8, a NUL byte, or longer than 63 bytes (the shortest limit
/// of the three engines). `what` and `name` go into the message.
void check_identifier(std::string_view what, std::string_view name);

}  // namespace shardwise::sql
