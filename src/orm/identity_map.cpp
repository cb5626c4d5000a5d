// SPDX-License-Identifier: MIT
#include "orm/identity_map.hpp"

#include "cluster/bound_table.hpp"
#include "orm/record.hpp"

namespace shardwise::orm {
namespace {

std::uint64_t mix(std::uint64_t h, std::uint64_t v) noexcept {
    h = (h ^ v) * 0x9E3779B97F4A7C15ULL;  // Fibonacci hashing, Knuth vol. 3, 6.4
    return h ^ (h >> 32);
}

bool same_key(const record& r, const bound_table& t, std::span<const arg> key) {
    const model::entity& e = t.entity();
    const void* const object = r.identity();
    std::size_t i = 0;
    for (const schema::column_index c : t.key()) {
        const arg mine = e.get(object, c);
        const arg& other = key[i++];
        if (mine.kind() == kind::integer && other.kind() == kind::integer) {
            if (mine.integer() != other.integer()) return false;
        } else if (!same(mine, other)) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::uint64_t identity_map::hash(const bound_table& t, sharding::shard_index shard,
                                 std::span<const arg> key) noexcept {
    std::uint64_t h = mix(reinterpret_cast<std::uintptr_t>(&t), shard);
    for (const arg& a : key)
        h = mix(h,
                a.kind() == kind::integer ? static_cast<std::uint64_t>(a.integer()) : hash_of(a));
    return h;
}

record* identity_map::find(const bound_table& t, sharding::shard_index shard,
                           std::span<const arg> key, std::uint64_t hash) const {
    if (size_ == 0) return nullptr;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = hash & mask; slots_[i] != nullptr; i = (i + 1) & mask) {
        const record& r = *slots_[i];
        if (r.key_hash == hash && r.table == &t && r.shard == shard && same_key(r, t, key))
            return slots_[i];
    }
    return nullptr;
}

void identity_map::insert(record& r) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = r.key_hash & mask;
    while (slots_[i] != nullptr) i = (i + 1) & mask;
    slots_[i] = &r;
    ++size_;
}

void identity_map::remove(record& r) noexcept {
    if (size_ == 0) return;
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = r.key_hash & mask;
    while (slots_[i] != &r) {
        if (slots_[i] == nullptr) return;
        i = (i + 1) & mask;
    }
    // Backward shift: no tombstones, so a long session does not slow down.
    for (std::size_t next = (i + 1) & mask; slots_[next] != nullptr; next = (next + 1) & mask) {
        const std::size_t home = slots_[next]->key_hash & mask;
        if (((next - home) & mask) >= ((next - i) & mask)) {
            slots_[i] = slots_[next];
            i = next;
        }
    }
    slots_[i] = nullptr;
    --size_;
}

void identity_map::grow() {
    std::vector<record*> wider(slots_.size() * 2, nullptr);
    const std::span<record*> old = slots_;
    wider.swap(many_);  // the old slots live on in `wider` if they were not few_
    slots_ = many_;
    size_ = 0;
    for (record* r : old)
        if (r != nullptr) insert(*r);
}

}  // namespace shardwise::orm
