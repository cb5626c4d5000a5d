// SPDX-License-Identifier: MIT
#include "shardwise/orm/unit_of_work.hpp"

#include <chrono>
#include <random>
#include <thread>

#include "base/backoff.hpp"
#include "base/deadline.hpp"

namespace shardwise::orm {
namespace {

/// Nothing was stored, and it may work in a while.
bool may_pass(const error& e) {
    return e.is_retryable() || e.code() == error_code::shard_unavailable ||
           e.code() == error_code::connect_failed || e.code() == error_code::pool_exhausted;
}

void wait_before(unsigned attempt, const retry_options& o) {
    thread_local std::mt19937_64 random{std::random_device{}()};
    const backoff b{std::chrono::milliseconds(o.first_wait_ms),
                    std::chrono::milliseconds(o.longest_wait_ms)};
    std::this_thread::sleep_for(b.pick(attempt, random()));
}

}  // namespace

retry::retry(cluster& db, const retry_options& options) : db_(db), options_(options) {
    if (options_.session.mode != commit_mode::best_effort) options_.session.traceable = true;
}

/// True: committed; false: aborted. Throws when that is not known in time.
bool retry::ask(const error& failure) {
    const deadline until = deadline::after(std::chrono::milliseconds(options_.in_doubt_ms));
    for (unsigned attempt = 0;; ++attempt) {
        try {
            return db_.outcome_of(failure.info().transaction) == transaction_outcome::committed;
        } catch (const error& e) {
            if (!e.is_in_doubt() || until.passed()) raise(failure.info());
        }
        wait_before(attempt, options_);
    }
}

bool retry::was_committed(const error& failure) {
    if (failure.is_in_doubt()) {
        if (failure.info().transaction.empty()) raise(failure.info());
        if (ask(failure)) return true;
    } else if (!may_pass(failure)) {
        raise(failure.info());
    }
    if (++failed_ >= options_.attempts) raise(failure.info());
    wait_before(failed_ - 1, options_);
    return false;
}

}  // namespace shardwise::orm
