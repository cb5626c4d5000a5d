// SPDX-License-Identifier: MIT
#include "orm/key_condition.hpp"

#include <vector>

#include "sql/conditions.hpp"

namespace shardwise::orm {

sql::expr_ptr is_one_of(const schema::table& t, std::span<const schema::column_index> columns,
                        std::span<const arg* const> keys) {
    if (columns.size() == 1) {
        std::vector<arg> values;
        for (const arg* key : keys) values.push_back(key[0]);
        return sql::in_list(sql::column({&t, columns[0], 0}), values.data(), values.size(), false);
    }
    std::vector<sql::expr_ptr> conditions;
    for (const arg* key : keys) conditions.push_back(has_values(t, columns, {key, columns.size()}));
    return sql::any_of(conditions);
}

sql::expr_ptr has_values(const schema::table& t, std::span<const schema::column_index> columns,
                         std::span<const arg> values) {
    sql::expr_ptr all;
    for (std::size_t i = 0; i < columns.size(); ++i)
        all = sql::both(all, sql::equals(sql::column({&t, columns[i], 0}), values[i]));
    return all;
}

std::vector<arg> views_of(const std::vector<value>& values) {
    std::vector<arg> args;
    args.reserve(values.size());
    for (const value& v : values) args.push_back(v.view());
    return args;
}

}  // namespace shardwise::orm
