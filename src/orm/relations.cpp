// SPDX-License-Identifier: MIT
// The calls of a session about relations. Related is what the databases say and what the session
// has changed since: both sides are computed from the foreign keys of the objects, so that they
// cannot disagree.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <map>
#include <unordered_set>

#include "orm/reading.hpp"
#include "orm/relation_loader.hpp"
#include "orm/session_state.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

using records = std::vector<record_ptr>;

bool refers_to(const record& of, const model::relation& r, const record& other) {
    for (std::size_t i = 0; i < r.near_columns.size(); ++i) {
        const arg mine = r.from->get(of.object(), r.near_columns[i]);
        const arg theirs = r.to->get(other.object(), r.far_columns[i]);
        if (mine.is_null() || theirs.is_null() || compare(mine, theirs) != 0) return false;
    }
    // A pending object's shard is not known before it is flushed.
    const bool same_shard = r.has(model::stays_on_shard) && !r.to->table.is_reference() &&
                            !r.from->table.is_reference() &&
                            other.state == object_state::persistent;
    return !same_shard || of.shard == other.shard;
}

bool is_there(const record& r) {
    return r.state == object_state::pending || r.state == object_state::persistent;
}

int compare_values(const arg& a, const arg& b) {
    if (a.is_null() || b.is_null())  // NULLs last
        return static_cast<int>(a.is_null()) - static_cast<int>(b.is_null());
    return compare(a, b);
}

void sort(records& all, const model::relation& r) {
    std::sort(all.begin(), all.end(), [&r](const record_ptr& a, const record_ptr& b) {
        const model::entity& e = *r.to;
        if (r.order) {
            const int c =
                compare_values(e.get(a->object(), *r.order), e.get(b->object(), *r.order));
            if (c != 0) return r.descending ? c > 0 : c < 0;
        }
        for (const column_index k : e.table.primary_key)
            if (const int c = compare_values(e.get(a->object(), k), e.get(b->object(), k)); c != 0)
                return c < 0;
        return a->shard < b->shard;
    });
}

row_set_ptr as_rows(records all) {
    auto rows = shared<row_set>(new row_set);
    rows->rows = all.size();
    rows->records = std::move(all);
    return published(std::move(rows));
}

void check_belongs(const session_core::state& s, const record& r, const char* call) {
    if (r.owner == &s && is_there(r)) return;
    raise({.code = error_code::bad_state,
           .message = fmt::format("{} with an object of {} that is erased, detached or of another "
                                  "session",
                                  call, r.table->table().name),
           .table = r.table->table().name});
}

[[noreturn]] void refuse_to_load(const model::relation& r, const call_place& at,
                                 const std::string& why) {
    raise(
        {.code = error_code::not_loaded,
         .message = fmt::format("the relation {} {} ({}:{}): read it with the list of objects, by "
                                "include() or load(objects, relation)",
                                r.name(), why, at.file, at.line),
         .table = r.from->table.name});
}

/// A query for one object: many of them are the N+1 pattern.
void check_single(session_core::state& s, const model::relation& r, const call_place& at) {
    if (r.has(model::raises_on_load)) refuse_to_load(r, at, "is not to be read one by one");
    const lazy_loading& rule = s.options.lazy;
    const std::size_t times = s.relations.count_single(r);
    if (rule.singles == lazy_loading::policy::allow || times <= rule.few) return;
    if (rule.singles == lazy_loading::policy::refuse)
        refuse_to_load(r, at, fmt::format("was read one by one for {} objects", times));
    if (times != rule.few + 1) return;  // said once
    const repeated_load what{r.name(), at.file, at.line, times};
    if (rule.on_repeat != nullptr) return rule.on_repeat(rule.context, what);
    std::fputs(fmt::format("shardwise: {}:{} reads the relation {} one by one, {} queries by now: "
                           "read it with the list of objects, by include() or load(objects, "
                           "relation)\n",
                           what.file, what.line, what.relation, what.queries)
                   .c_str(),
               stderr);
}

}  // namespace

// ---------------------------------------------------------------- the state's part

records session_core::state::changed_objects(const model::entity& e) const {
    records all;
    for (const record_ptr& p : changed)
        if (&p->table->entity() == &e && is_there(*p)) all.push_back(p);
    return all;
}

records session_core::state::related_now(const record& of, const model::relation& r,
                                         const records& changed_ones) const {
    records all;
    if (const records* const read = relations.find(of, r, epoch))
        for (const record_ptr& p : *read)
            if (p->owner == this && is_there(*p) && refers_to(of, r, *p)) all.push_back(p);
    const auto known = static_cast<std::ptrdiff_t>(all.size());
    for (const record_ptr& p : changed_ones)
        if (refers_to(of, r, *p) &&
            std::find(all.begin(), all.begin() + known, p) == all.begin() + known)
            all.push_back(p);
    sort(all, r);
    return all;
}

void session_core::state::load_eagerly(const model::entity& e, records objects, deadline until) {
    for (const auto& of : e.relations) {
        if (objects.empty()) return;
        const model::relation& r = of();
        if (!r.has(model::loads_eagerly)) continue;
        relation_loader loader(*this, r, until);
        loader.prepare(objects);
        load_eagerly(*r.to, loader.load(), until);
    }
}

void session_core::state::follow_parents() {
    const auto led_elsewhere = [](const relation_cache::link& l) {
        if (l.child->state != object_state::pending || l.parent->state != object_state::pending)
            return true;
        for (std::size_t i = 0; i < l.key.size(); ++i)
            if (!(value(l.by->to->get(l.child->object(), l.by->far_columns[i])) == l.key[i]))
                return true;
        return false;
    };
    std::erase_if(relations.links(), led_elsewhere);
    // Parents stand before their children: those were added to them.
    for (relation_cache::link& l : relations.links()) {
        take_keys(*l.by, *l.parent, l.child->object());
        l.key = near_key(*l.by, *l.parent);
    }
}

/// Level by level, so that a level costs one query per relation and shard; nothing is marked before
/// all is known.
void session_core::state::erase_with_children(record& r, deadline until) {
    retain(&r);
    records level{record_ptr(&r)};
    records all;
    std::unordered_set<const record*> seen{&r};
    while (!level.empty()) {
        all.insert(all.end(), level.begin(), level.end());
        records next;
        for (record_ptr& child : cascaded(level, until))
            if (seen.insert(child.get()).second) next.push_back(std::move(child));
        level = std::move(next);
    }
    for (const record_ptr& p : all) mark_erased(*p);
}

records session_core::state::cascaded(const records& parents, deadline until) {
    std::map<const model::entity*, records> by_entity;
    for (const record_ptr& p : parents) by_entity[&p->table->entity()].push_back(p);
    records children;
    for (const auto& [e, same] : by_entity) {
        for (const auto& of : e->relations) {
            const model::relation& down = of();
            if (!down.has(model::cascades_erase)) continue;
            records stored;
            std::copy_if(same.begin(), same.end(), std::back_inserter(stored),
                         [](const record_ptr& p) { return p->state == object_state::persistent; });
            relation_loader loader(*this, down, until);
            loader.prepare(stored);
            loader.load();
            const records changed_ones = changed_objects(*down.to);
            for (const record_ptr& p : same)
                for (record_ptr& child : related_now(*p, down, changed_ones))
                    children.push_back(std::move(child));
        }
    }
    return children;
}

void take_keys(const model::relation& r, const record& of, void* other) {
    const model::entity& child = *r.to;
    for (std::size_t i = 0; i < r.near_columns.size(); ++i)
        child.put(other, r.far_columns[i], r.from->get(of.object(), r.near_columns[i]));
    // Rows that live together have the shard key of their group, too.
    if (!r.has(model::stays_on_shard) || child.table.is_reference() || r.from->table.is_reference())
        return;
    const auto& mine = r.from->table.placed.shard_key;
    const auto& theirs = child.table.placed.shard_key;
    for (std::size_t i = 0; i < mine.size() && i < theirs.size(); ++i)
        if (std::find(r.far_columns.begin(), r.far_columns.end(), theirs[i]) == r.far_columns.end())
            child.put(other, theirs[i], r.from->get(of.object(), mine[i]));
}

// ---------------------------------------------------------------- calls

bool session_core::has_loaded(const record& of, const model::relation& r,
                              const model::relation* beyond) const {
    const state& s = *state_;
    if (s.relations.find(of, r, s.epoch) == nullptr) return false;
    if (beyond == nullptr) return true;
    const records links = s.related_now(of, r, s.changed_objects(*r.to));
    return std::all_of(links.begin(), links.end(),
                       [&](const record_ptr& link) { return has_loaded(*link, *beyond); });
}

row_set_ptr session_core::related(const record_ptr& of, const model::relation& r,
                                  const call_place& at) {
    state& s = *state_;
    const turn in_call(s, "load()");
    check_belongs(s, *of, "load()");
    if (s.relations.find(*of, r, s.epoch) == nullptr) {
        const deadline until = s.limit();
        relation_loader loader(s, r, until);
        loader.prepare({&of, 1});
        if (!loader.ready()) check_single(s, r, at);
        s.load_eagerly(*r.to, loader.load(), until);
    }
    records all = s.related_now(*of, r, s.changed_objects(*r.to));
    if (!r.has(model::gives_many) && all.size() > 1)
        raise({.code = error_code::many_rows,
               .message = fmt::format("the relation {} leads to one row, and there are {}: its "
                                      "foreign key is not unique",
                                      r.name(), all.size()),
               .table = r.to->table.name});
    return as_rows(std::move(all));
}

row_set_ptr session_core::related_of_links(const row_set& links, const model::relation& target,
                                           const call_place& at) {
    state& s = *state_;
    const deadline until = s.limit();
    relation_loader loader(s, target, until);
    loader.prepare(links.records);
    if (!loader.ready()) check_single(s, target, at);
    s.load_eagerly(*target.to, loader.load(), until);
    return all_related(links, target);
}

void session_core::load_related(const row_set& of, const model::relation& r) {
    state& s = *state_;
    const turn in_call(s, "load()");
    for (const record_ptr& p : of.records) check_belongs(s, *p, "load()");
    const deadline until = s.limit();
    relation_loader loader(s, r, until);
    loader.prepare(of.records);
    s.load_eagerly(*r.to, loader.load(), until);
}

row_set_ptr session_core::all_related(const row_set& of, const model::relation& r) {
    const records changed_ones = state_->changed_objects(*r.to);
    records all;
    for (const record_ptr& p : of.records)
        for (record_ptr& other : state_->related_now(*p, r, changed_ones))
            all.push_back(std::move(other));
    // Several objects may belong to one.
    std::sort(all.begin(), all.end(), [](const record_ptr& a, const record_ptr& b) {
        return std::less<>{}(a.get(), b.get());
    });
    all.erase(std::unique(all.begin(), all.end()), all.end());
    sort(all, r);
    return as_rows(std::move(all));
}

row_set_ptr rows_of(const records& objects) { return as_rows(objects); }

record_ptr session_core::add_related(const record_ptr& of, const model::relation& r, void* object) {
    check_belongs(*state_, *of, "add_to()");
    take_keys(r, *of, object);
    record_ptr child = add(*r.to, object);
    if (of->state == object_state::pending) state_->relations.follow(of, child, r);
    return child;
}

void session_core::take_key(const model::relation& r, void* object, const record& other) const {
    check_belongs(*state_, other, "add_to()");
    for (std::size_t i = 0; i < r.near_columns.size(); ++i)
        r.from->put(object, r.near_columns[i], r.to->get(other.object(), r.far_columns[i]));
}

void session_core::assign(record& of, const model::relation& r, const record* other) {
    check_belongs(*state_, of, "assign()");
    if (other != nullptr) check_belongs(*state_, *other, "assign()");
    if (other != nullptr && refers_to(of, r, *other)) return;
    for (const column_index c : r.near_columns)
        if (other == nullptr && !r.from->table.columns[c].nullable)
            raise({.code = error_code::bad_state,
                   .message = fmt::format("{}.{} cannot be NULL: the object of {} belongs to "
                                          "somebody; erase it, or give it to another one",
                                          r.from->table.name, r.from->table.columns[c].name,
                                          r.from->table.name),
                   .table = r.from->table.name});
    void* const object = edit(of);
    for (std::size_t i = 0; i < r.near_columns.size(); ++i)
        r.from->put(object, r.near_columns[i],
                    other != nullptr ? r.to->get(other->object(), r.far_columns[i]) : arg{});
}

void session_core::remove_related(const record& of, const model::relation& r, record& other) {
    check_belongs(*state_, of, "remove_from()");
    check_belongs(*state_, other, "remove_from()");
    if (!refers_to(of, r, other))
        raise({.code = error_code::bad_state,
               .message = fmt::format("remove_from(): the object of {} does not belong to this "
                                      "object of {}",
                                      r.to->table.name, r.from->table.name),
               .table = r.to->table.name});
    if (r.has(model::erases_orphans)) return erase(other);
    for (const column_index c : r.far_columns)
        if (!r.to->table.columns[c].nullable)
            raise({.code = error_code::bad_state,
                   .message = fmt::format("remove_from(): {}.{} cannot be NULL; erase the object, "
                                          "or tag the relation erase_orphans",
                                          r.to->table.name, r.to->table.columns[c].name),
                   .table = r.to->table.name});
    void* const object = edit(other);
    for (const column_index c : r.far_columns) r.to->put(object, c, arg{});
}

std::size_t session_core::erase_links(const record_ptr& of, const model::relation& links,
                                      const model::relation& target, const record& other,
                                      const call_place& at) {
    check_belongs(*state_, other, "remove_from()");
    std::size_t erased = 0;
    const row_set_ptr found = related(of, links, at);
    for (const record_ptr& link : found->records) {
        if (!refers_to(*link, target, other)) continue;
        erase(*link);
        ++erased;
    }
    return erased;
}

}  // namespace shardwise::orm
