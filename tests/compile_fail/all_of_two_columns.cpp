// SPDX-License-Identifier: MIT
// LINES: 16
// EXPECT: a subquery that gives a value selects one column
#include "model.hpp"

auto use() {
    return sw::select(users.id).where(users.id >= sw::all_of(sw::select(posts.id, posts.title)));
}
