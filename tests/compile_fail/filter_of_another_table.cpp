// SPDX-License-Identifier: MIT
// EXPECT: this filter is for another table
#include "model.hpp"

void use() {
    sw::filter<User> f;
    f &= posts.likes > 3;
}
