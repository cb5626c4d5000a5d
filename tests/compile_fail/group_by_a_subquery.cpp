// SPDX-License-Identifier: MIT
// EXPECT: group_by\(\) uses a column of a table that is not part of this query, or a subquery
#include "model.hpp"

auto use() {
    return sw::select(sw::count(users.id)).group_by(sw::scalar(sw::select(sw::max(posts.id))));
}
