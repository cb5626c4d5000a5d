// SPDX-License-Identifier: MIT
#include "orm/moving_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "plan/routing.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {

std::vector<key_link> links_between(std::span<const schema::table* const> tables) {
    std::vector<key_link> links;
    for (const schema::table* child : tables) {
        for (const schema::foreign_key& f : child->foreign_keys) {
            const auto parent = std::find_if(tables.begin(), tables.end(), [&](const auto* t) {
                return t->name == f.parent_table;
            });
            if (parent == tables.end() || (*parent)->is_reference()) continue;
            key_link link{*parent, child, f.columns, {}};
            for (const std::string& name : f.parent_columns)
                link.parent_columns.push_back((*parent)->column_at(name));
            links.push_back(std::move(link));
        }
    }
    return links;
}

std::vector<arg> values_of(const std::vector<value>& row, std::span<const column_index> columns) {
    std::vector<arg> values;
    for (const column_index c : columns) values.push_back(row[c].view());
    return values;
}

std::string encoded(const std::vector<arg>& key) {
    return plan::encode_key(key.data(), key.size());
}

std::string row_name(std::string_view table, shard_index shard, const std::vector<arg>& key) {
    std::string name{table};
    name += '\0';
    name += std::to_string(shard) + '\0' + encoded(key);
    return name;
}

std::string row_name(const record& r) {
    std::vector<arg> key;
    for (const column_index c : r.table->key())
        key.push_back(r.table->entity().get(r.identity(), c));
    return row_name(r.table->table().name, r.shard, key);
}

bool moving_row::key_changed() const {
    const auto differs = [&](column_index c) { return !(before[c] == after[c]); };
    const auto& key = table->primary_key;
    const auto& place = table->placed.shard_key;
    return std::any_of(key.begin(), key.end(), differs) ||
           std::any_of(place.begin(), place.end(), differs);
}

void moving_row::give(column_index c, const arg& v) {
    after[c] = value(v);
    sources[c] = origin::given;
}

std::pair<std::size_t, bool> moving_rows::add(const schema::table& t, shard_index from,
                                              std::span<const arg> cells) {
    std::vector<value> row;
    for (const arg& a : cells) row.emplace_back(a);
    const auto [at, fresh] =
        known_.emplace(row_name(t.name, from, values_of(row, t.primary_key)), rows_.size());
    if (!fresh) return {at->second, false};
    moving_row& r = rows_.emplace_back();
    r.table = &t;
    r.from = r.to.shard = from;
    r.before = row;
    r.after = std::move(row);
    r.sources.resize(t.columns.size(), moving_row::origin::stored);
    return {rows_.size() - 1, true};
}

void moving_rows::link(std::size_t parent, std::size_t child, const key_link& by) {
    edges_.push_back({parent, child, &by});
    rows_[parent].linked = rows_[child].linked = true;
}

namespace {

[[noreturn]] void refuse(const moving_row& child, const moving_row& parent, const char* why) {
    raise(
        {.code = error_code::shard_key_change,
         .message = fmt::format("a row of {} refers to a row of {} whose shard key is changed, and "
                                "cannot go with it: {}; let it refer to another row, or to none, "
                                "before",
                                child.table->name, parent.table->name, why),
         .table = child.table->name});
}

[[noreturn]] void refuse_two_places(const moving_row& child, const moving_row& parent) {
    refuse(child, parent, "another row that it refers to stays, or goes to another place");
}

/// Whether the value is another one than before.
bool take(moving_row& child, column_index c, const moving_row& parent, column_index theirs) {
    using origin = moving_row::origin;
    if (child.sources[c] == origin::given) return false;  // somebody has said where it belongs
    const value& v = parent.after[theirs];
    if (child.after[c] == v) return false;
    if (child.sources[c] == origin::followed) refuse_two_places(child, parent);
    child.sources[c] = origin::followed;
    child.after[c] = v;
    return true;
}

}  // namespace

bool moving_rows::take_over(const edge& e) {
    if (e.parent == e.child) return false;
    const moving_row& parent = rows_[e.parent];
    moving_row& child = rows_[e.child];
    if (parent.erased || child.erased) return false;
    const auto& mine = child.table->placed.shard_key;
    const auto& theirs = parent.table->placed.shard_key;
    bool changed = false;
    for (std::size_t k = 0; k < mine.size(); ++k) {
        const bool moves = !(parent.before[theirs[k]] == parent.after[theirs[k]]);
        if (!moves || child.sources[mine[k]] == moving_row::origin::given) continue;
        if (!(child.before[mine[k]] == parent.before[theirs[k]]))
            refuse(child, parent, "it has another shard key and only happens to be on its shard");
        changed = take(child, mine[k], parent, theirs[k]) || changed;
    }
    for (std::size_t i = 0; i < e.by->columns.size(); ++i)
        changed = take(child, e.by->columns[i], parent, e.by->parent_columns[i]) || changed;
    return changed;
}

void moving_rows::follow() {
    std::vector<std::vector<std::size_t>> below(rows_.size());
    std::deque<std::size_t> waiting;
    for (std::size_t i = 0; i < edges_.size(); ++i) {
        below[edges_[i].parent].push_back(i);
        waiting.push_back(i);
    }
    // Ends: each value is taken over once.
    for (; !waiting.empty(); waiting.pop_front()) {
        const edge& e = edges_[waiting.front()];
        if (take_over(e))
            waiting.insert(waiting.end(), below[e.child].begin(), below[e.child].end());
    }
    for (const edge& e : edges_) check(e);
}

/// Who has followed one parent has not left another one behind.
void moving_rows::check(const edge& e) const {
    const moving_row& parent = rows_[e.parent];
    const moving_row& child = rows_[e.child];
    if (parent.erased || child.erased) return;
    const auto left = [&](column_index mine, column_index theirs) {
        return child.sources[mine] == moving_row::origin::followed &&
               !(child.after[mine] == parent.after[theirs]);
    };
    const auto& key = child.table->placed.shard_key;
    bool apart = false;
    for (std::size_t k = 0; k < key.size(); ++k)
        apart = apart || left(key[k], parent.table->placed.shard_key[k]);
    for (std::size_t i = 0; i < e.by->columns.size(); ++i)
        apart = apart || left(e.by->columns[i], e.by->parent_columns[i]);
    if (apart) refuse_two_places(child, parent);
}

std::vector<std::size_t> moving_rows::parents_first(const schema::table& t) const {
    std::vector<std::vector<std::size_t>> children(rows_.size());
    std::vector<std::size_t> waits_for(rows_.size(), 0);
    for (const edge& e : edges_) {
        if (e.parent == e.child || rows_[e.parent].table != &t || rows_[e.child].table != &t)
            continue;
        children[e.parent].push_back(e.child);
        ++waits_for[e.child];
    }
    std::vector<std::size_t> done;
    for (std::size_t i = 0; i < rows_.size(); ++i)
        if (rows_[i].table == &t && waits_for[i] == 0) done.push_back(i);
    for (std::size_t next = 0; next < done.size(); ++next)
        for (const std::size_t child : children[done[next]])
            if (--waits_for[child] == 0) done.push_back(child);
    for (std::size_t i = 0; i < rows_.size(); ++i)  // circles: the database judges them
        if (rows_[i].table == &t && waits_for[i] != 0) done.push_back(i);
    return done;
}

}  // namespace shardwise::orm
