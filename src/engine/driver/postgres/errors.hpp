// SPDX-License-Identifier: MIT
// From what libpq says to shardwise's errors. Pure functions, any thread.
//
// Rules: a message never holds row values or the password; the server's DETAIL goes to
// error_info::detail only. Every field of a result may be missing.
#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "engine/url.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {

/// What the connection knows and the server does not say. SQLSTATE 57014 alone does not tell a
/// time-out from a cancel, and the message may be in any language.
struct failure_context {
    std::string_view server;     ///< url::display()
    std::string_view statement;  ///< SQL text with placeholders
    bool cancel_requested = false;
    bool has_statement_timeout = false;
};

/// The stable code of an SQLSTATE ("" when unknown). 57014 counts as a time-out.
error_code code_of(std::string_view sqlstate) noexcept;

/// For a result with PGRES_FATAL_ERROR.
error_info failure_of(const PGresult& result, const failure_context& context);

/// For a connection that libpq gave up. The connection's own message is used.
error_info lost_connection(const PGconn& connection, const failure_context& context);

/// For an attempt to connect that failed. PQsetErrorVerbosity(PQERRORS_VERBOSE) must be set: libpq
/// tells the SQLSTATE of a refused connection in the text only.
error_info connect_failure(std::string_view libpq_message, const url& where);

/// The lines of a libpq message as one sentence: no line ends, no source locations.
std::string one_line(std::string_view libpq_message);

/// `text` without the password, should it be in there.
std::string without_password(std::string text, std::string_view password);

/// The statement must be prepared again; its plan no longer fits the table, or the server (or a
/// proxy before it) has forgotten it. `forgotten`: the name is free.
struct stale_statement {
    bool stale = false;
    bool forgotten = false;
};
stale_statement staleness_of(const PGresult& result) noexcept;

}  // namespace shardwise::engine::postgres
