// SPDX-License-Identifier: MIT
// EXPECT: order_by\(\) uses a column of a table that is not part
#include "model.hpp"

auto use() {
    return sw::select(users.id).union_all(sw::select(posts.id)).order_by(users.id);
}
