// SPDX-License-Identifier: MIT
// MariaDB's error numbers in the words of shardwise. The server's texts quote row values, so they
// go into error_info::detail; `message` is written here. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "shardwise/base/error.hpp"

namespace shardwise::engine::mariadb {

/// An error as libmariadb or the server gave it.
struct server_error {
    unsigned number = 0;
    std::string sqlstate;
    std::string text;
};

/// The error to be thrown, without `server` and `statement`, which the caller knows.
error_info translate(const server_error& e);

/// The same for an error while connecting: what would be connection_lost is connect_failed there.
error_info translate_connect(const server_error& e);

/// The dialogue with the server is out of step or gone: the connection has to be closed.
bool breaks_connection(unsigned number) noexcept;

/// The server has rolled the transaction back as a whole, not only the statement.
bool rolls_back_transaction(unsigned number, bool rollback_on_timeout) noexcept;

inline constexpr unsigned query_interrupted = 1317;
inline constexpr unsigned too_many_prepared = 1461;

}  // namespace shardwise::engine::mariadb
