// SPDX-License-Identifier: MIT
#include "engine/pool.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "shardwise/base/error.hpp"

namespace shardwise::engine {
namespace {

/// For cleaning a connection that comes back dirty, and for asking an old one whether it lives.
constexpr std::chrono::milliseconds clean_up_time{1'000};

/// A few nanoseconds cheaper than steady_clock::now(), a few milliseconds late: the same epoch.
pool::clock::time_point coarse_now() noexcept {
#ifdef CLOCK_MONOTONIC_COARSE
    timespec now{};
    if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) == 0)
        return pool::clock::time_point(std::chrono::seconds(now.tv_sec) +
                                       std::chrono::nanoseconds(now.tv_nsec));
#endif
    return pool::clock::now();
}

/// The processor that this thread runs on just now; 0 where nobody tells.
int processor() noexcept {
#ifdef __linux__
    return std::max(sched_getcpu(), 0);
#else
    return 0;
#endif
}

/// False: close it.
bool clean(connection& c) noexcept {
    const deadline limit = deadline::after(clean_up_time);
    try {
        if (c.pending() > 0) {
            c.cancel();
            if (!c.discard(limit)) return false;
        }
        if (c.in_transaction()) run(c, "ROLLBACK", limit);
        return c.pending() == 0 && !c.in_transaction();
    } catch (...) {
        return false;
    }
}

bool answers(connection& c, deadline limit) noexcept {
    try {
        statement ping;
        ping.text = "SELECT 1";
        ping.columns = {{column_type::int32, 0}};
        ping.prepare = false;
        run(c, ping, {}, earlier(limit, deadline::after(clean_up_time)));
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace

// --- lease

lease::lease(lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      connection_(std::move(other.connection_)),
      poisoned_(std::exchange(other.poisoned_, false)) {}

lease& lease::operator=(lease&& other) noexcept {
    if (this == &other) return *this;
    release();
    pool_ = std::exchange(other.pool_, nullptr);
    connection_ = std::move(other.connection_);
    poisoned_ = std::exchange(other.poisoned_, false);
    return *this;
}

lease::~lease() { release(); }

void lease::release() noexcept {
    if (connection_ == nullptr) return;
    pool* const home = std::exchange(pool_, nullptr);
    if (home == nullptr) {
        connection_.reset();
        return;
    }
    const bool dirty = connection_->pending() > 0 || connection_->in_transaction();
    if (std::exchange(poisoned_, false) || (dirty && !clean(*connection_)))
        home->drop(std::move(connection_));
    else
        home->give_back(std::move(connection_));
}

// --- pool

pool::pool(std::string name, const pool_options& options, idle_rule rule, opener open)
    : name_(std::move(name)), options_(options), rule_(rule), open_connection_(std::move(open)) {
    idle_.reserve(options_.size);  // give_back() must not throw
}

pool::~pool() = default;

lease pool::acquire(deadline limit, std::optional<std::chrono::milliseconds> patience) {
    std::unique_lock guard(lock_);
    if (!idle_.empty()) {
        idle_connection found = take_idle();
        ++counts_.reused;
        guard.unlock();
        if (auto good = still_good(std::move(found), limit)) return hand_out(std::move(good));
        return open_new(limit);  // the place of the bad one is still ours
    }
    if (counts_.open < options_.size) {
        ++counts_.open;
        guard.unlock();
        return open_new(limit);
    }
    return wait_for_one(guard, limit, patience.value_or(options_.wait_timeout));
}

/// The one used last on this processor, whose caches still hold its buffers and statements; if
/// there is none, the one used last. Called with the lock held and something idle.
pool::idle_connection pool::take_idle() {
    const int here = processor();
    const auto warm = std::find_if(idle_.rbegin(), idle_.rend(),
                                   [here](const auto& i) { return i.processor == here; });
    const auto taken = warm == idle_.rend() ? std::prev(idle_.end()) : std::prev(warm.base());
    idle_connection found = std::move(*taken);
    idle_.erase(taken);
    return found;
}

lease pool::hand_out(std::unique_ptr<connection> c) noexcept {
    c->limit_to(deadline::never());
    lease l;
    l.pool_ = this;
    l.connection_ = std::move(c);
    return l;
}

/// Opens a connection in a place that is already counted; frees the place when that fails.
lease pool::open_new(deadline limit) {
    try {
        const deadline last = earlier(limit, deadline::after(options_.connect_timeout));
        auto fresh = open_connection_(last);
        {
            const std::lock_guard guard(lock_);
            ++counts_.opened;
        }
        return hand_out(std::move(fresh));
    } catch (...) {
        free_place();
        throw;
    }
}

/// The connection, or nothing (then it is closed and its place is the caller's).
std::unique_ptr<connection> pool::still_good(idle_connection found, deadline limit) noexcept {
    if (rule_ == idle_rule::keep_forever) return std::move(found.client);
    const auto idle_for = coarse_now() - found.since;
    if (idle_for <= options_.max_idle && found.client->usable() &&
        (idle_for <= options_.check_after || answers(*found.client, limit)))
        return std::move(found.client);
    found.client.reset();
    const std::lock_guard guard(lock_);
    ++counts_.closed;
    --counts_.reused;
    return nullptr;
}

lease pool::wait_for_one(std::unique_lock<std::mutex>& guard, deadline limit,
                         std::chrono::milliseconds patience) {
    waiter self;
    (waiting_last_ == nullptr ? waiting_first_ : waiting_last_->next) = &self;
    waiting_last_ = &self;
    ++counts_.waiting;
    const deadline last = earlier(limit, deadline::after(patience));
    const auto served = [&self] { return self.client != nullptr || self.may_open; };
    if (last.is_never()) self.woken.wait(guard, served);
    while (!last.is_never() && !self.woken.wait_until(guard, last.at(), served))
        if (last.passed()) break;
    if (self.client != nullptr) {
        ++counts_.reused;
        guard.unlock();
        return hand_out(std::move(self.client));
    }
    if (self.may_open) {
        guard.unlock();
        return open_new(limit);
    }
    forget(self);
    guard.unlock();
    if (limit.cancelled())
        raise(error_code::cancelled, "the call was cancelled while it waited for a connection");
    refuse_exhausted();
}

void pool::refuse_exhausted() const {
    raise({.code = error_code::pool_exhausted,
           .message = fmt::format("no connection to {} became free in time: all {} are in use; "
                                  "raise pool_size or give connections back sooner",
                                  name_, options_.size),
           .server = name_});
}

void pool::give_back(std::unique_ptr<connection> c) noexcept {
    std::unique_ptr<connection> too_old;  // closed after the lock is released
    const std::lock_guard guard(lock_);
    if (waiter* const w = first_waiter(); w != nullptr) {
        w->client = std::move(c);
        w->woken.notify_one();  // under the lock: `w` dies as soon as its thread goes on
        return;
    }
    const auto now = coarse_now();
    if (!idle_.empty() && rule_ == idle_rule::close_old &&
        now - idle_.front().since > options_.max_idle) {
        too_old = std::move(idle_.front().client);
        idle_.erase(idle_.begin());
        --counts_.open;
        ++counts_.closed;
    }
    idle_.push_back({std::move(c), now, processor()});
}

void pool::drop(std::unique_ptr<connection> c) noexcept {
    c.reset();
    {
        const std::lock_guard guard(lock_);
        ++counts_.closed;
    }
    free_place();
}

/// Takes the first waiter out of the queue; the caller serves it.
pool::waiter* pool::first_waiter() noexcept {
    waiter* const w = waiting_first_;
    if (w == nullptr) return nullptr;
    waiting_first_ = w->next;
    if (waiting_first_ == nullptr) waiting_last_ = nullptr;
    --counts_.waiting;
    return w;
}

/// A waiter that gives up.
void pool::forget(waiter& w) noexcept {
    waiter* before = nullptr;
    for (waiter* i = waiting_first_; i != &w; i = i->next) before = i;
    (before == nullptr ? waiting_first_ : before->next) = w.next;
    if (waiting_last_ == &w) waiting_last_ = before;
    --counts_.waiting;
}

/// A place became free: the first waiter may open a connection in it.
void pool::free_place() noexcept {
    const std::lock_guard guard(lock_);
    if (waiter* const w = first_waiter(); w != nullptr) {
        w->may_open = true;
        w->woken.notify_one();
        return;
    }
    --counts_.open;
}

engine::pool_stats pool::stats() const {
    const std::lock_guard guard(lock_);
    engine::pool_stats s = counts_;
    s.idle = idle_.size();
    return s;
}

void pool::close_idle() {
    if (rule_ == idle_rule::keep_forever) return;
    std::vector<idle_connection> closing;
    closing.reserve(options_.size);
    const std::lock_guard guard(lock_);
    counts_.open -= idle_.size();
    counts_.closed += idle_.size();
    closing.swap(idle_);
}

}  // namespace shardwise::engine
