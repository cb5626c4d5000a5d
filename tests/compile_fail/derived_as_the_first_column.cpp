// SPDX-License-Identifier: MIT
// EXPECT: the first column is one of a derived table; use select_from
#include "model.hpp"

auto use() {
    const auto d = sw::derived<"d">(sw::select(posts.author_id));
    return sw::select(d[sw::nth<0>], users.name).join<User>(users.id == d[sw::nth<0>]);
}
