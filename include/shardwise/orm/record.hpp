// SPDX-License-Identifier: MIT
// A session's record of one object, and ref<E>, the handle that user code holds. Reading is const
// and costs nothing; edit() says that a change is meant. Not thread-safe: a session and everything
// it returns belong to one thread at a time.
#pragma once

#include <cstdint>

#include "shardwise/base/shared.hpp"
#include "shardwise/model/mapping.hpp"

namespace shardwise {

/// The life of an object in a session.
enum class object_state : std::uint8_t {
    pending,     ///< added, not written yet
    persistent,  ///< has a row
    erased,      ///< erase() was called, the row goes with the next flush
    detached,    ///< no longer of a session: after commit of an erase, rollback of an add, detach()
};

namespace orm {

struct record;
void retain(const record* r) noexcept;
void release(const record* r) noexcept;
using record_ptr = shared<record>;

const void* object_of(const record& r) noexcept;
/// Marks the object as changed; keeps a copy of the old values on first use. Throws bad_state for a
/// detached or erased object.
void* edit(record& r);
object_state state_of(const record& r) noexcept;
std::uint16_t shard_of(const record& r) noexcept;

}  // namespace orm

/// One object of a session. Two refs of one session to the same row are equal and share the object.
template <class E>
class ref {
public:
    ref() = default;
    explicit ref(orm::record_ptr r) noexcept : record_(static_cast<orm::record_ptr&&>(r)) {}

    /// False: there is no such object.
    explicit operator bool() const noexcept { return static_cast<bool>(record_); }
    const E* operator->() const noexcept { return static_cast<const E*>(orm::object_of(*record_)); }
    const E& operator*() const noexcept { return *static_cast<const E*>(orm::object_of(*record_)); }
    /// The object for changing it; written by the next flush, changed columns only. Do not keep the
    /// reference beyond that.
    E& edit() const {
        detail::check_written<E>();
        return *static_cast<E*>(orm::edit(*record_));
    }

    object_state state() const noexcept { return orm::state_of(*record_); }
    /// Position of its shard in the cluster: cluster.shard_name(u.shard()).
    std::size_t shard() const noexcept { return orm::shard_of(*record_); }

    const orm::record_ptr& record() const noexcept { return record_; }
    friend bool operator==(const ref& a, const ref& b) noexcept { return a.record_ == b.record_; }

private:
    orm::record_ptr record_;
};

}  // namespace shardwise
