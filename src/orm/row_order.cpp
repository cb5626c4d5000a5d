// SPDX-License-Identifier: MIT
#include "orm/row_order.hpp"

#include <algorithm>
#include <unordered_map>

namespace shardwise::orm {
namespace {

using column_list = std::vector<column_index>;

/// What the row has, or will have when it is inserted.
const void* values_of(const record& r) {
    return r.state == object_state::pending ? r.object() : r.stored();
}

std::uint64_t hash_of_key(const record& r, const column_list& key) {
    std::uint64_t h = 0;
    for (const column_index c : key)
        h = (h ^ hash_of(r.table->entity().get(values_of(r), c))) * 0x9E3779B97F4A7C15ULL;
    return h;
}

bool has_null(const record& r, const column_list& key) {
    return std::any_of(key.begin(), key.end(), [&](column_index c) {
        return r.table->entity().get(values_of(r), c).is_null();
    });
}

bool references(const record& child, const column_list& foreign, const record& parent,
                const column_list& key) {
    const model::entity& e = child.table->entity();
    for (std::size_t i = 0; i < key.size(); ++i)
        if (!same(e.get(values_of(child), foreign[i]), e.get(values_of(parent), key[i])))
            return false;
    return true;
}

column_list columns_named(const schema::table& t, const std::vector<std::string>& names) {
    column_list found;
    for (const std::string& name : names) found.push_back(t.find_column(name).value());
    return found;
}

class graph {
public:
    explicit graph(std::span<record* const> rows)
        : rows_(rows), children_(rows.size()), waits_for_(rows.size()) {}

    void add(const schema::foreign_key& f, const column_list& key) {
        std::unordered_multimap<std::uint64_t, std::size_t> by_key;
        by_key.reserve(rows_.size());
        for (std::size_t i = 0; i < rows_.size(); ++i)
            by_key.emplace(hash_of_key(*rows_[i], key), i);
        for (std::size_t child = 0; child < rows_.size(); ++child) {
            if (has_null(*rows_[child], f.columns)) continue;
            const auto [from, to] = by_key.equal_range(hash_of_key(*rows_[child], f.columns));
            for (auto at = from; at != to; ++at) {
                const std::size_t parent = at->second;
                if (parent == child) continue;  // a row may reference itself
                if (!references(*rows_[child], f.columns, *rows_[parent], key)) continue;
                children_[parent].push_back(child);
                ++waits_for_[child];
                any_ = true;
            }
        }
    }

    std::vector<std::size_t> order() && {
        std::vector<std::size_t> done;
        if (!any_) return done;
        done.reserve(rows_.size());
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (waits_for_[i] == 0) done.push_back(i);
        for (std::size_t next = 0; next < done.size(); ++next)
            for (const std::size_t child : children_[done[next]])
                if (--waits_for_[child] == 0) done.push_back(child);
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (waits_for_[i] != 0) done.push_back(i);
        return done;
    }

private:
    std::span<record* const> rows_;
    std::vector<std::vector<std::size_t>> children_;
    std::vector<std::size_t> waits_for_;
    bool any_ = false;
};

}  // namespace

std::vector<std::size_t> parents_first(std::span<record* const> rows) {
    if (rows.size() < 2) return {};
    const schema::table& t = rows.front()->table->table();
    const auto own = [&](const schema::foreign_key& f) { return f.parent_table == t.name; };
    if (std::none_of(t.foreign_keys.begin(), t.foreign_keys.end(), own)) return {};
    graph g(rows);
    for (const schema::foreign_key& f : t.foreign_keys)
        if (own(f)) g.add(f, columns_named(t, f.parent_columns));
    return std::move(g).order();
}

}  // namespace shardwise::orm
