// SPDX-License-Identifier: MIT
// One CREATE TABLE node -> schema::table, and what is added to it later (indexes, the columns that
// REFERENCES leaves out). Used by one thread, while one text is parsed.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "parse/tree_node.hpp"
#include "schema/table.hpp"

namespace shardwise::parse {

/// Throws bad_input unless this RangeVar is a plain table name.
std::string plain_table_name(const tree_node& relation);

class table_builder {
public:
    /// `statement` is a CreateStmt.
    explicit table_builder(const tree_node& statement);

    const schema::table& table() const noexcept { return table_; }
    schema::table take() { return std::move(table_); }

    /// `statement` is an IndexStmt of this table.
    void add_index(const tree_node& statement);

    /// Fills in and checks the parents' columns, once all tables of the text are known.
    void resolve_parents(const std::vector<table_builder>& all);

private:
    struct parent_reference {
        std::size_t foreign_key;
        tree_node node;
    };

    void add_column(const tree_node& definition);
    void add_column_constraint(schema::column& c, const tree_node& constraint);
    void add_table_constraint(const tree_node& constraint);
    void set_primary_key(const tree_node& constraint, std::vector<std::string> columns);
    void add_unique(const tree_node& constraint, std::vector<std::string> columns);
    void add_foreign_key(const tree_node& constraint, std::vector<std::string> columns);
    void add_checks();

    std::vector<schema::column_index> indexes_of(const tree_node& at,
                                                 const std::vector<std::string>& names) const;
    /// The name that was written, else "<table>_<columns>_<kind>", made different by a number.
    std::string constraint_name(const tree_node& at, const std::string& written,
                                const std::vector<std::string>& columns, std::string_view kind);

    schema::table table_;
    std::set<std::string> names_;  ///< of constraints and indexes
    std::set<std::string> null_columns_;
    std::vector<tree_node> checks_;  ///< written out when all columns are known
    std::vector<std::vector<std::string>> check_columns_;
    std::vector<parent_reference> references_;
};

}  // namespace shardwise::parse
