// SPDX-License-Identifier: MIT
#include "parse/ddl_parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggestion.hpp"
#include "parse/raw_tree.hpp"
#include "parse/table_builder.hpp"

namespace shardwise::parse {

namespace {

class schema_reader {
public:
    void read(const tree_node& statement) {
        const std::string kind = statement.kind();
        if (kind == "CreateStmt") return create_table(statement.inner());
        if (kind == "IndexStmt") return create_index(statement.inner());
        statement.refuse(
            fmt::format("only CREATE TABLE and CREATE INDEX can stand here, not {}: "
                        "remove the statement",
                        kind));
    }

    std::vector<schema::table> take() {
        for (table_builder& b : builders_) b.resolve_parents(builders_);
        std::vector<schema::table> tables;
        for (table_builder& b : builders_) tables.push_back(b.take());
        return tables;
    }

private:
    std::vector<table_builder>::iterator find(const std::string& name) {
        return std::find_if(builders_.begin(), builders_.end(),
                            [&](const table_builder& b) { return b.table().name == name; });
    }

    void create_table(const tree_node& statement) {
        const tree_node relation = statement.child("relation");
        if (find(plain_table_name(relation)) != builders_.end())
            relation.refuse(
                fmt::format("table \"{}\" is created twice", plain_table_name(relation)));
        builders_.emplace_back(statement);
    }

    void create_index(const tree_node& statement) {
        const tree_node relation = statement.child("relation");
        const std::string name = plain_table_name(relation);
        const auto table = find(name);
        if (table == builders_.end()) {
            std::vector<std::string_view> known;
            for (const table_builder& b : builders_) known.push_back(b.table().name);
            relation.refuse(
                fmt::format("there is no table \"{}\" above this index{}: create it "
                            "first",
                            name, did_you_mean(name, known)));
        }
        table->add_index(statement);
    }

    std::vector<table_builder> builders_;
};

}  // namespace

std::vector<schema::table> parse_tables(std::string_view sql, std::string_view file_name) {
    const source_text source(sql, file_name);
    const nlohmann::json statements = raw_statements(source);
    schema_reader reader;
    for (const nlohmann::json& statement : statements) {
        const std::size_t start =
            source.first_word(statement.value("stmt_location", std::size_t{0}));
        reader.read({source, statement.at("stmt"), start});
    }
    return reader.take();
}

}  // namespace shardwise::parse
