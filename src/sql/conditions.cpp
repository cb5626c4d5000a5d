// SPDX-License-Identifier: MIT
#include "sql/conditions.hpp"

namespace shardwise::sql {

expr_ptr both(const expr_ptr& a, const expr_ptr& b) {
    if (!a || !b) return a ? a : b;
    return binary(op::conj, a, b);
}

expr_ptr any_of(std::span<const expr_ptr> conditions) {
    if (conditions.size() == 1) return conditions.front();
    const std::size_t half = conditions.size() / 2;
    return binary(op::disj, any_of(conditions.first(half)), any_of(conditions.subspan(half)));
}

expr_ptr equals(const expr_ptr& column, const arg& v) {
    return v.is_null() ? is_null(column, false) : binary(op::eq, column, constant(v));
}

}  // namespace shardwise::sql
