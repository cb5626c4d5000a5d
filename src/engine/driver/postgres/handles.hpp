// SPDX-License-Identifier: MIT
// Owners of libpq's objects.
#pragma once

#include <libpq-fe.h>

#include <memory>

namespace shardwise::engine::postgres {

struct close_connection {
    void operator()(PGconn* c) const noexcept { PQfinish(c); }
};
struct clear_result {
    void operator()(PGresult* r) const noexcept { PQclear(r); }
};

using connection_handle = std::unique_ptr<PGconn, close_connection>;
using result_handle = std::unique_ptr<PGresult, clear_result>;

}  // namespace shardwise::engine::postgres
