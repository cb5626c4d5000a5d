// SPDX-License-Identifier: MIT
// EXPECT: this derived table is part of the query already
#include "model.hpp"

auto use() {
    const auto d = sw::derived<"d">(sw::select(posts.author_id));
    return sw::select_from(d, d[sw::nth<0>]).join(d, d[sw::nth<0>] > 1);
}
