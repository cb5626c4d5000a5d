// SPDX-License-Identifier: MIT
// COPY ... FROM STDIN over a pg_connection. Unlike everything else these calls wait, until a
// deadline; libpq's buffer is emptied before it gets more, so that memory stays bounded.
#include <fmt/format.h>
#include <poll.h>

#include "engine/driver/postgres/connection.hpp"
#include "engine/driver/postgres/copy_writer.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {

std::unique_ptr<bulk_writer> pg_connection::bulk_insert(std::string_view table,
                                                        std::span<const bulk_column> columns,
                                                        deadline limit) {
    if (pending() > 0) raise(error_code::bad_state, "bulk_insert while statements are pending");
    if (broken_) fail_connection(nullptr);
    if (!absorb_until(limit)) time_out("an abandoned statement", limit);
    return std::make_unique<copy_writer>(*this, table, columns, limit);
}

std::vector<Oid> pg_connection::column_types_of(const std::string& select, deadline limit) {
    statement described;
    described.text = select;
    described.prepare = false;
    send(described, {});
    canceller_.clear();
    require_sent(PQenterPipelineMode(handle_.get()));
    pipelined_ = true;
    require_sent(PQsendPrepare(handle_.get(), "", select.c_str(), 0, nullptr));
    add_step(step_kind::describe, head_);
    require_sent(PQsendDescribePrepared(handle_.get(), ""));
    add_step(step_kind::describe, head_);
    require_sent(PQpipelineSync(handle_.get()));
    add_step(step_kind::sync);
    unflushed_ = PQflush(handle_.get()) == 1;
    std::vector<Oid> types;
    while (under_way()) {
        if (!answer_ready()) {
            if (!wait_for(waits_on().events, limit)) time_out("the description of a table", limit);
            continue;
        }
        result_handle r{PQgetResult(handle_.get())};
        for (int i = 0; r != nullptr && i < PQnfields(r.get()); ++i)
            types.push_back(PQftype(r.get(), i));
        absorb(std::move(r));
    }
    return types;
}

void pg_connection::start_copy(const std::string& sql, deadline limit) {
    statement copy;
    copy.text = sql;
    copy.prepare = false;
    send(copy, {});
    pipelined_ = false;
    canceller_.clear();
    require_sent(PQsendQuery(handle_.get(), sql.c_str()));
    add_step(step_kind::copy_in, head_);
    unflushed_ = PQflush(handle_.get()) == 1;
    while (!answer_ready())
        if (!wait_for(waits_on().events, limit)) time_out("the start of COPY", limit);
    result_handle r{PQgetResult(handle_.get())};
    if (PQresultStatus(r.get()) == PGRES_COPY_IN) return;
    absorb(std::move(r));
    static_cast<void>(end_copy(limit));  // throws the server's reason
    raise(error_code::internal, "COPY did not start");
}

void pg_connection::put_copy_data(std::string_view data, deadline limit) {
    while (unflushed_) {
        consume();
        if (unflushed_ && !wait_for(POLLIN | POLLOUT, limit)) time_out("COPY", limit);
    }
    if (PQputCopyData(handle_.get(), data.data(), static_cast<int>(data.size())) != 1) {
        static_cast<void>(end_copy(limit));  // the server has refused a row already: its reason
        raise(error_code::internal, "libpq refused the data of COPY");
    }
    const int left = PQflush(handle_.get());
    if (left < 0) fail_connection(nullptr);
    unflushed_ = left == 1;
}

std::int64_t pg_connection::end_copy(deadline limit) {
    if (under_way()) PQputCopyEnd(handle_.get(), nullptr);  // fails when COPY is over: that is fine
    unflushed_ = PQflush(handle_.get()) == 1;
    while (under_way()) {
        if (answer_ready())
            absorb(result_handle{PQgetResult(handle_.get())});
        else if (!wait_for(waits_on().events, limit))
            time_out("COPY", limit);
    }
    return affected_;
}

void pg_connection::abandon_copy() noexcept {
    if (!under_way() || broken_) return;
    head_ = operations_.size();
    abandoned_ = true;
    if (PQputCopyEnd(handle_.get(), "bulk insert was given up") != 1) return;  // has failed already
    unflushed_ = PQflush(handle_.get()) == 1;
}

/// The server may be in the middle of anything: the connection cannot be used again before
/// discard() has cleaned it up.
void pg_connection::time_out(std::string_view what, deadline limit) {
    error_info info{.code = limit.late_code(),
                    .message = limit.cancelled() ? fmt::format("{} was cancelled", what)
                                                 : fmt::format("{} did not end in time", what),
                    .server = server_,
                    .statement = std::string{context().statement}};
    abandoned_ = under_way();
    head_ = operations_.size();
    raise(std::move(info));
}

}  // namespace shardwise::engine::postgres
