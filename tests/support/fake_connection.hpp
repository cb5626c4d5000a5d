// SPDX-License-Identifier: MIT
// A scripted server connection: plays rows, waits on a pipe until the test (or nobody) lets it go
// on, throws. Only for tests.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/connection_source.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::test {

struct fake_step {
    std::optional<std::vector<value>> row;
    bool wait = false;  ///< until release() is called once more
    std::optional<error_info> failure;
    bool end = false;  ///< of this statement; what follows answers the next one
};
inline fake_step row(std::vector<value> cells) { return {std::move(cells), false, {}, false}; }
inline fake_step row(std::int64_t v) { return row(std::vector<value>{value(arg{v})}); }
inline fake_step pause() { return {{}, true, {}, false}; }
inline fake_step fails(error_info e) { return {{}, false, std::move(e), false}; }
inline fake_step ends() { return {{}, false, {}, true}; }

class fake_connection final : public engine::connection {
public:
    explicit fake_connection(std::vector<fake_step> script)
        : script_(script.begin(), script.end()) {
        if (::pipe(pipe_) != 0) throw std::runtime_error("pipe");
    }
    ~fake_connection() override {
        ::close(pipe_[0]);
        ::close(pipe_[1]);
    }

    /// Lets one pause() pass. Any thread.
    void release() {
        const char c = 'x';
        if (::write(pipe_[1], &c, 1) != 1) throw std::runtime_error("write");
    }

    void send(const engine::statement& s, std::span<const arg> args) override {
        sent.push_back(s.text);
        for (const arg& a : args) values.push_back(to_display(a));
        streaming = s.streaming;
        pending_ = 1;
    }
    engine::wait_handle waits_on() const noexcept override { return {pipe_[0], POLLIN}; }
    std::size_t pending() const noexcept override { return pending_; }
    std::int64_t affected_rows() const noexcept override { return affected; }
    bool in_transaction() const noexcept override { return false; }
    bool usable() noexcept override { return true; }
    void cancel() noexcept override { cancelled = true; }
    std::unique_ptr<engine::bulk_writer> bulk_insert(std::string_view, std::span<const bulk_column>,
                                                     deadline) override {
        return nullptr;
    }

    std::vector<std::string> sent;
    std::vector<std::string> values;
    std::int64_t affected = 0;
    int steps = 0;
    bool streaming = false;
    bool discards = true;  ///< discard() succeeds
    bool discarded = false;
    std::atomic<bool> cancelled = false;

private:
    engine::fetch next_answer(std::span<arg> out) override {
        ++steps;
        if (script_.empty()) {
            pending_ = 0;
            return engine::fetch::end;
        }
        fake_step& s = script_.front();
        if (s.end) {
            script_.pop_front();
            pending_ = 0;
            return engine::fetch::end;
        }
        if (s.wait) {
            pollfd p{pipe_[0], POLLIN, 0};
            if (::poll(&p, 1, 0) != 1) return engine::fetch::wait;
            char c = 0;
            if (::read(pipe_[0], &c, 1) != 1) throw std::runtime_error("read");
            script_.pop_front();
            return next_answer(out);
        }
        if (s.failure) {
            const error_info e = *s.failure;
            script_.clear();
            pending_ = 0;
            raise(e);
        }
        kept_ = std::move(*s.row);
        script_.pop_front();
        for (std::size_t i = 0; i < kept_.size(); ++i) out[i] = kept_[i].view();
        return engine::fetch::row;
    }
    bool drop_pending(deadline) noexcept override {
        discarded = true;
        pending_ = 0;
        return discards;
    }

    std::deque<fake_step> script_;
    std::vector<value> kept_;  ///< what the last row's views point to
    int pipe_[2] = {-1, -1};
    std::size_t pending_ = 0;
};

/// Connections pinned as by a transaction; shards are named s1, s2, ...
class fake_source final : public cluster_layer::connection_source {
public:
    explicit fake_source(std::vector<std::vector<fake_step>> scripts) {
        for (auto& s : scripts) {
            links_.push_back(std::make_unique<fake_connection>(std::move(s)));
            names_.push_back("s" + std::to_string(links_.size()));
        }
    }
    cluster_layer::shard_connection connect(sharding::shard_index shard, deadline) override {
        connected.push_back(shard);
        cluster_layer::shard_connection c;
        c.endpoint = &endpoint_;
        c.link = links_.at(shard).get();
        return c;
    }
    const std::string& shard_name(sharding::shard_index shard) const override {
        return names_.at(shard);
    }
    fake_connection& operator[](std::size_t i) { return *links_[i]; }

    std::vector<sharding::shard_index> connected;

private:
    // Never connected: only its dialect and its statement registry are used.
    engine::engine endpoint_{engine::parse_url("postgresql://nobody@localhost/none"), {}};
    std::vector<std::unique_ptr<fake_connection>> links_;
    std::vector<std::string> names_;
};

}  // namespace shardwise::test
