// SPDX-License-Identifier: MIT
// The SQLite engine. Static storage, thread-safe.
#pragma once

#include "engine/driver.hpp"

namespace shardwise::engine {

driver& sqlite_driver();

}  // namespace shardwise::engine
