// SPDX-License-Identifier: MIT
// What a session knows of the relations of its objects: the related objects that were read, until
// the next commit or rollback; which children were added to a parent whose key may still change;
// and how often a relation was read for one object at a time. The session owns the objects in here,
// so that parents and children do not keep each other alive. One thread.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "model/relation.hpp"
#include "orm/record.hpp"

namespace shardwise::orm {

/// The values by which the object is related.
std::vector<value> near_key(const model::relation& r, const record& of);

class relation_cache {
public:
    using records = std::vector<record_ptr>;

    /// What was read for this object; nullptr: nothing, or before `epoch`, or with another key than
    /// it has now.
    const records* find(const record& of, const model::relation& r, std::uint64_t epoch) const;
    void put(record& of, const model::relation& r, records found, std::uint64_t epoch);

    struct link {
        record_ptr parent, child;
        const model::relation* by;
        std::vector<value> key;  ///< of the parent, as the child has it
    };
    /// The child's key follows the parent's until both are written, or the child is led elsewhere.
    void follow(const record_ptr& parent, const record_ptr& child, const model::relation& by);
    std::vector<link>& links() noexcept { return links_; }

    /// Counts one more query for one object; returns how many there were.
    std::size_t count_single(const model::relation& r) { return ++singles_[&r]; }

    /// A transaction is over.
    void clear() noexcept;

private:
    struct key {
        const record* of;
        const model::relation* by;  ///< its `rows`
        bool operator==(const key&) const = default;
    };
    struct hash {
        std::size_t operator()(const key& k) const noexcept {
            return std::hash<const void*>{}(k.of) * 31 + std::hash<const void*>{}(k.by);
        }
    };
    struct entry {
        record_ptr of;           ///< so that its address is not another object's
        std::vector<value> key;  ///< it was read with
        records found;
        std::uint64_t epoch;
    };
    std::unordered_map<key, entry, hash> entries_;
    std::vector<link> links_;
    std::unordered_map<const model::relation*, std::size_t> singles_;
};

}  // namespace shardwise::orm
