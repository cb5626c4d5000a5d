// SPDX-License-Identifier: MIT
// A savepoint of a session's transaction, over all of its shards: session.savepoint(). Belongs to
// the thread of its session. It may outlive the session: then it has ended.
#pragma once

#include "shardwise/base/shared.hpp"

namespace shardwise {

namespace orm {

struct savepoint_mark;
void retain(const savepoint_mark* m) noexcept;
void release(const savepoint_mark* m) noexcept;
using savepoint_ptr = shared<savepoint_mark>;

bool is_open(const savepoint_mark& m) noexcept;
void roll_back_to(savepoint_mark& m);
void release_savepoint(savepoint_mark& m);
/// roll_back_to() without a word: what cannot be undone has made the whole transaction fail.
void abandon(savepoint_mark& m) noexcept;

}  // namespace orm

/// One that is neither released nor rolled back when it goes out of scope is rolled back, so that
/// an exception undoes what was done since. Rolling back, or releasing, also ends the savepoints
/// that were made after it; commit() and rollback() of the session end all of them.
class [[nodiscard]] savepoint {
public:
    explicit savepoint(orm::savepoint_ptr mark) noexcept
        : mark_(static_cast<orm::savepoint_ptr&&>(mark)) {}
    savepoint(savepoint&&) noexcept = default;
    savepoint(const savepoint&) = delete;
    savepoint& operator=(const savepoint&) = delete;
    ~savepoint() {
        if (mark_) orm::abandon(*mark_);
    }

    /// False after its end, whatever has ended it.
    bool active() const noexcept { return mark_ && orm::is_open(*mark_); }
    /// Undoes what was done since, in the databases and in the objects, and ends it. After an error
    /// of a server the session is usable again. Throws bad_state when it has ended already, and
    /// what a shard says that cannot go back to it: then the whole transaction has failed, and only
    /// rollback() of the session is possible.
    void rollback() { orm::roll_back_to(*mark_); }
    /// flush(), then ends it; what was done since stays, until commit(). Throws bad_state when it
    /// has ended already, and what flush() throws: then it is still there to be rolled back.
    void release() { orm::release_savepoint(*mark_); }

private:
    orm::savepoint_ptr mark_;
};

}  // namespace shardwise
