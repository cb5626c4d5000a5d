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

struct free_buffer {
    void operator()(char* b) const noexcept { PQfreemem(b); }
};

using connection_handle = std::unique_ptr<PGconn, close_connection>;
using result_handle = std::unique_ptr<PGresult, clear_result>;
using buffer_handle = std::unique_ptr<char, free_buffer>;

}  // namespace shardwise::engine::postgres
