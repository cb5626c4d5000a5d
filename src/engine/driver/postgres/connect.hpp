// SPDX-License-Identifier: MIT
// Opens a libpq connection within a deadline and sets the session up. Thread-safe.
#pragma once

#include <string>

#include "base/deadline.hpp"
#include "engine/driver.hpp"
#include "engine/driver/postgres/handles.hpp"

namespace shardwise::engine::postgres {

/// Connected, non-blocking, silent (notices are dropped unless the owner installs a receiver).
/// Throws connect_failed, permission_denied, timeout, bad_url.
connection_handle open_connection(const url& where, const connect_options& options, deadline limit);

/// The startup option that carries the session settings: "-c name=value ...", values escaped.
std::string startup_settings(const url& where, const connect_options& options);

}  // namespace shardwise::engine::postgres
