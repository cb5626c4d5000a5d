// SPDX-License-Identifier: MIT
#include "plan/rules/push_order.hpp"

namespace shardwise::plan {

bool push_order(sql::select& pushed, const rewrites& rules) {
    if (!rules.push_order) pushed.order_by.clear();
    return rules.push_order;
}

}  // namespace shardwise::plan
