// SPDX-License-Identifier: MIT
#include "plan/rules/push_limit.hpp"

#include <limits>

namespace shardwise::plan {
namespace {

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
    return a > std::numeric_limits<std::int64_t>::max() - b
               ? std::numeric_limits<std::int64_t>::max()
               : a + b;
}

}  // namespace

void push_limit(sql::select& pushed, const sql::select& whole, const rewrites& rules) {
    pushed.limit.reset();
    pushed.offset = 0;
    // The first rows are known only where all of them are sorted and equal ones are made one.
    const bool same_rows =
        pushed.order_by.size() == whole.order_by.size() && pushed.distinct == whole.distinct;
    if (whole.limit && rules.push_limit && same_rows)
        pushed.limit = saturating_add(*whole.limit, whole.offset);
}

}  // namespace shardwise::plan
