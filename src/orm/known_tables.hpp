// SPDX-License-Identifier: MIT
// The tables of a cluster at one moment, for the SQL parser; they live as long as the cluster.
#pragma once

#include <string_view>
#include <vector>

#include "cluster/core.hpp"
#include "parse/statement_parser.hpp"

namespace shardwise::orm {

class known_tables final : public parse::table_lookup {
public:
    explicit known_tables(const cluster_layer::core& db) : tables_(db.tables()) {}

    const schema::table* find(std::string_view name) const override {
        for (const schema::table* t : tables_)
            if (t->name == name) return t;
        return nullptr;
    }
    std::vector<std::string_view> names() const override {
        std::vector<std::string_view> all;
        for (const schema::table* t : tables_) all.push_back(t->name);
        return all;
    }

private:
    std::vector<const schema::table*> tables_;
};

}  // namespace shardwise::orm
