// SPDX-License-Identifier: MIT
#include "plan/rules/push_distinct.hpp"

namespace shardwise::plan {

bool push_distinct(sql::select& pushed, const rewrites& rules) {
    pushed.distinct = pushed.distinct && rules.push_distinct;
    return rules.push_distinct;
}

}  // namespace shardwise::plan
