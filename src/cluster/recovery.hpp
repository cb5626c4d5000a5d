// SPDX-License-Identifier: MIT
// What a cluster does for transactions over several shards beside committing them: it makes their
// tables, knows which shards can take part, and ends what dead processes have left. Any thread; the
// thread of its own ends with it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "shardwise/cluster/cluster.hpp"
#include "txn/branch.hpp"
#include "txn/protocol.hpp"

namespace shardwise::cluster_layer {

struct core_state;

class recovery {
public:
    /// Decision rows are kept for this long.
    static constexpr std::chrono::hours kept_for{24};

    explicit recovery(core_state& s);
    ~recovery();
    recovery(const recovery&) = delete;
    recovery& operator=(const recovery&) = delete;

    // ---- opening
    /// Looks at every shard that can be reached; what keeps one from atomic commits is remembered.
    void prepare_shards();
    /// Ends what was left here before, and starts the thread that goes on with that.
    void start();
    /// Ends the thread; new connections are shown to this object as before.
    void stop();
    /// Of each new connection of shard i.
    void on_connect(std::size_t i, engine::connection& c, deadline limit);

    // ---- committing
    /// Throws cannot_prepare, with the reason, when this shard cannot take part.
    void require(std::size_t shard) const;
    /// A file whose writers have to look for prepared changes of others: they begin by locking it.
    bool guarded(std::size_t shard) const noexcept;
    const std::string& cluster_mark() const noexcept { return cluster_mark_; }
    const std::string& shard_mark(std::size_t shard) const { return marks_.at(shard); }
    /// Whether it can take part: what cannot has no tables for it either.
    bool ready(std::size_t shard) const noexcept {
        return facts_[shard].state.load(std::memory_order_acquire) == readiness::ready;
    }
    /// txn/gate.hpp
    std::int64_t gate_key(std::size_t shard) const { return gates_.at(shard); }
    /// shard_count() when it is none of this configuration.
    std::size_t shard_of_mark(std::string_view mark) const;
    /// The decision of `id`, made now (aborted) if there is none. Over a connection of its own, so
    /// that callers who hold connections do not wait for another one.
    txn::verdict decide(std::string_view id, deadline limit);
    /// The caller could not end all of this transaction: the thread does it, without any grace.
    void left_behind(const std::string& id) noexcept;
    /// The same, and at once: ends what is decided of these, on all shards.
    void end_decided(const std::vector<std::string>& ids, deadline limit);

    // ---- for people
    resolve_report resolve(std::chrono::milliseconds grace, deadline limit);
    std::vector<pending_transaction> pending(deadline limit);
    transaction_outcome outcome_of(const std::string& id, deadline limit);

private:
    enum class readiness : std::uint8_t { unknown, ready, refused };
    struct shard_facts {
        std::atomic<readiness> state{readiness::unknown};
        mutable std::mutex lock;
        std::string why;  ///< refused
    };
    class link;
    struct found_on_shard {
        bool reached = false;
        std::vector<txn::found_branch> branches;
    };
    struct pass;

    void look_at(std::size_t i, engine::connection& c, deadline limit);
    std::string fault_of(std::size_t i, engine::connection& c, deadline limit) const;
    std::vector<found_on_shard> list_all(deadline limit);
    txn::verdict ask(std::string_view id, deadline limit, bool decides);
    void resolve_one(pass& p, std::size_t shard, const txn::branch& b);
    bool is_listed(engine::connection& c, std::size_t shard, const txn::branch& b,
                   deadline limit) const;
    bool may_resolve(const txn::found_branch& b, std::chrono::milliseconds grace) const;
    void forget_old(const std::vector<found_on_shard>& found, deadline limit);
    void work();
    std::chrono::milliseconds pause() const;

    core_state& state_;
    std::string cluster_mark_;
    std::vector<std::string> marks_;
    std::vector<std::int64_t> gates_;
    std::vector<shard_facts> facts_;
    bool guards_files_ = false;  ///< several shards, so SQLite files can have prepared branches
    std::atomic<std::int64_t> forgotten_at_ms_{0};

    mutable std::mutex lock_;
    std::condition_variable woken_;
    std::set<std::string, std::less<>> urgent_;
    bool wake_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace shardwise::cluster_layer
