// SPDX-License-Identifier: MIT
#include "model/relation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

namespace shardwise::model {

const relation& make_relation(const relation_description& d) {
    auto r = std::make_unique<relation>();
    r->from = &d.from();
    r->to = &d.to();
    for (std::size_t i = 0; i < d.count; ++i) {
        r->near_columns.push_back(column_at(*r->from, d.near_columns[i]));
        r->far_columns.push_back(column_at(*r->to, d.far_columns[i]));
    }
    r->flags = d.flags;
    if (d.ordered) r->order = column_at(*r->to, d.order);
    r->descending = d.descending;
    return *r.release();
}

std::string relation::name() const {
    const bool inside = has(holds_the_key);
    const entity& holder = inside ? *from : *to;
    std::vector<std::string> key;
    for (const schema::column_index c : inside ? near_columns : far_columns)
        key.push_back(holder.table.columns[c].name);
    return fmt::format("{} -> {} by {}.{}", from->table.name, to->table.name, holder.table.name,
                       fmt::join(key, ", "));
}

}  // namespace shardwise::model
