// SPDX-License-Identifier: MIT
#include "ops/batch_lookups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "plan/router.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

using schema::column_index;

std::string taken(const schema::table& owner, const schema::unique_constraint& u) {
    error_info info{.code = error_code::unique_violation,
                    .message = fmt::format("a row of {} with the same values of constraint {} "
                                           "exists already in the cluster",
                                           owner.name, u.name)};
    info.constraint = u.name;
    return reason_of(error(std::move(info)));
}

/// Keys of one constraint (or, with `place` behind the last, of one shard) among those of all.
std::string keyed(std::size_t place, std::string_view values) {
    return fmt::format("{}:{}", place, values);
}

}  // namespace

batch_lookups::batch_lookups(cluster_layer::core& db, const row_maker& rows)
    : db_(db), rows_(rows) {
    const schema::table& owner = rows.table();
    add_own_key(owner.primary_key);
    for (const schema::unique_constraint& u : owner.uniques) {
        if (!schema::needs_lookup(owner, u)) {
            add_own_key(u.columns);
            continue;
        }
        lookup l{&u, &db.table(schema::lookup_name(owner, u)), {}, {}, {}, {}};
        // The header names them all: row_maker has seen to it.
        for (const column_index c : schema::looked_up_columns(owner, u))
            l.sources.push_back(cell_of(c).value());
        for (const schema::column& c : l.table->columns)
            l.columns.push_back({c.name, c.type, c.scale});
        lookups_.push_back(std::move(l));
    }
    std::sort(lookups_.begin(), lookups_.end(),
              [](const lookup& a, const lookup& b) { return a.table->name < b.table->name; });
}

std::optional<std::size_t> batch_lookups::cell_of(column_index c) const {
    const auto& columns = rows_.columns();
    const auto at = std::find_if(columns.begin(), columns.end(), [&](const auto& one) {
        return one.name == rows_.table().columns[c].name;
    });
    if (at == columns.end()) return std::nullopt;
    return static_cast<std::size_t>(at - columns.begin());
}

void batch_lookups::add_own_key(const std::vector<column_index>& columns) {
    own_key key{std::in_place};
    for (const column_index c : columns) {
        const std::optional<std::size_t> cell = cell_of(c);
        if (key && cell)
            key->push_back(*cell);
        else
            key.reset();
    }
    own_keys_.push_back(std::move(key));
}

void batch_lookups::make_entry(lookup& l, std::span<const arg> cells, std::uint32_t row,
                               const plan::cluster_view& view) const {
    std::vector<arg> key;
    const std::size_t width = l.constraint->columns.size();
    for (std::size_t i = 0; i < width; ++i) key.push_back(cells[l.sources[i]]);
    if (std::any_of(key.begin(), key.end(), [](const arg& v) { return v.is_null(); })) return;
    const plan::placement at = plan::place(*l.table, key, view, {}).value();
    const engine::driver& client = db_.endpoint(at.shard).client();
    for (std::size_t i = 0; i < l.sources.size(); ++i)
        if (!cells[l.sources[i]].is_null())
            client.check_storable(cells[l.sources[i]], l.columns[i].type);
    l.entries.push_back({row, at.shard, at.bucket, plan::encode_key(key.data(), key.size())});
}

void batch_lookups::make(row_batch& batch) {
    const auto view = db_.view();
    for (lookup& l : lookups_) {
        l.entries.clear();
        l.refused.clear();
        for (std::uint32_t i = 0; i < batch.rows.size(); ++i) {
            if (batch.rows[i].rejected) continue;
            try {
                make_entry(l, batch.cells_of(i), i, *view);
            } catch (const error& e) {
                if (e.code() != error_code::bad_value && e.code() != error_code::value_not_storable)
                    throw;
                batch.reject_row(i, reason_of(e));
            }
        }
        std::sort(l.entries.begin(), l.entries.end(), [](const entry& a, const entry& b) {
            return std::tie(a.shard, a.values, a.row) < std::tie(b.shard, b.values, b.row);
        });
    }
}

void batch_lookups::load(row_batch& batch, std::vector<shard_loader>& shards) {
    for (lookup& l : lookups_) l.refused.clear();
    for (std::size_t s = 0; s < shards.size(); ++s)
        for (lookup& l : lookups_)
            load_on(shards[s], static_cast<sharding::shard_index>(s), l, batch);
}

void batch_lookups::load_on(shard_loader& shard, sharding::shard_index index, lookup& l,
                            row_batch& batch) {
    std::vector<std::uint32_t> here;  // positions in l.entries
    for (std::uint32_t i = 0; i < l.entries.size(); ++i)
        if (l.entries[i].shard == index && !batch.rows[l.entries[i].row].rejected)
            here.push_back(i);
    std::vector<arg> cells(l.columns.size());
    const bulk_rows what{l.table->name, l.columns, [&](std::uint32_t i) {
                             const entry& e = l.entries[i];
                             const std::span<const arg> row = batch.cells_of(e.row);
                             for (std::size_t c = 0; c < l.sources.size(); ++c)
                                 cells[c] = row[l.sources[c]];
                             cells.back() = arg{static_cast<std::int64_t>(e.bucket)};
                             return std::span<const arg>(cells);
                         }};
    for (const refused_row& r : shard.insert(what, here))
        l.refused.emplace(l.entries[r.index].row,
                          refused_entry{r.index, r.code == error_code::unique_violation
                                                     ? taken(rows_.table(), *l.constraint)
                                                     : r.reason});
}

/// Of a row as its shard sees it.
std::vector<std::string> batch_lookups::own_keys_of(row_batch& batch, std::uint32_t row) const {
    std::vector<std::string> found;
    const std::span<const arg> cells = batch.cells_of(row);
    for (std::size_t k = 0; k < own_keys_.size(); ++k) {
        std::vector<arg> values;
        bool null = false;
        if (own_keys_[k]) {
            for (const std::size_t c : *own_keys_[k]) {
                values.push_back(cells[c]);
                null = null || cells[c].is_null();
            }
        }
        if (!null)
            found.push_back(keyed(
                lookups_.size() + k,
                keyed(batch.rows[row].shard, plan::encode_key(values.data(), values.size()))));
    }
    return found;
}

/// By key: the first row that a database took there, and that is refused for something else.
batch_lookups::holders batch_lookups::holders_of(row_batch& batch,
                                                 const std::set<std::uint32_t>& refused,
                                                 const refusals& own) const {
    holders who;
    const auto hold = [&](std::string key, std::uint32_t row) {
        const auto at = who.emplace(std::move(key), row).first;
        at->second = std::min(at->second, row);
    };
    for (std::size_t l = 0; l < lookups_.size(); ++l)
        for (const entry& e : lookups_[l].entries)
            if (refused.contains(e.row) && !lookups_[l].refused.contains(e.row))
                hold(keyed(l, e.values), e.row);
    for (const std::uint32_t row : refused)
        if (!own.contains(row))
            for (std::string& key : own_keys_of(batch, row)) hold(std::move(key), row);
    return who;
}

/// Why the row cannot be loaded whatever becomes of the refused rows before it.
std::optional<std::string> batch_lookups::certain_reason(row_batch& batch, std::uint32_t row,
                                                         const holders& who,
                                                         const refusals& own) const {
    const auto open = [&](const std::string& key) {
        const auto at = who.find(key);
        return at != who.end() && at->second < row;
    };
    for (std::size_t l = 0; l < lookups_.size(); ++l) {
        const auto why = lookups_[l].refused.find(row);
        if (why == lookups_[l].refused.end()) continue;
        if (!open(keyed(l, lookups_[l].entries[why->second.position].values)))
            return why->second.reason;
    }
    const auto at = own.find(row);
    if (at == own.end()) return std::nullopt;
    const std::vector<std::string> keys = own_keys_of(batch, row);
    if (at->second.code == error_code::unique_violation &&
        std::any_of(keys.begin(), keys.end(), open))
        return std::nullopt;
    return at->second.reason;
}

bool batch_lookups::settle(row_batch& batch, const std::vector<shard_loader>& shards) {
    refusals own;
    std::set<std::uint32_t> refused;
    for (const shard_loader& s : shards)
        for (const refused_row& r : s.refused()) own.emplace(r.index, r);
    for (const auto& [row, r] : own) refused.insert(row);
    for (const lookup& l : lookups_)
        for (const auto& [row, why] : l.refused) refused.insert(row);
    if (refused.empty()) return true;
    const holders who = holders_of(batch, refused, own);
    for (const std::uint32_t row : refused) {
        std::optional<std::string> reason = certain_reason(batch, row, who, own);
        if (!reason) break;  // those behind it may depend on it
        batch.reject_row(row, std::move(*reason));
    }
    return false;
}

}  // namespace shardwise::ops
