// SPDX-License-Identifier: MIT
// Rows that are read by COPY (SELECT ...) TO STDOUT: which statements are, and how their messages
// become rows. Nothing here waits.
#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "engine/driver/postgres/connection.hpp"
#include "engine/driver/postgres/literals.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

/// With fewer rows the second look at the text costs the server more than COPY saves: about 100 us
/// for simple statements against a quarter of a microsecond for each row.
constexpr std::int64_t many_rows = 1'000;

}  // namespace

/// Empty: the statement is executed with parameters.
std::string pg_connection::copy_text(const statement& s, const prepared_statement& what,
                                     std::span<const arg> args) const {
    if (s.columns.empty() || (!s.streaming && what.usual_rows() < many_rows)) return {};
    // Quotes are only where we see them if the server reads the same characters.
    const char* encoding = PQparameterStatus(handle_.get(), "client_encoding");
    if (encoding == nullptr || std::strcmp(encoding, "UTF8") != 0) return {};
    const auto select = with_literals(s, args);
    if (!select) return {};
    return fmt::format(
        "SELECT * FROM ({}) AS described LIMIT 0; "
        "COPY ({}) TO STDOUT (FORMAT binary)",
        *select, *select);
}

void pg_connection::dispatch_copy() {
    pipelined_ = false;
    require_sent(PQsendQuery(handle_.get(), operations_[head_].copy.c_str()));
    add_step(step_kind::copy_out, head_);
}

pg_connection::progress pg_connection::start_copying_out(const PGresult& result) {
    copying_out_ = true;
    message_size_ = 0;
    if (abandoned_ || failure_) return progress::more;
    const std::size_t columns = operations_[head_].what->columns().size();
    if (static_cast<std::size_t>(PQnfields(&result)) != columns || PQbinaryTuples(&result) == 0)
        failure_ = error_info{.code = error_code::internal,
                              .message = "COPY has other columns than its description",
                              .server = server_,
                              .statement = std::string{context().statement}};
    return progress::more;
}

/// A message, or the end of the copy, is in memory: message_size_ tells.
bool pg_connection::take_message() {
    if (message_size_ != 0) return true;
    constexpr int no_waiting = 1;
    char* data = nullptr;
    message_size_ = PQgetCopyData(handle_.get(), &data, no_waiting);
    message_.reset(data);
    return message_size_ != 0;
}

pg_connection::progress pg_connection::absorb_message() {
    const int size = message_size_;
    message_size_ = 0;
    if (size == 0 || size < -1) fail_connection(nullptr);
    if (size == -1) {
        copying_out_ = false;  // a result tells how it ended
        return progress::more;
    }
    if (abandoned_ || failure_) return progress::more;
    try {
        return copied_.take({message_.get(), static_cast<std::size_t>(size)}) ? progress::row
                                                                              : progress::more;
    } catch (...) {
        broken_ = true;  // whatever the server speaks, it is not what we understand
        abandon_operation();
        throw;
    }
}

/// "COPY 3": not a row less than the server has counted.
void pg_connection::check_copied(const char* tag, const char* count) {
    if (std::strncmp(tag, "COPY", 4) != 0 || abandoned_ || failure_) return;
    std::int64_t counted = -1;
    std::from_chars(count, count + std::strlen(count), counted);
    if (counted == copied_.count() && copied_.complete()) {
        operations_[head_].what->note_rows(counted);
        return;
    }
    failure_ = error_info{.code = error_code::internal,
                          .message = fmt::format("the server counted {} rows, {} have come",
                                                 counted, copied_.count()),
                          .server = server_,
                          .statement = std::string{context().statement}};
}

void pg_connection::end_copying_out() noexcept {
    copying_out_ = false;
    message_size_ = 0;
    message_.reset();
    copied_.clear();
}

}  // namespace shardwise::engine::postgres
