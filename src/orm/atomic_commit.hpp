// SPDX-License-Identifier: MIT
// Carries out what txn::coordinator says over the connections of one session: each round goes to
// all shards before the first answer is awaited. One use, one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/core.hpp"
#include "shardwise/base/error.hpp"
#include "txn/branch.hpp"
#include "txn/protocol.hpp"

namespace shardwise::orm {

struct commit_member {
    sharding::shard_index shard;
    txn::role role;
    bool prepared;  ///< began as txn::begin_texts() says
    txn::branch branch;
    engine::lease lease;
};

class atomic_commit {
public:
    atomic_commit(cluster_layer::core& db, std::string id, std::vector<commit_member> members);
    /// Connections that were not brought to a known end are closed, which rolls back what is not
    /// prepared.
    ~atomic_commit();
    atomic_commit(const atomic_commit&) = delete;
    atomic_commit& operator=(const atomic_commit&) = delete;

    /// Returns when the transaction is committed. Throws what a shard refused (nothing is stored),
    /// timeout (nothing is stored: the deadline passed before the decision), or in_doubt.
    void run(deadline limit);

private:
    using actions = std::vector<txn::action>;

    engine::engine_kind kind(std::size_t who) const;
    actions round(const actions& now, deadline limit);
    actions ask(deadline limit);
    void start(const txn::action& a);
    void queue(std::size_t who, std::vector<std::string> texts);
    txn::answer work_embedded(const txn::action& a, deadline limit);
    txn::answer wait_for(const txn::action& a, deadline limit);
    txn::answer answer_to(const txn::action& a, const error& failure);
    void note_failure(std::size_t who, const error& failure);
    void note_end(const txn::action& a, txn::answer answer);
    [[noreturn]] void raise_aborted(bool late) const;

    cluster_layer::core& db_;
    std::string id_;
    std::vector<commit_member> members_;
    txn::coordinator coordinator_;
    std::vector<std::vector<engine::statement>> sent_;  ///< what connections refer to
    std::vector<engine::statement_ptr> ending_;         ///< the decider's
    engine::statement_ptr decision_;                    ///< the same
    std::vector<bool> clean_;                           ///< may go back to the pool
    std::optional<error> failure_;                      ///< the first one
};

}  // namespace shardwise::orm
