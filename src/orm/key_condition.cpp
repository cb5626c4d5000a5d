// SPDX-License-Identifier: MIT
#include "orm/key_condition.hpp"

#include <vector>

#include "sql/conditions.hpp"

namespace shardwise::orm {

sql::expr_ptr is_one_of(const schema::table& t, std::span<const schema::column_index> columns,
                        std::span<const arg* const> keys) {
    const auto column = [&](std::size_t i) { return sql::column({&t, columns[i], 0}); };
    if (columns.size() == 1) {
        std::vector<arg> values;
        for (const arg* key : keys) values.push_back(key[0]);
        return sql::in_list(column(0), values.data(), values.size(), false);
    }
    std::vector<sql::expr_ptr> conditions;
    for (const arg* key : keys) {
        sql::expr_ptr one;
        for (std::size_t i = 0; i < columns.size(); ++i)
            one = sql::both(one, sql::binary(sql::op::eq, column(i), sql::constant(key[i])));
        conditions.push_back(one);
    }
    return sql::any_of(conditions);
}

}  // namespace shardwise::orm
