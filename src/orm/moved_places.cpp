// SPDX-License-Identifier: MIT
#include "orm/moved_places.hpp"

#include <algorithm>
#include <unordered_map>

#include "orm/session_state.hpp"

namespace shardwise::orm {

void moved_places::add(const moving_row& row) {
    place p{row.table,
            row.from,
            row_name(row.table->name, row.to.shard, values_of(row.after, row.table->primary_key)),
            {}};
    for (std::size_t i = 0; i < row.before.size(); ++i)
        if (!(row.before[i] == row.after[i]))
            p.before.emplace_back(static_cast<column_index>(i), row.before[i]);
    places_.push_back(std::move(p));
}

void moved_places::forget() noexcept {
    ended_ += places_.size();
    places_.clear();
}

void moved_places::put_back(record& r, const place& p) {
    const model::entity& e = r.table->entity();
    for (const auto& [column, v] : p.before)
        if (const auto mine = e.table.find_column(p.table->columns[column].name))
            e.put(r.object(), *mine, v.view());
    r.shard = p.from;
}

void moved_places::undo(std::uint64_t first, std::vector<record*> of_session) {
    if (count() <= first) return;
    std::unordered_map<std::string, std::vector<std::uint64_t>> moves_to;
    for (std::uint64_t i = first; i < count(); ++i) moves_to[places_[i - ended_].to].push_back(i);
    std::vector<record*> changed;
    for (record* r : of_session) {
        const bool may_have = r->state == object_state::persistent && r->moves_seen > first;
        for (std::uint64_t seen = r->moves_seen; may_have && seen > first;) {
            const auto to = moves_to.find(row_name(*r));
            if (to == moves_to.end()) break;
            const auto later = std::lower_bound(to->second.begin(), to->second.end(), seen);
            if (later == to->second.begin()) break;
            seen = *(later - 1);
            if (changed.empty() || changed.back() != r) {
                changed.push_back(r);
                r->owner->identities.remove(*r);
            }
            put_back(*r, places_[seen - ended_]);
        }
        r->moves_seen = std::min(r->moves_seen, first);
    }
    for (record* r : changed) r->owner->come_back(*r);
    places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(first - ended_), places_.end());
}

}  // namespace shardwise::orm
