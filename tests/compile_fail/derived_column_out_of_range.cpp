// SPDX-License-Identifier: MIT
// EXPECT: the query of this derived table has fewer columns
#include "model.hpp"

void use() {
    const auto d = sw::derived<"d">(sw::select(users.id, users.name));
    (void)d[sw::nth<2>];
}
