// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/client.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace shardwise::engine::mariadb {

server_error error_of(MYSQL* handle) {
    return {mysql_errno(handle), mysql_sqlstate(handle), mysql_error(handle)};
}

server_error error_of(MYSQL_STMT* statement) {
    return {mysql_stmt_errno(statement), mysql_stmt_sqlstate(statement),
            mysql_stmt_error(statement)};
}

short wait_socket(MYSQL* handle, short events, deadline limit, int abort_fd) noexcept {
    for (;;) {
        pollfd watched[2] = {{mysql_get_socket(handle), events, 0}, {abort_fd, POLLIN, 0}};
        const int ready = ::poll(watched, 2, limit.poll_timeout());
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0 && !limit.passed()) continue;
        if (ready <= 0 || watched[1].revents != 0) return 0;
        // An error or a hang-up is found by whatever the library does next.
        const auto got = static_cast<short>(watched[0].revents & events);
        return got != 0 ? got : events;
    }
}

void cut(MYSQL* handle) noexcept {
    const my_socket fd = mysql_get_socket(handle);
    if (fd != MARIADB_INVALID_SOCKET) ::shutdown(fd, SHUT_RDWR);
}

namespace {

/// Drives `call` to its end; when time is up the socket is cut, so that the call ends at once.
template <typename Continue>
void finish(MYSQL* handle, pending_call& call, deadline limit, int abort_fd, Continue&& go_on) {
    bool late = false;
    while (!call.done()) {
        if (!late && wait_socket(handle, call.events(), limit, abort_fd) == 0) {
            late = true;
            cut(handle);
        }
        call.resume(go_on);
    }
    if (late)
        raise(limit.late_code(),
              limit.cancelled() ? "the call was cancelled" : "the server did not answer in time");
}

}  // namespace

result_ptr run_text(MYSQL* handle, std::string_view text, deadline limit, int abort_fd) {
    pending_call call;
    int failed = 0;
    call.start([&] { return mysql_real_query_start(&failed, handle, text.data(), text.size()); });
    finish(handle, call, limit, abort_fd,
           [&](int ready) { return mysql_real_query_cont(&failed, handle, ready); });
    if (failed != 0) raise(translate(error_of(handle)));
    if (mysql_field_count(handle) == 0) return nullptr;
    MYSQL_RES* rows = nullptr;
    call.start([&] { return mysql_store_result_start(&rows, handle); });
    finish(handle, call, limit, abort_fd,
           [&](int ready) { return mysql_store_result_cont(&rows, handle, ready); });
    if (rows == nullptr) raise(translate(error_of(handle)));
    return result_ptr(rows);
}

void prepare_statement(MYSQL* handle, MYSQL_STMT* statement, std::string_view text,
                       deadline limit) {
    pending_call call;
    int failed = 0;
    call.start(
        [&] { return mysql_stmt_prepare_start(&failed, statement, text.data(), text.size()); });
    finish(handle, call, limit, -1,
           [&](int ready) { return mysql_stmt_prepare_cont(&failed, statement, ready); });
    if (failed != 0) raise(translate(error_of(statement)));
}

void execute_statement(MYSQL* handle, MYSQL_STMT* statement, deadline limit) {
    pending_call call;
    int failed = 0;
    call.start([&] { return mysql_stmt_execute_start(&failed, statement); });
    finish(handle, call, limit, -1,
           [&](int ready) { return mysql_stmt_execute_cont(&failed, statement, ready); });
    if (failed != 0) raise(translate(error_of(statement)));
}

}  // namespace shardwise::engine::mariadb
