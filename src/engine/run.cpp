// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <poll.h>

#include <cerrno>
#include <cstring>

#include "engine/engine.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine {
namespace {

/// How long a statement that has failed may take to be cleared away.
constexpr std::chrono::milliseconds clean_up_time{1'000};
/// The same after a time-out: the caller has waited long enough. A living server needs less.
constexpr std::chrono::milliseconds short_clean_up_time{150};

/// Takes back the limit that run() sets.
class limited {
public:
    limited(connection& c, deadline limit) : connection_(c) { c.limit_to(limit); }
    ~limited() { connection_.limit_to(deadline::never()); }
    limited(const limited&) = delete;
    limited& operator=(const limited&) = delete;

private:
    connection& connection_;
};

}  // namespace

void wait(connection& c, deadline limit) {
    for (;;) {
        const wait_handle handle = c.waits_on();
        if (handle.fd < 0) return;
        pollfd waiting{handle.fd, handle.events, 0};
        const int timeout = limit.poll_timeout();
        const int ready = poll(&waiting, 1, timeout);
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR)
            raise({.code = error_code::internal,
                   .message = fmt::format("poll() failed: {}", std::strerror(errno)),
                   .server = std::string(c.server())});
        if (ready == 0 && limit.passed())
            raise(
                {.code = limit.late_code(),
                 .message = fmt::format("{} before {} had answered", limit.why_late(), c.server()),
                 .server = std::string(c.server())});
    }
}

std::int64_t run(connection& c, const statement& s, std::span<const arg> args, deadline limit,
                 const std::function<void(std::span<const arg>)>& on_row) {
    const limited scope(c, limit);
    std::vector<arg> row(s.columns.size());
    c.send(s, args);
    try {
        for (;;) {
            const fetch got = c.next(row);
            if (got == fetch::end) return c.affected_rows();
            if (got == fetch::row) {
                if (on_row) on_row(row);
            } else {
                wait(c, limit);
            }
        }
    } catch (const error& e) {
        const bool late = e.code() == error_code::timeout || e.code() == error_code::cancelled;
        if (late) c.cancel();
        // What cannot be cleared away stays pending: the lease closes such a connection.
        c.discard(deadline::after(late ? short_clean_up_time : clean_up_time));
        throw;
    } catch (...) {  // on_row's
        if (c.pending() > 0) c.cancel();
        c.discard(deadline::after(clean_up_time));
        throw;
    }
}

void run(connection& c, std::string_view text, deadline limit) {
    statement s;
    s.text = text;
    s.prepare = false;
    run(c, s, {}, limit);
}

}  // namespace shardwise::engine
