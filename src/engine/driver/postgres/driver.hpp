// SPDX-License-Identifier: MIT
// The PostgreSQL driver, on libpq: non-blocking connections, prepared statements, binary parameters
// and results, pipelined batches, COPY BINARY. Thread-safe (connections are not, see
// engine/driver.hpp).
//
// What callers can rely on beyond engine/driver.hpp:
//   * Nothing leaves before the first next() after send(): all statements sent up to then are one
//     batch, one network write and one round trip, also when some must be prepared first.
//   * Without BEGIN, the statements of one batch are one implicit transaction: all or none of them
//     take effect, and the commit is confirmed by the `end` (or refused by the exception) of the
//     last one. A batch may contain BEGIN, COMMIT and ROLLBACK; the rule then holds for what stands
//     outside of them.
//   * Statements sent later form the next batch, which starts when the running one is over.
//   * When the server has forgotten a prepared statement, or a table changed under it, a batch
//   whose
//     first statement is concerned is run again once, unseen, if no transaction was open. In other
//     places serialization_failure is thrown: running the transaction again helps.
//   * connect() resolves host names in a thread of its own, because the system's resolver blocks
//   for
//     as long as it likes; a thread that is stuck there ends by itself. cancel() does the same.
#pragma once

#include "engine/driver.hpp"

namespace shardwise::engine {

driver& postgres_driver();

}  // namespace shardwise::engine
