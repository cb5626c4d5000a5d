// SPDX-License-Identifier: MIT
// Steps from the catalog of a database to the text of a model. What the database says comes in as
// plain values; everything here is pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/introspection.hpp"
#include "catalog/table_details.hpp"
#include "schema/table.hpp"
#include "shardwise/cluster/options.hpp"
#include "shardwise/ops/generate.hpp"
#include "sql/dialect.hpp"

namespace shardwise::ops {

/// What a database says.
struct source_table {
    std::string name;
    catalog::found_table found;
    catalog::table_details details;
};
struct source_schema {
    sql::dialect_kind engine = sql::dialect_kind::sqlite;
    std::vector<source_table> tables;  ///< by name
    std::vector<std::string> others;   ///< views and the like, and tables that were not asked for
};

/// What the model will say.
struct draft_table {
    schema::table table;  ///< without sw_bucket; constraints but checks without names
    bool stores_bucket = false;
    std::vector<std::string> missing;  ///< what the mapping does not have
    std::vector<std::string> notes;    ///< worth knowing, nothing is lost
    std::string placement_note;
};
struct draft {
    sql::dialect_kind engine = sql::dialect_kind::sqlite;
    std::vector<draft_table> tables;
    std::vector<left_out> problems;  ///< why there can be no model

    draft_table* find(std::string_view name);
    const draft_table* find(std::string_view name) const;
};

/// The member that keeps a column, or why none does.
struct member_type {
    std::optional<schema::column> column;
    std::string why;   ///< "is numeric without digits; give it some: ALTER TABLE ..."
    std::string note;  ///< worth knowing
};
member_type member_type_of(const catalog::found_column& c, sql::dialect_kind engine, bool json);

/// A default in the portable form of docs/types.md; nothing when it has none.
std::optional<std::string> portable_default(const schema::table& t, const schema::column& c,
                                            std::string_view text, sql::dialect_kind engine);
/// A CHECK condition that means the same on every engine; nothing when it would not.
std::optional<std::string> portable_check(const schema::table& t, std::string_view text,
                                          sql::dialect_kind engine);

/// Tables, keys and constraints; nothing about distribution yet.
draft draft_tables(const source_schema& source);

/// Decides how each table is distributed; `said` wins. Adds to draft::problems.
void distribute(draft& d, const std::vector<cluster_config::table_distribution>& said);

/// The scope of unique constraints, and a check of the whole by the rules of the library. Throws
/// not_supported with all problems.
void finish(draft& d, const std::vector<cluster_config::table_distribution>& said);

/// The header.
generated_model write_model(const draft& d, const source_schema& source,
                            const generate_options& options);

/// All steps behind the reading of the database.
generated_model generate_from(const source_schema& source, const generate_options& options);

}  // namespace shardwise::ops
