// SPDX-License-Identifier: MIT
#include "orm/lookup_row.hpp"

#include <algorithm>
#include <numeric>

namespace shardwise::orm {

bool has_lookup_row(const schema::unique_constraint& u, std::span<const arg> row) {
    return std::none_of(u.columns.begin(), u.columns.end(),
                        [&](column_index c) { return row[c].is_null(); });
}

lookup_row lookup_row_of(session_core::state& s, const schema::table& owner,
                         const schema::unique_constraint& u, std::span<const arg> row,
                         deadline until) {
    const schema::table& lookup = s.db.table(schema::lookup_name(owner, u));
    std::vector<arg> cells;
    for (const column_index c : schema::looked_up_columns(owner, u)) cells.push_back(row[c]);
    const std::span<const arg> values = std::span<const arg>(cells).first(u.columns.size());
    const plan::placement at = s.place(lookup, values, until);
    lookup_row out{&lookup, at.shard, {}};
    for (const arg& a : cells) out.cells.emplace_back(a);
    out.cells.emplace_back(arg{static_cast<std::int64_t>(at.bucket)});
    return out;
}

std::vector<column_index> columns_of_lookup(const schema::table& lookup) {
    std::vector<column_index> columns(lookup.columns.size() - 1);
    std::iota(columns.begin(), columns.end(), column_index{0});
    return columns;
}

sql::change_ptr insert_into_lookup(const schema::table& lookup) {
    const std::vector<column_index> columns = columns_of_lookup(lookup);
    return sql::make_insert(lookup, columns.data(), columns.size());
}

}  // namespace shardwise::orm
