// SPDX-License-Identifier: MIT
// EXPECT: have different types and cannot be compared
#include "model.hpp"

auto use() {
    const auto d = sw::derived<"d">(sw::select(posts.title));
    return sw::select(users.id).join(d, users.id == d[sw::nth<0>]);
}
