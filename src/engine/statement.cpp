// SPDX-License-Identifier: MIT
#include "engine/statement.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <unordered_map>

namespace shardwise::engine {
namespace {

/// One sequence for all registries: a connection may see statements of several of them.
std::uint64_t next_id() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

template <typename T>
bool same_types(const std::vector<T>& a, const std::vector<T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) {
        return x.type == y.type && x.scale == y.scale;
    });
}

bool same_statement(const statement& a, const statement& b) {
    return a.prepare == b.prepare && a.streaming == b.streaming && a.text == b.text &&
           same_types(a.parameters, b.parameters) && same_types(a.columns, b.columns);
}

std::size_t hash_of(const statement& s) {
    std::size_t h = std::hash<std::string>{}(s.text);
    const auto mix = [&h](std::size_t v) { h = (h ^ v) * 1099511628211U; };
    for (const auto& p : s.parameters) mix(static_cast<std::size_t>(p.type) * 64U + p.scale);
    mix(s.parameters.size());
    for (const auto& c : s.columns) mix(static_cast<std::size_t>(c.type) * 64U + c.scale);
    mix((s.prepare ? 1U : 0U) + (s.streaming ? 2U : 0U));
    return h;
}

}  // namespace

struct statement_registry::state {
    struct entry {
        std::size_t hash;
        statement_ptr interned;
    };
    using order = std::list<entry>;

    std::mutex lock;
    std::size_t capacity;
    order recent;  ///< most recently used first
    std::unordered_multimap<std::size_t, order::iterator> by_hash;

    explicit state(std::size_t most) : capacity(std::max<std::size_t>(most, 1)) {}

    order::iterator find(std::size_t hash, const statement& s) {
        const auto [begin, end] = by_hash.equal_range(hash);
        for (auto it = begin; it != end; ++it)
            if (same_statement(*it->second->interned, s)) return it->second;
        return recent.end();
    }

    void forget_oldest() {
        const auto oldest = std::prev(recent.end());
        const auto [begin, end] = by_hash.equal_range(oldest->hash);
        by_hash.erase(std::find_if(begin, end, [&](const auto& e) { return e.second == oldest; }));
        recent.pop_back();
    }
};

statement_registry::statement_registry(std::size_t capacity)
    : state_(std::make_unique<state>(capacity)) {}

statement_registry::~statement_registry() = default;

statement_ptr statement_registry::intern(statement s) {
    const std::size_t hash = hash_of(s);
    const std::lock_guard guard(state_->lock);
    if (const auto known = state_->find(hash, s); known != state_->recent.end()) {
        state_->recent.splice(state_->recent.begin(), state_->recent, known);
        return known->interned;
    }
    s.id = next_id();
    state_->recent.push_front({hash, std::make_shared<const statement>(std::move(s))});
    state_->by_hash.emplace(hash, state_->recent.begin());
    if (state_->recent.size() > state_->capacity) state_->forget_oldest();
    return state_->recent.front().interned;
}

statement_ptr repeated(statement s) {
    static statement_registry all;
    s.prepare = true;
    return all.intern(std::move(s));
}

}  // namespace shardwise::engine
