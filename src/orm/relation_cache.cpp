// SPDX-License-Identifier: MIT
#include "orm/relation_cache.hpp"

namespace shardwise::orm {

std::vector<value> near_key(const model::relation& r, const record& of) {
    std::vector<value> values;
    for (const column_index c : r.near_columns) values.emplace_back(r.from->get(of.object(), c));
    return values;
}

const relation_cache::records* relation_cache::find(const record& of, const model::relation& r,
                                                    std::uint64_t epoch) const {
    const auto at = entries_.find(key{&of, r.rows});
    if (at == entries_.end() || at->second.epoch != epoch) return nullptr;
    for (std::size_t i = 0; i < r.near_columns.size(); ++i) {
        const arg now = r.from->get(of.object(), r.near_columns[i]);
        const arg then = at->second.key[i].view();
        if (now.is_null() != then.is_null()) return nullptr;
        if (!now.is_null() && compare(now, then) != 0) return nullptr;
    }
    return &at->second.found;
}

void relation_cache::follow(const record_ptr& parent, const record_ptr& child,
                            const model::relation& by) {
    links_.push_back({parent, child, &by, near_key(by, *parent)});
}

void relation_cache::put(record& of, const model::relation& r, records found, std::uint64_t epoch) {
    retain(&of);
    entries_.insert_or_assign(key{&of, r.rows},
                              entry{record_ptr(&of), near_key(r, of), std::move(found), epoch});
}

void relation_cache::clear() noexcept {
    entries_.clear();
    links_.clear();
}

}  // namespace shardwise::orm
