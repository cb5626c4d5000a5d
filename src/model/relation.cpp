// SPDX-License-Identifier: MIT
#include "model/relation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <mutex>

namespace shardwise::model {
namespace {

const relation* first_like(const relation& r) {
    static std::mutex mutex;
    static std::vector<const relation*> known;
    const std::lock_guard guard(mutex);
    const auto same = [&r](const relation* k) {
        return k->from == r.from && k->to == r.to && k->near_columns == r.near_columns &&
               k->far_columns == r.far_columns && k->has(stays_on_shard) == r.has(stays_on_shard);
    };
    const auto found = std::find_if(known.begin(), known.end(), same);
    if (found != known.end()) return *found;
    known.push_back(&r);
    return &r;
}

}  // namespace

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
    r->rows = first_like(*r);
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
