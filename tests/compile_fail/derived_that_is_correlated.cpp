// SPDX-License-Identifier: MIT
// EXPECT: the query of a derived table uses a table that is not part of it
#include "model.hpp"

auto use() {
    return sw::derived<"d">(
        sw::select(posts.id).correlated_with<User>().where(posts.author_id == users.id));
}
