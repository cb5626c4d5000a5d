// SPDX-License-Identifier: MIT
// EXPECT: where\(\) uses a column of a table that is not part of this query
#include "model.hpp"

auto use() {
    const auto d = sw::derived<"d">(sw::select(posts.author_id));
    return sw::select(users.id).where(users.id == d[sw::nth<0>]);
}
