// SPDX-License-Identifier: MIT
// EXPECT: an aggregate cannot be compared with any_of\(\)
#include "model.hpp"

auto use() {
    return sw::select(users.name, sw::count())
        .group_by(users.name)
        .having(sw::count() > sw::any_of(sw::select(posts.id)));
}
