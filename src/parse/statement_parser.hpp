// SPDX-License-Identifier: MIT
// SQL text -> the runtime AST. The text is PostgreSQL's SQL (libpg-query):
//
//   [WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] (SELECT ...), ...]
//   SELECT [DISTINCT [ON (...)]] *, t.*, expressions [AS name]
//          [FROM t [AS a [(columns)]] | (SELECT ... | VALUES ...) AS a [(columns)] |
//                generate_series(1, 9)
//           [[NATURAL] {INNER | LEFT | RIGHT | FULL} JOIN ... {ON ... | USING (...)} |
//            CROSS JOIN ... | , ...]...]
//          [WHERE ...] [GROUP BY ... | ROLLUP (...) | CUBE (...) | GROUPING SETS (...)]
//          [HAVING ...] [WINDOW w AS (...)]
//          [{UNION | INTERSECT | EXCEPT} [ALL] {SELECT ... | VALUES ...}]...
//          [ORDER BY ... [ASC | DESC] [NULLS FIRST | LAST]] [LIMIT n | ALL] [OFFSET n]
//          [FETCH FIRST n ROWS {ONLY | WITH TIES}]
//   VALUES (expressions), ...
//   INSERT INTO t [AS a] [(columns)] {VALUES (expressions | DEFAULT, ...), ... | SELECT ...}
//          [ON CONFLICT (columns) DO {NOTHING | UPDATE SET column = expression, ... [WHERE ...]}]
//          [RETURNING *, expressions [AS name]]
//   UPDATE t [AS a] SET column = expression, ... [WHERE ...] [RETURNING ...]
//   DELETE FROM t [AS a] [WHERE ...] [RETURNING ...]
//
//   expressions  columns, literals, :name, $1, + - * / % ^ ||, comparisons, also of rows, AND OR
//                NOT, IN (list or SELECT), ANY and ALL of ARRAY[...] and of a SELECT, EXISTS,
//                scalar subqueries, IS [NOT] {NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM}, LIKE
//                and ILIKE [ESCAPE], BETWEEN [SYMMETRIC], EXTRACT, AT TIME ZONE 'UTC', GROUPING,
//                CASE, COALESCE, NULLIF, GREATEST, LEAST, CAST, -> ->> #> #>>, intervals added to
//                dates and timestamps, aggregates [DISTINCT] [ORDER BY] [FILTER], window functions
//                OVER (...), the functions of docs/types.md
//   literals     take the type of what they meet: '2011-12-09' beside a date column is a date
//   names        folded to lower case unless quoted; GROUP BY and ORDER BY know positions and the
//                names of the output, with PostgreSQL's precedence
//   headings     PostgreSQL's: the alias, the column's or the function's name, ?column?
//
// Whatever else PostgreSQL's grammar accepts is refused as not_supported: nothing is ignored. What
// expressions mean is said in docs/types.md. Pure; any number of threads.
#pragma once

#include <span>
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
    std::vector<std::string> headings;  ///< of a SELECT or RETURNING, one for each column
};

/// The value of :name. Parameters are values of the AST: they are bound, never written into SQL.
struct named_value {
    std::string name;
    value is;
};

/// Exactly one statement; `parameters` are also $1, $2, ... Every error has place() "line:column":
/// bad_input (no SQL), bad_query, not_supported, unknown_table, unknown_column.
statement parse_statement(std::string_view sql, const table_lookup& tables,
                          std::span<const named_value> parameters = {});

}  // namespace shardwise::parse
