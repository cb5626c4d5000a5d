// SPDX-License-Identifier: MIT
// Opening a connection: TLS rules, deadline, session settings. Pure functions over a URL; any
// thread.
#pragma once

#include <cstddef>

#include "engine/driver.hpp"
#include "engine/driver/mariadb/client.hpp"

namespace shardwise::engine::mariadb {

/// What the server told after the handshake.
struct session_facts {
    std::size_t max_packet = 0;        ///< max_allowed_packet of the session
    bool rollback_on_timeout = false;  ///< innodb_rollback_on_timeout
};

/// A connected and authenticated handle without session settings (enough for KILL). Throws
/// connect_failed, permission_denied or timeout; gives up when `abort_fd` becomes readable.
handle_ptr open_handle(const url& where, deadline limit, int abort_fd = -1);

/// Makes the session behave the same on every server, whatever its configuration says.
session_facts set_up_session(MYSQL* handle, const url& where, const connect_options& options,
                             deadline limit);

}  // namespace shardwise::engine::mariadb
