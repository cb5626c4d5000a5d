// SPDX-License-Identifier: MIT
// What a shard's database really has, read from the server's own catalog into one neutral form.
// Stateless; one connection, one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "schema/table.hpp"
#include "sql/dialect.hpp"

namespace shardwise::catalog {

struct found_column {
    std::string name;
    std::string type;  ///< as the server writes it, in lower case: "character varying(20)"
    bool nullable = true;
    bool has_default = false;    ///< an INSERT may leave it out: default, identity, generated
    std::string collation = {};  ///< set when texts that differ can be equal there ('a' and 'A', or
                                 ///< 'a ' in front of blanks): what to say of it in a message
};

struct found_foreign_key {
    std::vector<std::string> columns;
    std::string parent_table;
    std::vector<std::string> parent_columns;  ///< empty: the parent's primary key
    schema::delete_rule on_delete = schema::delete_rule::restrict;
};

struct found_table {
    std::vector<found_column> columns;
    std::vector<std::string> primary_key;
    std::vector<std::vector<std::string>> uniques;  ///< without the primary key, whole columns only
    std::vector<std::vector<std::string>> indexes;  ///< those that are not unique
    std::vector<found_foreign_key> foreign_keys;
};

/// Nothing when there is no such table (on PostgreSQL: in the current schema).
std::optional<found_table> read_table(engine::connection& c, std::string_view name,
                                      const sql::dialect& d, deadline limit);

// By engine; tables that do not exist come out without columns.
found_table read_sqlite_table(engine::connection& c, std::string_view name, const sql::dialect& d,
                              deadline limit);
found_table read_postgres_table(engine::connection& c, std::string_view name, const sql::dialect& d,
                                deadline limit);
found_table read_mariadb_table(engine::connection& c, std::string_view name, const sql::dialect& d,
                               deadline limit);

/// Puts the rows of an index query together: (index, primary, unique, column) in index order. An
/// index over an expression or a part of a column has an empty column name and is left out.
class index_collector {
public:
    explicit index_collector(found_table& into) : into_(into) {}
    ~index_collector() { flush(); }
    index_collector(const index_collector&) = delete;
    index_collector& operator=(const index_collector&) = delete;
    void add(std::string_view index, bool primary, bool unique, std::string_view column);

private:
    void flush();
    found_table& into_;
    std::string name_;
    bool primary_ = false;
    bool unique_ = false;
    bool usable_ = true;
    std::vector<std::string> columns_;
};

/// Puts the rows of a foreign key query together: one for each column, in order.
class foreign_key_collector {
public:
    explicit foreign_key_collector(found_table& into) : into_(into) {}
    void add(std::string_view key, std::string_view parent, schema::delete_rule rule,
             std::string_view column, std::string_view parent_column);

private:
    found_table& into_;
    std::string name_;
};

}  // namespace shardwise::catalog
