// SPDX-License-Identifier: MIT
// libmariadb's handles with owners, and how its non-blocking calls are driven. A handle belongs to
// one thread at a time.
#pragma once

#include <mysql.h>
#include <poll.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/deadline.hpp"
#include "engine/driver/mariadb/errors.hpp"

namespace shardwise::engine::mariadb {

struct close_handle {
    void operator()(MYSQL* handle) const noexcept { mysql_close(handle); }
};
using handle_ptr = std::unique_ptr<MYSQL, close_handle>;

struct free_result {
    void operator()(MYSQL_RES* result) const noexcept { mysql_free_result(result); }
};
using result_ptr = std::unique_ptr<MYSQL_RES, free_result>;

/// One call of the non-blocking API at a time: start() runs it until it would block, resume() goes
/// on, done() tells when its result may be looked at. libmariadb keeps the suspended call's stack
/// in the handle; it must be finished before anything else is done with the handle.
class pending_call {
public:
    template <typename Start>
    void start(Start&& begin) {
        status_ = begin();
    }
    template <typename Continue>
    void resume(Continue&& go_on) {
        // Asking too early is harmless: the socket says EAGAIN and the call suspends itself again.
        status_ = go_on(status_ & ~MYSQL_WAIT_TIMEOUT);
    }
    /// For connecting, where asking too early is not harmless: `ready` are poll's events, 0: late.
    template <typename Continue>
    void resume(short ready, Continue&& go_on) {
        int flags = ready == 0 ? MYSQL_WAIT_TIMEOUT : 0;
        if ((ready & POLLIN) != 0) flags |= MYSQL_WAIT_READ;
        if ((ready & POLLOUT) != 0) flags |= MYSQL_WAIT_WRITE;
        if ((ready & POLLPRI) != 0) flags |= MYSQL_WAIT_EXCEPT;
        status_ = go_on(flags);
    }
    bool done() const noexcept { return status_ == 0; }
    short events() const noexcept {
        int events = 0;
        if ((status_ & MYSQL_WAIT_READ) != 0) events |= POLLIN;
        if ((status_ & MYSQL_WAIT_WRITE) != 0) events |= POLLOUT;
        if ((status_ & MYSQL_WAIT_EXCEPT) != 0) events |= POLLPRI;
        return static_cast<short>(events);
    }

private:
    int status_ = 0;
};

server_error error_of(MYSQL* handle);
server_error error_of(MYSQL_STMT* statement);

/// Waits for `events` on the socket (and on `abort_fd` if it is one). The events that came; 0 at
/// the deadline and when abort_fd became readable.
short wait_socket(MYSQL* handle, short events, deadline limit, int abort_fd = -1) noexcept;

/// Shuts the socket down: every suspended or later call on the handle fails at once.
void cut(MYSQL* handle) noexcept;

/// Runs one text statement to its end. Throws what the server says, or timeout.
result_ptr run_text(MYSQL* handle, std::string_view text, deadline limit, int abort_fd = -1);

/// Prepares and executes a statement that the caller holds and binds. Throw like run_text.
void prepare_statement(MYSQL* handle, MYSQL_STMT* statement, std::string_view text, deadline limit);
void execute_statement(MYSQL* handle, MYSQL_STMT* statement, deadline limit);

}  // namespace shardwise::engine::mariadb
