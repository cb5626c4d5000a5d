// SPDX-License-Identifier: MIT
#include "catalog/introspection.hpp"

namespace shardwise::catalog {

std::optional<found_table> read_table(engine::connection& c, std::string_view name,
                                      const sql::dialect& d, deadline limit) {
    found_table t;
    switch (d.kind()) {
        case sql::dialect_kind::sqlite:
            t = read_sqlite_table(c, name, d, limit);
            break;
        case sql::dialect_kind::postgres:
            t = read_postgres_table(c, name, d, limit);
            break;
        case sql::dialect_kind::mariadb:
            t = read_mariadb_table(c, name, d, limit);
            break;
    }
    if (t.columns.empty()) return {};
    return t;
}

void index_collector::add(std::string_view index, bool primary, bool unique,
                          std::string_view column) {
    if (index != name_) flush();
    name_ = index;
    primary_ = primary;
    unique_ = unique;
    if (column.empty()) usable_ = false;
    columns_.emplace_back(column);
}

void index_collector::flush() {
    if (!columns_.empty() && usable_) {
        if (primary_)
            into_.primary_key = columns_;
        else
            (unique_ ? into_.uniques : into_.indexes).push_back(columns_);
    }
    columns_.clear();
    usable_ = true;
}

void foreign_key_collector::add(std::string_view key, std::string_view parent,
                                schema::delete_rule rule, std::string_view column,
                                std::string_view parent_column) {
    if (into_.foreign_keys.empty() || name_ != key) {
        into_.foreign_keys.push_back({{}, std::string(parent), {}, rule});
        name_ = key;
    }
    into_.foreign_keys.back().columns.emplace_back(column);
    if (!parent_column.empty())
        into_.foreign_keys.back().parent_columns.emplace_back(parent_column);
}

}  // namespace shardwise::catalog
