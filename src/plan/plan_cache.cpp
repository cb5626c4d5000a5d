// SPDX-License-Identifier: MIT
#include "plan/plan_cache.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "plan/cached_statement.hpp"
#include "plan/planner.hpp"
#include "plan/router.hpp"
#include "shardwise/base/error.hpp"
#include "sql/shape.hpp"

namespace shardwise::plan {
namespace {

using entry_ptr = std::shared_ptr<cached_statement>;

/// Threads that ask for different statements seldom meet.
constexpr std::size_t stripe_count = 8;

/// Some of the shapes, the one used last first.
class stripe {
public:
    /// Empty: not known.
    entry_ptr find(const sql::statement_shape& shape, std::uint64_t hash) {
        const std::lock_guard guard(lock_);
        const auto known = by_hash_.find(hash);
        if (known == by_hash_.end() || !(*known->second)->has(shape)) {
            ++misses_;
            return {};
        }
        ++hits_;
        recent_.splice(recent_.begin(), recent_, known->second);
        return recent_.front();
    }

    /// Of two shapes with one hash the newer one stays.
    void add(entry_ptr fresh, std::uint64_t hash, std::size_t capacity) {
        entry_ptr dropped;  // freed after the lock is
        const std::lock_guard guard(lock_);
        if (const auto known = by_hash_.find(hash); known != by_hash_.end()) {
            dropped = std::exchange(*known->second, std::move(fresh));
            return;
        }
        recent_.push_front(std::move(fresh));
        by_hash_.emplace(hash, recent_.begin());
        if (recent_.size() <= capacity) return;
        dropped = std::move(recent_.back());
        by_hash_.erase(dropped->hash());
        recent_.pop_back();
    }

    void count_in(plan_cache::stats& to) const {
        const std::lock_guard guard(lock_);
        to.shapes += recent_.size();
        to.hits += hits_;
        to.misses += misses_;
    }

private:
    mutable std::mutex lock_;
    std::list<entry_ptr> recent_;
    std::unordered_map<std::uint64_t, std::list<entry_ptr>::iterator> by_hash_;
    std::uint64_t hits_ = 0;
    std::uint64_t misses_ = 0;
};

const directory_entries& no_entries() {
    static const directory_entries none;
    return none;
}

/// The route, or nothing when only planning can say what is wrong or has to be looked up.
template <class Statement>
std::optional<route> route_now(const key_scope& scope, const Statement& s,
                               const cluster_view& view) {
    try {
        routed r = route_within(scope, s, view, no_entries());
        if (!r.pending.empty() || r.where.shards.empty()) return std::nullopt;
        return std::move(r.where);
    } catch (const error&) {
        return std::nullopt;
    }
}

/// nullptr: the statement has to be planned and compiled by itself, which also says best what is
/// wrong with it.
template <class Make>
const cached_version* bound_version(cached_statement& entry, Make make,
                                    const sql::statement_shape& shape, const shard_set& shards,
                                    bound_values& out) {
    try {
        const cached_version* const version = entry.version(shards.size(), make);
        if (version == nullptr || !version->bind(shape.constants(), shards, out)) return nullptr;
        out.text = std::shared_ptr<const prepared_text>(entry.shared_from_this(), &version->text);
        return version;
    } catch (const error&) {
        return nullptr;
    }
}

std::uint64_t address(const cluster_view& view) {
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&view));
}

constexpr std::uint64_t changing = 255;

}  // namespace

struct plan_cache::state {
    std::vector<engine::engine*> endpoints;
    std::size_t capacity;
    std::array<stripe, stripe_count> stripes;

    template <class Statement>
    entry_ptr entry_of(const sql::statement_shape& shape, const Statement& s) {
        const std::uint64_t hash = shape.hash();
        stripe& mine = stripes[hash % stripe_count];
        entry_ptr found = mine.find(shape, hash);
        if (found) return found;
        found = std::make_shared<cached_statement>(shape, hash, s);
        mine.add(found, hash, capacity);
        return found;
    }
};

plan_cache::plan_cache(std::vector<engine::engine*> endpoints, std::size_t capacity)
    : state_(std::make_unique<state>()) {
    state_->endpoints = std::move(endpoints);
    state_->capacity = std::max<std::size_t>(1, capacity / stripe_count);
}

plan_cache::~plan_cache() = default;

std::optional<plan> plan_cache::find(const sql::select_ptr& s, purpose what,
                                     const cluster_view& view) {
    if (s->limit == 0) return std::nullopt;  // nobody is asked
    const std::uint64_t salt[] = {address(view), static_cast<std::uint64_t>(what)};
    const sql::statement_shape shape(*s, salt);
    if (!shape.known()) return std::nullopt;
    const entry_ptr entry = state_->entry_of(shape, *s);
    if (!entry->usable()) return std::nullopt;
    std::optional<route> where = route_now(entry->scope(), *s, view);
    if (!where) return std::nullopt;
    const auto make = [&] {
        planned<plan> p = what == purpose::count ? plan_count(s, view, no_entries())
                                                 : plan_select(s, view, no_entries());
        plan* const full = std::get_if<plan>(&p);
        if (full == nullptr || full->where.shards != where->shards) return cached_version{};
        return version_of(*full, what == purpose::stream, {shape.constants(), state_->endpoints});
    };
    plan out;
    out.bound.emplace();
    out.bound->query = s;
    const cached_version* const version =
        bound_version(*entry, make, shape, where->shards, *out.bound);
    if (version == nullptr) return std::nullopt;
    out.where = std::move(*where);
    out.root = node_ptr(entry, version->root.get());
    return out;
}

std::optional<change_plan> plan_cache::find(const sql::change_ptr& c, const cluster_view& view) {
    const std::uint64_t salt[] = {address(view), changing};
    const sql::statement_shape shape(*c, salt);
    if (!shape.known()) return std::nullopt;
    const entry_ptr entry = state_->entry_of(shape, *c);
    if (!entry->usable()) return std::nullopt;
    std::optional<route> where = route_now(entry->scope(), *c, view);
    if (!where) return std::nullopt;
    const auto make = [&] {
        planned<change_plan> p = plan_change(c, view, no_entries());
        change_plan* const full = std::get_if<change_plan>(&p);
        if (full == nullptr || full->where.shards != where->shards) return cached_version{};
        return version_of(*full, {shape.constants(), state_->endpoints});
    };
    change_plan out;
    out.bound.emplace();
    out.bound->change = c;
    const cached_version* const version =
        bound_version(*entry, make, shape, where->shards, *out.bound);
    if (version == nullptr) return std::nullopt;
    out.where = std::move(*where);
    out.replicated = version->replicated;
    return out;
}

plan_cache::stats plan_cache::statistics() const {
    stats all;
    for (const stripe& s : state_->stripes) s.count_in(all);
    return all;
}

}  // namespace shardwise::plan
