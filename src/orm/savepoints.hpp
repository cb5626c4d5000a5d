// SPDX-License-Identifier: MIT
// What a session keeps for an open savepoint: the objects that were changed before it and are
// changed again after it, as they were. Objects that are changed for the first time after it need
// nothing here: record::original has their values, and record::listed_since tells when. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "orm/record.hpp"
#include "shardwise/orm/savepoint.hpp"

namespace shardwise::orm {

/// What a handle points to.
struct savepoint_mark {
    std::uint32_t references = 1;
    session_core::state* owner = nullptr;  ///< null: it has ended
    const char* ended_by = "";
};

/// A persistent object, with the values that its row has.
class saved_record {
public:
    explicit saved_record(record& r);
    saved_record(saved_record&& other) noexcept;
    saved_record& operator=(saved_record&&) = delete;
    ~saved_record();

    record& what() const noexcept { return *who_; }
    /// What record::saved_since was.
    std::uint32_t saved_before() const noexcept { return saved_before_; }
    /// False: the assignment failed, the values are undefined.
    bool restore() noexcept;

private:
    record_ptr who_;
    void* values_;
    std::uint32_t saved_before_;
    shard_index shard_;
    bucket_id bucket_;
    std::uint64_t moves_seen_;
    bool had_original_;
    bool had_flushed_;
    bool edited_;
};

struct savepoint_frame {
    savepoint_ptr mark;
    std::uint32_t serial;  ///< grows with each savepoint of the session
    std::uint64_t moves;   ///< how many there were before it
    std::vector<saved_record> saved;
};

}  // namespace shardwise::orm
