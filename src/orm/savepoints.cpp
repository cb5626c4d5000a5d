// SPDX-License-Identifier: MIT
#include "orm/savepoints.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "orm/session_state.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {

saved_record::saved_record(record& r)
    : values_(copy_of(r.table->entity(), r.object())),
      saved_before_(r.saved_since),
      shard_(r.shard),
      bucket_(r.bucket),
      moves_seen_(r.owner->moves.count()),
      had_original_(r.original != nullptr),
      had_flushed_(r.flushed != nullptr),
      edited_(r.edited) {
    retain(&r);
    who_ = record_ptr(&r);
}

saved_record::saved_record(saved_record&& other) noexcept
    : who_(std::move(other.who_)),
      values_(std::exchange(other.values_, nullptr)),
      saved_before_(other.saved_before_),
      shard_(other.shard_),
      bucket_(other.bucket_),
      moves_seen_(other.moves_seen_),
      had_original_(other.had_original_),
      had_flushed_(other.had_flushed_),
      edited_(other.edited_) {}

saved_record::~saved_record() {
    if (who_) forget_copy(who_->table->entity(), values_);
}

bool saved_record::restore() noexcept {
    record& r = *who_;
    const model::entity& e = r.table->entity();
    r.saved_since = saved_before_;
    r.edited = edited_;
    r.shard = shard_;
    r.bucket = bucket_;
    r.moves_seen = moves_seen_;
    if (had_original_) {
        forget_copy(e, r.flushed);
    } else {
        r.forget_values();
    }
    try {
        e.assign(r.object(), values_);
    } catch (...) {
        return false;
    }
    if (had_flushed_) r.flushed = std::exchange(values_, nullptr);
    return true;
}

// ---------------------------------------------------------------- of a session

savepoint_ptr session_core::state::open_savepoint() {
    const turn in_call(*this, "savepoint()");
    check_may_write();
    check_no_stream("savepoint()");
    const deadline until = limit();
    flush(ending::keep_open, until);
    auto mark = savepoint_ptr(new savepoint_mark);
    savepoints.reserve(savepoints.size() + 1);
    try {
        transactions.set_savepoint(until);
    } catch (const std::exception& e) {
        fail(e.what());
        throw;
    }
    mark->owner = this;
    savepoints.push_back({mark, ++last_savepoint, moves.count(), {}});
    return mark;
}

std::size_t session_core::state::number_of(const savepoint_mark& m, const char* call) const {
    for (std::size_t i = 0; i < savepoints.size(); ++i)
        if (savepoints[i].mark.get() == &m) return i;
    raise({.code = error_code::bad_state,
           .message = fmt::format("{} of a savepoint that has ended: {}", call, m.ended_by)});
}

void session_core::state::before_change(record& r) {
    if (savepoints.empty() || r.state != object_state::persistent) return;
    savepoint_frame& newest = savepoints.back();
    const bool listed_later = r.listed && r.listed_since >= newest.serial;
    if (listed_later || r.saved_since >= newest.serial) return;
    newest.saved.emplace_back(r);
    r.saved_since = newest.serial;
}

void session_core::state::roll_back_to(const savepoint_mark& m) {
    const std::size_t number = number_of(m, "rollback()");
    end_streams();
    try {
        // Stopped in the middle it would have to fail as a whole: cancel() does not reach it.
        transactions.roll_back_to(number, limit().without_stop());
    } catch (const error& e) {
        error_info info = e.info();
        info.message = fmt::format(
            "the transaction cannot go back to the savepoint and has failed as a whole: {}{}{}",
            e.message(), failure.empty() ? "" : "; the error before was: ", failure);
        lose(info.message, "the transaction has failed as a whole");
        raise(std::move(info));
    } catch (...) {
        lose("no memory while going back to a savepoint", "the transaction has failed as a whole");
        throw;
    }
    undo_since(number);
    savepoints[number].mark->ended_by = "it was rolled back";
    end_savepoints(number, "an outer one was rolled back");
    failure.clear();
    ++epoch;
}

void session_core::state::release_savepoint(const savepoint_mark& m) {
    const std::size_t number = number_of(m, "release()");
    const turn in_call(*this, "release() of a savepoint");
    check_no_stream("release() of a savepoint");
    const deadline until = limit();
    flush(ending::keep_open, until);
    try {
        transactions.release_savepoint(number, until);
        if (number > 0) hand_to_outer(number);
    } catch (const std::exception& e) {
        fail(e.what());
        throw;
    }
    savepoints[number].mark->ended_by = "it was released";
    end_savepoints(number, "an outer one was released");
}

/// What a savepoint keeps for itself, the one around it keeps from now on, unless it knows better.
void session_core::state::hand_to_outer(std::size_t number) {
    savepoint_frame& outer = savepoints[number - 1];
    std::size_t more = 0;
    for (std::size_t i = number; i < savepoints.size(); ++i) more += savepoints[i].saved.size();
    if (outer.saved.capacity() < outer.saved.size() + more)
        outer.saved.reserve(std::max(outer.saved.size() + more, 2 * outer.saved.capacity()));
    for (std::size_t i = number; i < savepoints.size(); ++i) {
        for (saved_record& s : savepoints[i].saved) {
            const record& r = s.what();
            const bool known =
                s.saved_before() >= outer.serial || (r.listed && r.listed_since >= outer.serial);
            if (!known) outer.saved.push_back(std::move(s));
        }
    }
}

void session_core::state::undo_since(std::size_t number) noexcept {
    const std::uint32_t serial = savepoints[number].serial;
    const auto each_saved = [&](auto&& work) {  // the newest first
        for (std::size_t i = savepoints.size(); i-- > number;) {
            auto& saved = savepoints[i].saved;
            for (auto s = saved.rbegin(); s != saved.rend(); ++s) work(*s);
        }
    };
    each_saved([&](saved_record& s) {
        record& r = s.what();
        if (r.owner != this && !r.listed) return;  // detach() is not undone
        identities.remove(r);
        r.deleted = false;
        r.state = s.restore() ? object_state::persistent : object_state::detached;
        if (r.state == object_state::detached) r.owner = nullptr;
    });
    // The list is in the order of time.
    const auto later =
        std::partition_point(changed.begin(), changed.end(),
                             [&](const record_ptr& r) { return r->listed_since < serial; });
    undo_listed(static_cast<std::size_t>(later - changed.begin()));
    each_saved([&](saved_record& s) {
        if (s.what().state == object_state::persistent) come_back(s.what());
    });
    undo_moves(savepoints[number].moves);
}

void session_core::state::end_savepoints(std::size_t first, const char* why) noexcept {
    for (std::size_t i = first; i < savepoints.size(); ++i) {
        savepoint_mark& m = *savepoints[i].mark;
        m.owner = nullptr;
        if (m.ended_by[0] == '\0') m.ended_by = why;
    }
    savepoints.erase(savepoints.begin() + static_cast<std::ptrdiff_t>(first), savepoints.end());
    if (first == 0) transactions.forget_savepoints();
}

// ---------------------------------------------------------------- handles

void retain(const savepoint_mark* m) noexcept { ++const_cast<savepoint_mark*>(m)->references; }
void release(const savepoint_mark* m) noexcept {
    if (--const_cast<savepoint_mark*>(m)->references == 0) delete m;
}

bool is_open(const savepoint_mark& m) noexcept { return m.owner != nullptr; }

namespace {

session_core::state& owner_of(const savepoint_mark& m, const char* call) {
    if (m.owner != nullptr) return *m.owner;
    raise({.code = error_code::bad_state,
           .message = fmt::format("{} of a savepoint that has ended: {}", call, m.ended_by)});
}

}  // namespace

void roll_back_to(savepoint_mark& m) { owner_of(m, "rollback()").roll_back_to(m); }

void release_savepoint(savepoint_mark& m) { owner_of(m, "release()").release_savepoint(m); }

void abandon(savepoint_mark& m) noexcept {
    if (m.owner == nullptr) return;
    try {
        m.owner->roll_back_to(m);
    } catch (...) {  // the session says so at its next call
    }
}

}  // namespace shardwise::orm
