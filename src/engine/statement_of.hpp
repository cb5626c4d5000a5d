// SPDX-License-Identifier: MIT
// What a driver is sent for compiled SQL. Pure.
#pragma once

#include "engine/driver.hpp"
#include "sql/compiler.hpp"

namespace shardwise::engine {

/// Text and types; whether it is prepared and streamed is for the caller to say.
statement statement_of(const sql::compiled& c);

}  // namespace shardwise::engine
