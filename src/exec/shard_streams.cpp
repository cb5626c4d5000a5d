// SPDX-License-Identifier: MIT
#include "exec/shard_streams.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/cost_table.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::exec {
namespace {
/// An embedded statement that takes longer per shard is worth handing to a thread.
constexpr std::uint32_t worth_a_thread_us = 300;
/// How long all unfinished statements together may take to be cleared away.
constexpr std::chrono::milliseconds clean_up_time{1'000};
/// How long one stream is waited for alone.
constexpr int soon_ms = 1;
/// How many rows are taken between two looks at the clock.
constexpr std::size_t rows_between_looks = 256;
using clock = std::chrono::steady_clock;
}  // namespace

shard_streams::shard_streams(std::vector<request> requests, const execution& how) : how_(how) {
    std::sort(requests.begin(), requests.end(),
              [](const request& a, const request& b) { return a.shard < b.shard; });
    request_compiler compiler(how.streaming);
    streams_.reserve(requests.size());
    for (const request& r : requests) {
        streams_.push_back(std::make_unique<shard_stream>(r, compiler, how, how.limit));
        width_ = std::max(width_, streams_.back()->width());
    }
    heads_.resize(width_ * streams_.size());
    places_.assign(streams_.size(), place::empty);
    start();
}

/// Unfinished statements are told to stop on all shards before the first one is waited for.
shard_streams::~shard_streams() {
    const deadline patience = deadline::after(clean_up_time);
    for (const auto& s : streams_) {
        if (s->worth_a_cancel()) s->cancel();
        if (!s->ended() && !s->abandoned()) s->clean_up_by(patience);
    }
}

/// Clients send at the first step; embedded engines would work, so they come last.
void shard_streams::start() {
    for (std::size_t i = 0; i < size(); ++i)
        if (!streams_[i]->embedded()) advance(i);
    const auto embedded = static_cast<std::size_t>(std::count_if(
        streams_.begin(), streams_.end(), [](const auto& s) { return s->embedded(); }));
    if (embedded == 0 || size() == 1 || !how_.costs) return;
    for (const auto& s : streams_) {
        if (!s->embedded()) continue;
        if (how_.costs->average(s->statement().id).value_or(0) >= worth_a_thread_us)
            spread_embedded();
        return;
    }
}

void shard_streams::spread_embedded() {
    for (std::size_t i = 0; i < size(); ++i) {
        shard_stream& s = *streams_[i];
        if (s.embedded() && !s.in_background() && !s.answered() && places_[i] == place::empty)
            s.read_in_background(how_.tasks);
    }
}

/// The first step of an embedded statement is most of its work: it tells whether the others are
/// worth threads, now and the next time.
void shard_streams::advance_embedded_first(std::size_t i) {
    shard_stream& s = *streams_[i];
    const clock::time_point begin = clock::now();
    places_[i] = s.step(head(i)) == engine::fetch::row ? place::head : place::ended;
    if (places_[i] == place::ended) s.note_rows(how_.row_counts);
    auto us = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - begin).count());
    if (s.in_background()) us = s.background_us();
    if (how_.costs) how_.costs->note(s.statement().id, us);
    if (us >= worth_a_thread_us) spread_embedded();
}

void shard_streams::advance(std::size_t i) {
    shard_stream& s = *streams_[i];
    try {
        if (s.embedded() && !s.answered() && size() > 1) return advance_embedded_first(i);
        switch (s.step(head(i))) {
            case engine::fetch::row:
                places_[i] = place::head;
                return;
            case engine::fetch::end:
                places_[i] = place::ended;
                s.note_rows(how_.row_counts);
                return;
            case engine::fetch::wait:
                places_[i] = place::waiting;
                return;
        }
    } catch (...) {
        // The answer is lost: the others work for nothing.
        for (const auto& other : streams_) other->cancel();
        throw;
    }
}

std::size_t shard_streams::expected_rows() const noexcept {
    std::size_t sum = 0;
    for (const auto& s : streams_) sum += s->expected_rows(how_.row_counts);
    return sum;
}

const arg* shard_streams::take(std::size_t i) {
    places_[i] = place::empty;
    // Rows may come so fast that nobody ever waits.
    if (++taken_ % rows_between_looks == 0 && how_.limit.passed()) stop_reading();
    // Never nullptr, also for rows without columns.
    static constexpr arg no_columns;
    return width_ == 0 ? &no_columns : heads_.data() + i * width_;
}

const arg* shard_streams::pull(std::size_t i) {
    for (;;) {
        switch (places_[i]) {
            case place::head:
                return take(i);
            case place::ended:
                return nullptr;
            case place::empty:
                advance(i);
                break;
            case place::waiting:
                if (!await_alone(i)) poll_waiting();
                break;
        }
    }
}

/// Streams are wanted one after the other, and most answers come soon: waiting for one socket wakes
/// this thread once, waiting for all of them once for each. False: it takes longer, all of them
/// should be read meanwhile.
bool shard_streams::await_alone(std::size_t i) {
    const engine::wait_handle h = streams_[i]->link().waits_on();
    if (h.fd < 0) return false;
    pollfd polled{h.fd, h.events, 0};
    const int left = how_.wait_limit().poll_timeout();
    const int patience = left < 0 ? soon_ms : std::min(left, soon_ms);
    if (::poll(&polled, 1, patience) <= 0) return false;
    advance(i);
    return true;
}

const arg* shard_streams::pull_any(std::size_t& i) {
    for (;;) {
        bool waiting = false;
        for (std::size_t n = 0; n < size(); ++n, current_ = (current_ + 1) % size()) {
            if (places_[current_] == place::empty && !streams_[current_]->in_background())
                advance(current_);
            if (places_[current_] == place::head) {
                i = current_;
                return take(i);
            }
            waiting = waiting || places_[current_] == place::waiting;
        }
        // Only now would a background stream make us wait.
        const auto next = std::find(places_.begin(), places_.end(), place::empty);
        if (next != places_.end()) {
            current_ = static_cast<std::size_t>(next - places_.begin());
            advance(current_);
            if (places_[current_] != place::head) continue;
            i = current_;
            return take(i);
        }
        if (!waiting) return nullptr;
        poll_waiting();
    }
}

void shard_streams::poll_waiting() {
    constexpr std::size_t few = 32;
    std::array<pollfd, few> on_stack;
    std::vector<pollfd> on_heap;
    if (size() > few) on_heap.resize(size());
    pollfd* const polled = size() > few ? on_heap.data() : on_stack.data();
    bool ready = false;
    for (std::size_t i = 0; i < size(); ++i) {
        polled[i] = {-1, 0, 0};  // poll() passes over it
        if (places_[i] != place::waiting) continue;
        const engine::wait_handle h = streams_[i]->link().waits_on();
        if (h.fd < 0) {
            advance(i);
            ready = true;
        }
        polled[i] = {h.fd, h.events, 0};
    }
    if (ready) return;
    // Of this wait as a whole: poll() comes back sooner, to see whether somebody has cancelled.
    const deadline until = how_.wait_limit();
    int n = 0;
    do {
        n = ::poll(polled, static_cast<nfds_t>(size()), until.poll_timeout());
        if (n < 0 && errno != EINTR)
            raise({.code = error_code::internal,
                   .message = fmt::format("poll() failed: {}", std::strerror(errno))});
    } while (n <= 0 && !until.passed());
    if (n <= 0) time_out();
    for (std::size_t i = 0; n > 0 && i < size(); ++i)
        if (polled[i].revents != 0) advance(i);
}

void shard_streams::time_out() {
    std::string names;
    const shard_stream* only = nullptr;
    std::size_t silent = 0;
    for (std::size_t i = 0; i < size(); ++i) {
        if (places_[i] != place::waiting) continue;
        names += (names.empty() ? "" : ", ") + streams_[i]->shard_name();
        only = streams_[i].get();
        ++silent;
    }
    const deadline patience = deadline::after(short_clean_up_time);
    for (const auto& s : streams_)
        if (!s->ended()) s->abandon(patience);
    const deadline limit = how_.limit;
    raise({.code = limit.late_code(),
           .message = fmt::format("{} before {} {} had answered", limit.why_late(),
                                  silent == 1 ? "shard" : "shards", names),
           .shard = silent == 1 ? only->shard_name() : std::string{},
           .statement = only ? only->statement().text : std::string{}});
}

void shard_streams::stop_reading() {
    const deadline patience = deadline::after(short_clean_up_time);
    for (const auto& s : streams_)
        if (!s->ended()) s->abandon(patience);
    raise({.code = how_.limit.late_code(),
           .message = fmt::format("{} while rows were read", how_.limit.why_late()),
           .statement = streams_.front()->statement().text});
}

}  // namespace shardwise::exec
