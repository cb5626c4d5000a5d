// SPDX-License-Identifier: MIT
// What differs between the SQL of the engines, as named hooks of one small interface. The compiler
// (sql/compiler.cpp) is shared; a dialect is stateless and has static storage.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema/table.hpp"

namespace shardwise::sql {

struct expr;
struct sql_type;

enum class dialect_kind : std::uint8_t { sqlite, postgres, mariadb };

class dialect {
public:
    virtual ~dialect() = default;
    virtual dialect_kind kind() const noexcept = 0;

    /// Appends the quoted identifier. Names were checked by check_identifier before.
    virtual void identifier(std::string& out, std::string_view name) const = 0;
    /// Appends the place of the n-th parameter (1-based): $n or ?.
    virtual void parameter(std::string& out, int n) const = 0;
    /// Appends the DDL type of a column of a table made by shardwise; `keyed`: part of a primary
    /// key, unique constraint or index (MariaDB cannot index unlimited text).
    virtual void type_name(std::string& out, const schema::column& c, bool keyed) const = 0;
    /// Appends ORDER BY's "x [DESC]" so that NULLs come last ascending and first descending
    /// (`nulls_first` otherwise), with `x` already compiled; `nullable` false: nothing to add.
    virtual void order_term(std::string& out, std::string_view x, bool descending,
                            bool nulls_first, bool nullable) const = 0;
};

const dialect& dialect_for(dialect_kind kind);

/// Throws bad_identifier: empty, not UTF-8, a NUL byte, or longer than 63 bytes (the shortest limit
/// of the three engines). `what` and `name` go into the message.
void check_identifier(std::string_view what, std::string_view name);

}  // namespace shardwise::sql
