// SPDX-License-Identifier: MIT
// The MariaDB driver: libmariadb's non-blocking API behind engine/driver.hpp. Thread-safe; static
// storage.
//
// What a session has to know:
// - Statements sent together run one after the other, each with its own round trip. Outside of a
//   transaction each commits by itself: a batch is NOT atomic. The session wraps more than one
//   statement in BEGIN and COMMIT.
// - The isolation level is READ COMMITTED, as on PostgreSQL (docs/decisions/0020).
// - A deadlock makes the server roll the whole transaction back while the connection stays usable.
//   What would follow would be committed by itself, so the driver refuses every statement with
//   `deadlock` until ROLLBACK was sent; in_transaction() stays true until then.
// - Affected rows of an UPDATE are the rows that matched, also if nothing changed in them.
// - A statement with prepare = false and without parameters goes through the text protocol.
// - Resolving a host name may block inside connect(): the system's resolver knows no deadline.
#pragma once

#include "engine/driver.hpp"

namespace shardwise::engine {

driver& mariadb_driver();

}  // namespace shardwise::engine
