// SPDX-License-Identifier: MIT
// The sending half of pg_connection: from queued operations to libpq.
#include "engine/driver/postgres/connection.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

constexpr int binary_results = 1;

}  // namespace

void pg_connection::dispatch() {
    batch_first_ = head_;
    batch_end_ = operations_.size();
    started_idle_ = PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
    canceller_.clear();
    // Names are given back only between transactions: a DEALLOCATE inside would take the snapshot
    // of one that has just begun, and fail in one that has failed.
    const bool with_deallocations = started_idle_ && !cache_.dropped().empty();
    const prepared_statement& first = *operations_[head_].what;
    if (batch_end_ - batch_first_ == 1 && !operations_[head_].copy.empty())
        dispatch_copy();
    else if (batch_end_ - batch_first_ == 1 && !with_deallocations &&
             (first.on_server() || !first.is_named()))
        dispatch_one();
    else
        dispatch_pipeline(with_deallocations);
    const int left = PQflush(handle_.get());
    if (left < 0) fail_connection(nullptr);
    unflushed_ = left == 1;
    waited_ = true;
    enter_step();
}

void pg_connection::dispatch_one() {
    pipelined_ = false;
    send_execute(head_);
    add_step(step_kind::execute, head_);
}

void pg_connection::dispatch_pipeline(bool with_deallocations) {
    PGconn* c = handle_.get();
    require_sent(PQenterPipelineMode(c));
    pipelined_ = true;
    if (with_deallocations) {
        for (const std::string& name : cache_.dropped()) {
            const std::string sql = "DEALLOCATE " + name;
            require_sent(PQsendQueryParams(c, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr,
                                           binary_results));
            add_step(step_kind::deallocate);
        }
        cache_.dropped().clear();
        require_sent(PQpipelineSync(c));  // a transaction of their own
        add_step(step_kind::sync);
    }
    for (std::size_t i = batch_first_; i < batch_end_; ++i) {
        prepared_statement& what = *operations_[i].what;
        if (what.is_named() && !what.on_server()) {
            const auto& types = what.parameter_types();
            require_sent(PQsendPrepare(c, what.name().c_str(), what.text().c_str(),
                                       static_cast<int>(types.size()), types.data()));
            what.set_on_server(true);
            add_step(step_kind::prepare, i);
        }
        send_execute(i);
        add_step(step_kind::execute, i);
    }
    require_sent(PQpipelineSync(c));
    add_step(step_kind::sync);
}

void pg_connection::send_execute(std::size_t index) {
    const operation& o = operations_[index];
    const prepared_statement& what = *o.what;
    const auto p = parameters_.of(o.first_parameter, what.parameter_types().size());
    if (what.is_named())
        require_sent(PQsendQueryPrepared(handle_.get(), what.name().c_str(), p.count, p.values,
                                         p.lengths, p.formats, binary_results));
    else
        require_sent(PQsendQueryParams(handle_.get(), what.text().c_str(), p.count,
                                       what.parameter_types().data(), p.values, p.lengths,
                                       p.formats, binary_results));
}

/// libpq takes everything into its buffer; it refuses only when the connection is gone, memory is
/// short or a limit of the protocol is passed (65,535 parameters). A half sent batch is beyond
/// repair.
void pg_connection::require_sent(int libpq_result) {
    if (libpq_result == 1) return;
    if (PQstatus(handle_.get()) == CONNECTION_BAD) fail_connection(nullptr);
    error_info info = lost_connection(*handle_, context());
    info.code = error_code::statement_failed;
    info.message = "the statement could not be sent: " + one_line(PQerrorMessage(handle_.get()));
    broken_ = true;
    head_ = operations_.size();
    raise(std::move(info));
}

/// Single-row mode is asked for when libpq has come to the statement in question, not earlier.
void pg_connection::enter_step() {
    if (step_ >= steps_.size() || steps_[step_].kind != step_kind::execute) return;
    if (operations_[steps_[step_].index].streaming) PQsetSingleRowMode(handle_.get());
}

}  // namespace shardwise::engine::postgres
