// SPDX-License-Identifier: MIT
// Sends one shard's writes over one connection, a bounded number in flight, and takes the answers:
// a small state machine that never waits by itself; write_all() runs several of them at the same
// time with one poll loop.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "orm/flush_plan.hpp"

namespace shardwise::orm {

class shard_writer {
public:
    /// `commit_after`: queue COMMIT behind the last write.
    shard_writer(cluster_layer::core& db, const shard_writes& work, engine::connection& link,
                 bool commit_after);

    /// Goes on until it would have to wait (false) or is done (true). Throws what the server
    /// refused, with the shard's name; stale_object when an object's row is gone.
    bool advance();
    engine::connection& link() const noexcept { return link_; }
    const std::string& shard_name() const { return db_.shard_name(work_.shard); }

private:
    void send_more();
    void send(const write& w);
    void take(const write& w);
    void take_end();
    void take_row();
    void look_for_stale();
    /// `which`: one of them is it.
    [[noreturn]] void raise_stale(const write& w, std::span<record* const> which) const;
    void name_objects(error_info& info) const;

    cluster_layer::core& db_;
    const shard_writes& work_;
    engine::connection& link_;
    bool commit_after_;
    bool commit_sent_ = false;
    std::size_t sent_ = 0;
    std::size_t taken_ = 0;
    std::vector<arg> args_;
    // An UPDATE of several rows has found too few: which one is gone?
    const write* suspects_ = nullptr;
    std::size_t looked_at_ = 0;
    enum class row_state : std::uint8_t { gone, differs, as_written };
    row_state found_ = row_state::gone;  ///< another version is gone, too
    std::vector<record*> differing_;
    engine::statement_ptr look_;
    std::vector<arg> row_;
};

/// Runs all to their end. On an error everything that still runs is cancelled and dropped.
void write_all(std::span<shard_writer> writers, deadline limit);

/// All of it inside the session's transaction, which begins where it has not yet.
void write_inside(session_core::state& s, const std::vector<shard_writes>& work, deadline until);

}  // namespace shardwise::orm
