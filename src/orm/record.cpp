// SPDX-License-Identifier: MIT
#include "orm/record.hpp"

#include <fmt/format.h>

#include <new>

#include "orm/session_state.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

std::size_t alignment_of(const model::entity& e) {
    return e.alignment > alignof(record) ? e.alignment : alignof(record);
}

std::size_t object_offset(const model::entity& e) {
    const std::size_t alignment = alignment_of(e);
    return (sizeof(record) + alignment - 1) / alignment * alignment;
}

void destroy(record* r) noexcept {
    const model::entity& e = r->table->entity();
    r->forget_values();
    e.destroy(r->object());
    r->~record();
    ::operator delete (static_cast<void*>(r), std::align_val_t{alignment_of(e)});
}

}  // namespace

void* copy_of(const model::entity& e, const void* object) {
    void* const room = ::operator new (e.size, std::align_val_t{e.alignment});
    try {
        e.copy(room, object);
    } catch (...) {
        ::operator delete (room, std::align_val_t{e.alignment});
        throw;
    }
    return room;
}

void forget_copy(const model::entity& e, void*& copy) noexcept {
    if (copy == nullptr) return;
    e.destroy(copy);
    ::operator delete (copy, std::align_val_t{e.alignment});
    copy = nullptr;
}

void* record::object() noexcept {
    return reinterpret_cast<char*>(this) + object_offset(table->entity());
}

void record::remember_original() {
    if (original != nullptr) return;
    original = copy_of(table->entity(), object());
    first_shard = shard;
    first_bucket = bucket;
    if (owner != nullptr) first_moves_seen = owner->moves.count();
}

void record::remember_flushed() {
    void* const now = copy_of(table->entity(), object());
    forget_copy(table->entity(), flushed);
    flushed = now;
}

void record::forget_values() noexcept {
    forget_copy(table->entity(), flushed);
    forget_copy(table->entity(), original);
}

bool record::restore() noexcept {
    if (original == nullptr) return true;
    shard = first_shard;
    bucket = first_bucket;
    moves_seen = first_moves_seen;
    bool done = true;
    try {
        table->entity().assign(object(), original);
    } catch (...) {
        done = false;
    }
    forget_values();
    return done;
}

bool has_unsaved_changes(const record& r) {
    if (!r.edited || r.original == nullptr) return false;
    const void* const known = r.flushed != nullptr ? r.flushed : r.original;
    const model::entity& e = r.table->entity();
    for (std::size_t i = 0; i < e.members.size(); ++i)
        if (!e.equal(r.object(), known, static_cast<column_index>(i))) return true;
    return false;
}

record_ptr make_record(bound_table& table, const void* from) {
    const model::entity& e = table.entity();
    const std::align_val_t alignment{alignment_of(e)};
    void* const room = ::operator new(object_offset(e) + e.size, alignment);
    auto* const r = ::new (room) record;
    r->table = &table;
    try {
        if (from != nullptr) {
            e.copy(r->object(), from);
        } else {
            e.construct(r->object());
        }
    } catch (...) {
        r->~record();
        ::operator delete(room, alignment);
        throw;
    }
    r->references = 1;
    return record_ptr(r);
}

void retain(const record* r) noexcept { ++const_cast<record*>(r)->references; }

void release(const record* shared) noexcept {
    auto* const r = const_cast<record*>(shared);
    if (--r->references != 0) return;
    if (r->owner != nullptr) r->owner->identities.remove(*r);
    destroy(r);
}

const void* object_of(const record& r) noexcept { return r.object(); }

void* edit(record& r) {
    if (r.owner == nullptr || r.state == object_state::erased || r.state == object_state::detached)
        raise({.code = error_code::bad_state,
               .message = fmt::format("edit() of a {} object of {}: it belongs to no session",
                                      r.state == object_state::erased ? "erased" : "detached",
                                      r.table->table().name),
               .table = r.table->table().name});
    const turn in_call(*r.owner, "edit()");
    r.owner->check_may_write();
    if (r.state == object_state::persistent) {
        if (r.listed) r.owner->before_change(r);
        r.remember_original();
        r.edited = true;
        r.owner->list(r);
    }
    return r.object();
}

object_state state_of(const record& r) noexcept { return r.state; }
std::uint16_t shard_of(const record& r) noexcept { return r.shard; }

}  // namespace shardwise::orm
