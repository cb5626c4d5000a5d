// SPDX-License-Identifier: MIT
// What else a database says about a table than what introspection.hpp compares: defaults, counters,
// computed columns, CHECK texts, and the things that no model can say. For writing a model of
// existing tables. Stateless; one connection, one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "sql/dialect.hpp"

namespace shardwise::catalog {

struct column_details {
    std::string name;
    std::string default_sql = {};  ///< as the server writes it; empty: none
    bool counter = false;          ///< serial, identity, AUTO_INCREMENT, INTEGER PRIMARY KEY
    bool always = false;           ///< an identity that refuses values of the program
    bool computed = false;         ///< written by the database only
};

struct found_check {
    std::string name;  ///< empty: none was given
    std::string sql;   ///< the condition, as the server writes it
};

/// Something that a model cannot say, in the database's words.
struct remark {
    std::string what;        ///< "trigger t_audit", "index on an expression i1"
    std::string definition;  ///< SQL text of the database
};

struct table_details {
    std::vector<column_details> columns;
    std::vector<found_check> checks;
    std::vector<remark> remarks;
    /// Among those that introspection gives as ordinary, by their columns: indexes of another kind,
    /// unique constraints for which NULLs are equal, foreign keys into another schema.
    std::vector<std::vector<std::string>> odd_indexes;
    std::vector<std::vector<std::string>> odd_foreign_keys;
};

table_details read_details(engine::connection& c, std::string_view name, const sql::dialect& d,
                           deadline limit);

struct found_relation {
    std::string name;
    bool is_table = true;  ///< otherwise a view, a foreign table, ...
};
/// Tables and views of the database (PostgreSQL: of the current schema), by name; not those of the
/// library and of the engine, and no partitions of a table.
std::vector<found_relation> list_relations(engine::connection& c, const sql::dialect& d,
                                           deadline limit);

// By engine.
table_details read_sqlite_details(engine::connection& c, std::string_view name,
                                  const sql::dialect& d, deadline limit);
table_details read_postgres_details(engine::connection& c, std::string_view name,
                                    const sql::dialect& d, deadline limit);
table_details read_mariadb_details(engine::connection& c, std::string_view name,
                                   const sql::dialect& d, deadline limit);

/// The CHECK conditions of a CREATE TABLE text, with their names. SQLite has no other list.
std::vector<found_check> checks_in(std::string_view create_table);

}  // namespace shardwise::catalog
