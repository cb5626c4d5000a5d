// SPDX-License-Identifier: MIT
// AST -> SQL text and bound values, for one dialect. Pure. Values never become part of the text.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "schema/table.hpp"
#include "sql/ast.hpp"
#include "sql/dialect.hpp"

namespace shardwise::sql {

struct typed {
    column_type type = column_type::int64;
    std::uint8_t scale = 0;
};

/// Where the value of a parameter comes from: what it takes to bind the constants of another
/// statement of the same shape (sql/shape.hpp) without compiling it.
struct parameter_source {
    enum class origin : std::uint8_t {
        unknown,   ///< only compiling tells
        shape,     ///< the same for all statements of the shape: LIMIT, OFFSET
        constant,  ///< bind_constant(*literal, as)
        assigned,  ///< bind_assigned(*literal, *table, *column)
    };
    origin from = origin::unknown;
    const value* literal = nullptr;  ///< in the AST that was compiled
    sql_type as;
    const schema::table* table = nullptr;
    const schema::column* column = nullptr;
};

/// Text, the values of its parameters in order and the types of its result columns.
struct compiled {
    std::string text;
    std::vector<value> values;
    std::vector<typed> parameters;
    std::vector<parameter_source> sources;  ///< of `values`
    std::vector<typed> columns;
};

compiled compile(const select& s, const dialect& d);
/// Throws not_supported when `d` cannot set these columns in one statement.
void check_assignments(const change& c, const dialect& d);
/// UPDATE, DELETE, and INSERT ... SELECT without ON CONFLICT and RETURNING.
compiled compile(const change& c, const dialect& d);
/// INSERT of `rows` rows of all columns of c's table, sw_bucket included, with c's ON CONFLICT and
/// RETURNING. The rows' parameters come first; their `values` are NULL and bound by the caller.
compiled compile_rows(const change& c, std::size_t rows, const dialect& d);

/// Text templates of the unit of work, parameters in the order named. Values are bound by the
/// caller: `values` stays empty.
/// INSERT of `rows` rows of all `columns`.
compiled compile_insert(const schema::table& t, std::span<const schema::column_index> columns,
                        std::size_t rows, const dialect& d);
/// UPDATE t SET <columns> WHERE <primary key>: parameters: columns, then key.
compiled compile_update(const schema::table& t, std::span<const schema::column_index> columns,
                        const dialect& d);
/// DELETE FROM t WHERE <primary key>
compiled compile_delete(const schema::table& t, const dialect& d);
/// SELECT of the rows with these values in `key`, locked until the transaction ends (servers only);
/// one int64 column.
compiled compile_lock(const schema::table& t, std::span<const schema::column_index> key,
                      const dialect& d);
/// SELECT <all columns but sw_bucket> FROM t WHERE <primary key>
compiled compile_find(const schema::table& t, const dialect& d);

}  // namespace shardwise::sql
