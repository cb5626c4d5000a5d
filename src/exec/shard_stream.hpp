// SPDX-License-Identifier: MIT
// One statement on one shard, from sending it to its end. Whatever happens, the destructor leaves
// the connection with nothing pending, or poisoned. One thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "cluster/connection_source.hpp"
#include "exec/background_reader.hpp"
#include "exec/request.hpp"
#include "shardwise/plan/explain.hpp"

namespace shardwise {
class cost_table;
}

namespace shardwise::exec {

/// How long what is left of statements may take to be cleared away after a time-out: the caller has
/// waited long enough, and a living server needs less.
inline constexpr std::chrono::milliseconds short_clean_up_time{150};

class shard_stream {
public:
    shard_stream(const request& r, request_compiler& compiler, const execution& how,
                 deadline connect_by);
    ~shard_stream();
    shard_stream(const shard_stream&) = delete;
    shard_stream& operator=(const shard_stream&) = delete;

    sharding::shard_index shard() const noexcept { return shard_; }
    const std::string& shard_name() const noexcept { return name_; }
    const engine::statement& statement() const noexcept { return *statement_; }
    engine::connection& link() noexcept { return *connection_.link; }
    std::size_t width() const noexcept { return statement_->columns.size(); }

    /// It works inside next(): nothing to poll.
    bool embedded() const noexcept { return embedded_; }
    bool ended() const noexcept { return ended_; }
    /// A row or the end has come.
    bool answered() const noexcept { return answered_; }

    /// One step; fetch::wait only where there is something to poll. Errors name shard and statement
    /// and poison the connection where they must.
    engine::fetch step(std::span<arg> row);

    /// From here on pool threads read; only before the first step of an embedded stream.
    void read_in_background(task_pool& tasks);
    bool in_background() const noexcept { return reader_ != nullptr; }
    std::uint64_t background_us() const noexcept { return reader_ ? reader_->first_chunk_us() : 0; }

    /// Rows that the statement returned before, as `seen` remembers; 0: not known.
    std::size_t expected_rows(const cost_table* seen) const noexcept;
    /// At the end: remembers how many rows came.
    void note_rows(cost_table* seen) const noexcept;

    std::int64_t affected_rows() const noexcept { return connection_.link->affected_rows(); }

    /// Dropping it should tell the server to stop. Never inside a transaction: PostgreSQL would
    /// give the whole transaction up, so the rest is read (and cancelled only if that takes long).
    bool worth_a_cancel() const noexcept;
    /// Asks the server to stop; does not wait.
    void cancel() noexcept;
    /// Until when the destructor may clear away what is left of the statement. Streams that end
    /// together share one deadline: what each of them needs must not add up.
    void clean_up_by(deadline patience) noexcept { patience_ = patience; }
    /// The caller has waited long enough: asks the server to stop. A pooled connection will not be
    /// used again, that of a transaction has until `patience` to come back.
    void abandon(deadline patience) noexcept;
    bool abandoned() const noexcept { return abandoned_; }

private:
    engine::fetch step_background(std::span<arg> row);
    [[noreturn]] void fail(const error& e);
    void read_rest(deadline limit) noexcept;
    bool inside_transaction() const noexcept;

    sharding::shard_index shard_;
    void measure(std::span<const arg> row, engine::fetch got) noexcept;

    deadline limit_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    explanation::measure* took_ = nullptr;
    deadline patience_ = deadline::never();
    const std::string& name_;
    cluster_layer::shard_connection connection_;
    engine::statement_ptr statement_;
    std::shared_ptr<background_reader> reader_;
    std::uint64_t rows_ = 0;  ///< stepped over
    bool embedded_ = false;
    bool answered_ = false;
    bool ended_ = false;
    bool abandoned_ = false;
    bool cancelled_ = false;
};

/// Its rows do not come in the order in which they would be merged.
[[noreturn]] void refuse_text_order(const shard_stream& from);

}  // namespace shardwise::exec
