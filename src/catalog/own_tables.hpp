// SPDX-License-Identifier: MIT
// The library's own tables in each shard's database, and short statements over them. The names of
// tables and columns are persisted in users' databases: DO NOT CHANGE. Constant data and values.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "schema/table.hpp"
#include "sql/dialect.hpp"

namespace shardwise::catalog {

inline constexpr std::string_view identity_table_name = "shardwise_identity";  // DO NOT CHANGE
inline constexpr std::string_view catalog_table_name = "shardwise_catalog";    // DO NOT CHANGE
inline constexpr std::string_view worker_table_name = "shardwise_worker";      // DO NOT CHANGE
inline constexpr std::string_view directory_prefix = "shardwise_directory_";   // DO NOT CHANGE

/// A column as definitions and statements of own tables name it.
struct own_column {
    std::string_view name;
    column_type type;
    std::uint32_t length = 0;
};
/// The first column is the key.
schema::table own_table(std::string_view name, std::span<const own_column> columns);

/// One row: which cluster this database belongs to, and which shard of it this is.
const schema::table& identity_table();
/// Models and shard maps, by key.
const schema::table& catalog_table();
/// Leases of worker numbers for cluster-wide ids.
const schema::table& worker_table();
/// Where the keys of a directory group live: columns k0, k1, ... and bucket. A group whose name is
/// too long for the prefix has a digest of it in its table's name.
schema::table directory_table(const schema::table& root);
std::string directory_table_name(std::string_view group);

/// CREATE TABLE IF NOT EXISTS; two processes may do it at once (databases answer the slower one
/// with various errors, so it is tried again).
void create_own_table(engine::connection& c, const schema::table& t, const sql::dialect& d,
                      deadline limit);

/// INSERT of one row; a value for each column. Returns the affected rows.
std::int64_t insert_own_row(engine::connection& c, std::string_view table,
                            std::span<const own_column> columns, std::span<const value> values,
                            const sql::dialect& d, deadline limit);

/// Whether the database (on PostgreSQL: its current schema) has a table of this name.
bool table_exists(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit);

/// Text and bound values of one statement, put together piece by piece:
///   own_statement(d).raw("SELECT ").name("key").raw(" FROM ")...
class own_statement {
public:
    explicit own_statement(const sql::dialect& d) : dialect_(d) {}

    own_statement& raw(std::string_view sql);
    own_statement& name(std::string_view identifier);
    /// "a", "b", "c"
    own_statement& names(std::span<const std::string_view> identifiers);
    own_statement& bind(const arg& v, column_type type, std::uint8_t scale = 0);
    own_statement& bind(std::string_view v) { return bind(arg{v}, column_type::text); }
    own_statement& bind(std::int64_t v) { return bind(arg{v}, column_type::int64); }
    /// The types of the result, for SELECT.
    own_statement& gives(std::initializer_list<column_type> types);

    /// Returns the affected rows.
    std::int64_t run(engine::connection& c, deadline limit,
                     const std::function<void(std::span<const arg>)>& on_row = {});

private:
    const sql::dialect& dialect_;
    engine::statement statement_;
    std::vector<value> values_;
};

}  // namespace shardwise::catalog
