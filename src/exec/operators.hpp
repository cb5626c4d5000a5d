// SPDX-License-Identifier: MIT
// The operators behind the nodes of a plan, one function and one file each. They keep the node
// alive (plans may be gone before the last row is read) and release their input at its end, so that
// connections go back as early as possible. One thread at a time.
#pragma once

#include <memory>

#include "exec/executor.hpp"
#include "exec/request.hpp"

namespace shardwise::exec {

using operator_ptr = std::unique_ptr<operator_node>;

enum class arrival : std::uint8_t {
    any,       ///< rows as they come
    by_shard,  ///< shard after shard, so that sums of doubles come out the same every time
};

operator_ptr open_node(const plan::node_ptr& n, const execution& how, arrival order = arrival::any);

/// What open_node() makes, without and with counting.
operator_ptr open_plain(const plan::node_ptr& n, const execution& how, arrival order);
operator_ptr open_measured(const plan::node_ptr& n, const execution& how, arrival order);

operator_ptr make_scatter(const plan::node& n, const execution& how, arrival order);
/// Over a scatter: merges its streams.
operator_ptr make_merge_sort(const plan::merge_sort& op, const plan::node& n, const execution& how);
/// Of a partial answer: `keys` may be empty.
operator_ptr make_gathered(std::vector<request> requests, const execution& how,
                           std::vector<plan::sort_key> keys,
                           const std::vector<sql::typed>& columns);
operator_ptr make_sort(const plan::sort& op, operator_ptr input, std::size_t width,
                       const execution& how);
operator_ptr make_aggregate(const plan::node_ptr& n, operator_ptr input, const execution& how);
operator_ptr make_distinct(operator_ptr input, std::size_t width, const execution& how);
operator_ptr make_limit(const plan::limit& op, operator_ptr input);
operator_ptr make_project(const plan::project& op, operator_ptr input);
operator_ptr make_local_query(const plan::node_ptr& n, const execution& how);
operator_ptr make_count_rows(operator_ptr input, std::size_t width);

}  // namespace shardwise::exec
