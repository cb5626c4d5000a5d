// SPDX-License-Identifier: MIT
#include "orm/relation_loader.hpp"

#include <algorithm>
#include <map>

#include "exec/held_memory.hpp"
#include "orm/key_condition.hpp"
#include "orm/reading.hpp"
#include "plan/rules/merge_rows.hpp"

namespace shardwise::orm {
namespace {

/// Keys of one statement: few enough for every server and for plans that are found again.
std::size_t most_keys(const model::relation& r) { return r.far_columns.size() == 1 ? 500 : 100; }

int compare_keys(const std::vector<value>& a, const std::vector<value>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (const int c = compare(a[i].view(), b[i].view()); c != 0) return c;
    return 0;
}

bool has_null(const std::vector<value>& key) {
    return std::any_of(key.begin(), key.end(), [](const value& v) { return v.view().is_null(); });
}

}  // namespace

relation_loader::relation_loader(session_core::state& s, const model::relation& r, deadline until)
    : s_(s),
      r_(r),
      target_(s.bind(*r.to)),
      until_(until),
      at_home_(r.has(model::stays_on_shard) && !r.to->table.is_reference() &&
               !r.from->table.is_reference()) {}

void relation_loader::prepare(std::span<const record_ptr> objects) {
    const auto known = [&](const record_ptr& p) {
        return s_.relations.find(*p, r_, s_.epoch) != nullptr;
    };
    if (std::all_of(objects.begin(), objects.end(), known)) return;
    if (s_.options.autoflush) s_.flush(session_core::state::ending::keep_open, until_);
    for (const record_ptr& p : objects) {
        if (known(p)) continue;
        owner o{p.get(), near_key(r_, *p), {}};
        if (has_null(o.key)) {
            s_.relations.put(*p, r_, {}, s_.epoch);
        } else if (record* const target = known_target(o)) {
            retain(target);
            s_.relations.put(*p, r_, {record_ptr(target)}, s_.epoch);
        } else {
            owners_.push_back(std::move(o));
        }
    }
    // Equal keys are asked for once (at home: on each shard), and rows find those that they belong
    // to.
    std::sort(owners_.begin(), owners_.end(), [](const owner& a, const owner& b) {
        if (const int c = compare_keys(a.key, b.key); c != 0) return c < 0;
        if (a.object->shard != b.object->shard) return a.object->shard < b.object->shard;
        return std::less<>{}(a.object, b.object);
    });
    const auto same = [](const owner& a, const owner& b) { return a.object == b.object; };
    owners_.erase(std::unique(owners_.begin(), owners_.end(), same), owners_.end());
}

std::vector<record_ptr> relation_loader::load() {
    std::vector<owner*> owners;
    for (owner& o : owners_)
        if (owners.empty() || compare_keys(owners.back()->key, o.key) != 0 ||
            (at_home_ && owners.back()->object->shard != o.object->shard))
            owners.push_back(&o);
    if (at_home_)
        ask_home_shards(owners);
    else
        ask_everywhere(owners);
    for (owner& o : owners_) s_.relations.put(*o.object, r_, std::move(o.found), s_.epoch);
    owners_.clear();
    return std::move(read_);
}

/// The session has the object already: nobody has to be asked.
record* relation_loader::known_target(const owner& o) {
    if (!r_.has(model::holds_the_key) || !std::equal(r_.far_columns.begin(), r_.far_columns.end(),
                                                     target_.key().begin(), target_.key().end()))
        return nullptr;
    shard_index shard = 0;  // of reference tables
    if (!target_.table().is_reference()) {
        if (!r_.has(model::stays_on_shard)) return nullptr;
        shard = o.object->shard;
    }
    std::vector<arg> key;
    for (const value& v : o.key) key.push_back(v.view());
    record* const known =
        s_.identities.find(target_, shard, key, identity_map::hash(target_, shard, key));
    const bool current = known != nullptr && known->state != object_state::erased &&
                         (known->read_at == s_.epoch || known->state == object_state::pending);
    return current ? known : nullptr;
}

/// One statement for each shard, at the same time: each with the keys of its own objects.
void relation_loader::ask_home_shards(const std::vector<owner*>& owners) {
    std::map<shard_index, std::vector<owner*>> by_shard;
    for (owner* o : owners) by_shard[o->object->shard].push_back(o);
    const std::size_t most = most_keys(r_);
    for (std::size_t from = 0;; from += most) {
        plan::plan all;
        plan::scatter parts;
        for (const auto& [shard, list] : by_shard) {
            if (list.size() <= from) continue;
            const std::size_t n = std::min(most, list.size() - from);
            const sql::select_ptr q = query(std::span(list).subspan(from, n));
            parts.parts.push_back({shard, q});
            all.where.shards.push_back(shard);
        }
        if (parts.parts.empty()) return;
        const sql::select& any = *parts.parts.front().query;
        all.root = plan::make_node(std::move(parts), plan::columns_of(any));
        read(all);
    }
}

void relation_loader::ask_everywhere(const std::vector<owner*>& owners) {
    const std::size_t most = most_keys(r_);
    for (std::size_t from = 0; from < owners.size(); from += most) {
        const std::size_t n = std::min(most, owners.size() - from);
        const sql::select_ptr q = query(std::span(owners).subspan(from, n));
        const plan::plan p = s_.make_plan(q, plan::plan_cache::purpose::rows, until_);
        check_reach(s_, p, q, {}, until_);
        read(p);
    }
}

sql::select_ptr relation_loader::query(std::span<owner* const> owners) const {
    const schema::table& t = r_.to->table;
    std::vector<std::vector<arg>> keys;
    std::vector<const arg*> firsts;
    for (const owner* o : owners) firsts.push_back(keys.emplace_back(views_of(o->key)).data());
    return sql::add_where(sql::make_select(t, nullptr, 0), is_one_of(t, r_.far_columns, firsts));
}

void relation_loader::read(const plan::plan& p) {
    row_set rows;
    exec::held_memory held(s_.limits());
    read_rows(s_, p, how_to_run(s_, until_, &held), {rows, &target_});
    for (const record_ptr& r : rows.records) hand_out(r);
    read_.insert(read_.end(), rows.records.begin(), rows.records.end());
}

/// By the values that it has now: a change that is not written yet may have led it to another one.
void relation_loader::hand_out(const record_ptr& r) {
    std::vector<value> key;
    for (const column_index c : r_.far_columns) key.emplace_back(r_.to->get(r->object(), c));
    if (has_null(key)) return;
    const auto first = std::lower_bound(
        owners_.begin(), owners_.end(), key,
        [](const owner& o, const std::vector<value>& k) { return compare_keys(o.key, k) < 0; });
    for (auto o = first; o != owners_.end() && compare_keys(o->key, key) == 0; ++o)
        if (!at_home_ || o->object->shard == r->shard) o->found.push_back(r);
}

}  // namespace shardwise::orm
