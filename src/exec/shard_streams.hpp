// SPDX-License-Identifier: MIT
// All statements of a scatter at work: every server gets its statement before the first answer is
// awaited, one poll(2) loop serves all sockets, a row that has arrived is decoded while others
// still run. Each stream has at most one decoded row (its head) here. One thread at a time.
//
// Connections are taken in ascending order of shards: two scatters that wait for each other's
// connections could otherwise block each other.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "exec/executor.hpp"
#include "exec/shard_stream.hpp"

namespace shardwise::exec {

class shard_streams {
public:
    shard_streams(std::vector<request> requests, const execution& how);
    ~shard_streams();

    std::size_t size() const noexcept { return streams_.size(); }
    /// Of all streams together, from what the statements returned before; 0: not known.
    std::size_t expected_rows() const noexcept;

    shard_stream& operator[](std::size_t i) noexcept { return *streams_[i]; }

    /// The next row of stream i, valid until the following pull of the same stream; nullptr at its
    /// end. While it waits, heads of other streams are decoded as they arrive.
    const arg* pull(std::size_t i);

    /// The next row of whichever stream has one; nullptr when all have ended. `i` tells which.
    const arg* pull_any(std::size_t& i);

private:
    enum class place : std::uint8_t {
        empty,    ///< ask the stream
        waiting,  ///< asked; poll before asking again
        head,     ///< a row is in heads_
        ended,
    };
    void start();
    void advance(std::size_t i);
    void advance_embedded_first(std::size_t i);
    void spread_embedded();
    const arg* take(std::size_t i);
    std::span<arg> head(std::size_t i) noexcept { return {heads_.data() + i * width_, width_}; }
    bool await_alone(std::size_t i);
    void poll_waiting();
    [[noreturn]] void time_out();
    /// Nobody waits, and the time is over.
    [[noreturn]] void stop_reading();

    execution how_;
    std::size_t width_ = 0;
    std::vector<arg> heads_;
    std::vector<place> places_;
    std::vector<std::unique_ptr<shard_stream>> streams_;
    std::size_t current_ = 0;
    std::size_t taken_ = 0;
};

}  // namespace shardwise::exec
