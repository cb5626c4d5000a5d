// SPDX-License-Identifier: MIT
// Runs a unit of work, again where that helps, and applies it exactly once:
//
//     sw::run_unit(db, [&](sw::session& s) {
//         s.get<Account>(1).edit().balance -= 10;
//         s.get<Account>(2).edit().balance += 10;
//     });
//
// Each attempt gets a session of its own, so `work` must read what it needs inside. It is run again
// after errors that may go away (serialization failures, deadlocks, lock time-outs, lost
// connections, shards that are down), and after a commit whose answer was lost only when it is
// known that nothing of it was stored. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "shardwise/base/error.hpp"
#include "shardwise/orm/session.hpp"

namespace shardwise {

struct retry_options {
    unsigned attempts = 10;
    std::int64_t first_wait_ms = 10;  ///< doubled for each further attempt, with jitter
    std::int64_t longest_wait_ms = 1'000;
    /// How long the outcome of a commit in doubt is asked for.
    std::int64_t in_doubt_ms = 30'000;
    session_options session{};
};

namespace orm {

/// Decides after each failed attempt.
class retry {
public:
    retry(cluster& db, const retry_options& options);
    /// Commits leave a row that tells how they have ended.
    const session_options& for_sessions() const noexcept { return options_.session; }
    /// True: the failed attempt is committed all the same. False, after a while: try again. Throws
    /// `failure` when neither is so.
    bool was_committed(const error& failure);

private:
    bool ask(const error& failure);

    cluster& db_;
    retry_options options_;
    unsigned failed_ = 0;
};

}  // namespace orm

/// The result of `work` of the attempt that was committed; void is fine, too.
template <class Work>
auto run_unit(cluster& db, Work&& work, const retry_options& options = {}) {
    using result = std::invoke_result_t<Work&, session&>;
    orm::retry next(db, options);
    if constexpr (std::is_void_v<result>) {
        for (;;) {
            try {
                session s(db, next.for_sessions());
                work(s);
                s.commit();
                return;
            } catch (const error& failure) {
                if (next.was_committed(failure)) return;
            }
        }
    } else {
        for (;;) {
            std::optional<result> done;
            try {
                session s(db, next.for_sessions());
                done.emplace(work(s));
                s.commit();
                return std::move(*done);
            } catch (const error& failure) {
                if (next.was_committed(failure)) return std::move(*done);
            }
        }
    }
}

}  // namespace shardwise
