// SPDX-License-Identifier: MIT
// EXPECT: an aggregate cannot stand in where\(\)
#include "model.hpp"

auto use() {
    const auto d = sw::derived<"d">(sw::select(posts.author_id));
    return sw::select_from(d, d[sw::nth<0>]).where(sw::max(d[sw::nth<0>]) > 1);
}
