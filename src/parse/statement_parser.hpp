// SPDX-License-Identifier: MIT
// SQL text -> the runtime AST. The text is PostgreSQL's SQL (libpg-query):
//
//   SELECT [DISTINCT] *, t.*, expressions [AS name]
//          FROM t [AS a] [{INNER | LEFT} JOIN u [AS b] ON ...]...
//          [WHERE ...] [GROUP BY ...] [HAVING ...]
//          [ORDER BY ... [ASC | DESC] [NULLS FIRST | LAST]] [LIMIT n] [OFFSET n]
//   UPDATE t [AS a] SET column = expression, ... [WHERE ...]
//   DELETE FROM t [AS a] [WHERE ...]
//
//   expressions  columns, literals, + - * / %, comparisons, AND OR NOT, IN (list), IS [NOT] NULL,
//                LIKE, BETWEEN, count sum avg min max, count(DISTINCT x), casts of literals
//   literals     take the type of what they meet: '2011-12-09' beside a date column is a date
//   names        folded to lower case unless quoted; GROUP BY and ORDER BY know positions and the
//                names of the output, with PostgreSQL's precedence
//   headings     PostgreSQL's: the alias, the column's or the function's name, ?column?
//
// Whatever else PostgreSQL's grammar accepts is refused as not_supported: nothing is ignored. What
// expressions mean is said in docs/types.md. Pure; any number of threads.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schema/table.hpp"
#include "shardwise/sql/ast.hpp"

namespace shardwise::parse {

/// The tables that statements may name. They outlive the statements that are parsed with them.
class table_lookup {
public:
    /// nullptr: there is no such table.
    virtual const schema::table* find(std::string_view name) const = 0;
    /// All of them, for "did you mean". Views into the lookup or its tables.
    virtual std::vector<std::string_view> names() const = 0;

protected:
    ~table_lookup() = default;
};

struct statement {
    std::variant<sql::select_ptr, sql::change_ptr> parsed;
    std::vector<std::string> headings;  ///< of a SELECT, one for each column
};

/// Exactly one statement. Every error has place() "line:column": bad_input (no SQL), bad_query,
/// not_supported, unknown_table, unknown_column.
statement parse_statement(std::string_view sql, const table_lookup& tables);

}  // namespace shardwise::parse
