// SPDX-License-Identifier: MIT
#include "orm/key_condition.hpp"

#include <vector>

namespace shardwise::orm {
namespace {

/// As a balanced tree: a chain of hundreds would be too deep.
sql::expr_ptr any_of(std::span<const sql::expr_ptr> conditions) {
    if (conditions.size() == 1) return conditions.front();
    const std::size_t half = conditions.size() / 2;
    return sql::binary(sql::op::disj, any_of(conditions.first(half)),
                       any_of(conditions.subspan(half)));
}

}  // namespace

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
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const sql::expr_ptr equal = sql::binary(sql::op::eq, column(i), sql::constant(key[i]));
            one = one ? sql::binary(sql::op::conj, one, equal) : equal;
        }
        conditions.push_back(one);
    }
    return any_of(conditions);
}

}  // namespace shardwise::orm
