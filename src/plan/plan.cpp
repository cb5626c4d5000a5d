// SPDX-License-Identifier: MIT
#include "plan/plan.hpp"

namespace shardwise::plan {
namespace {

struct shard_finder {
    bool operator()(const scatter&) const { return true; }
    bool operator()(const merge_sort&) const { return true; }
    bool operator()(const sort&) const { return false; }
    bool operator()(const distinct& n) const { return rows_have_a_shard(*n.input); }
    bool operator()(const limit& n) const { return rows_have_a_shard(*n.input); }
    bool operator()(const project& n) const { return rows_have_a_shard(*n.input); }
    bool operator()(const aggregate&) const { return false; }
    bool operator()(const count_rows&) const { return false; }
    bool operator()(const local_query&) const { return false; }
};

}  // namespace

bool rows_have_a_shard(const node& n) noexcept { return std::visit(shard_finder{}, n.op); }

}  // namespace shardwise::plan
