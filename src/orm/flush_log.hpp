// SPDX-License-Identifier: MIT
// What a flush is about to send, for people: session_options::flushes, or the standard error output
// when the environment says SHARDWISE_LOG=debug.
#pragma once

#include <string>
#include <vector>

#include "orm/flush_plan.hpp"

namespace shardwise::orm {

/// Statements in the order in which each shard gets them; the shards get theirs at the same time.
/// `lookup_rows`: of cluster-wide unique constraints. `moved`: objects that change their shard,
/// which are not among the writes.
struct flush_account {
    const std::vector<shard_writes>& work;
    std::size_t lookup_rows = 0;
    std::size_t moved = 0;
};

/// A line for the whole and one for each statement.
std::string to_text(const cluster_layer::core& db, const flush_account& a);

/// Does nothing, and costs nothing, when nobody listens.
void tell_flush(const session_core::state& s, const flush_account& a);

}  // namespace shardwise::orm
