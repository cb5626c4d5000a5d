// SPDX-License-Identifier: MIT
// EXPECT: uses a table that is not joined
#include "model.hpp"

auto use(sw::session& s) {
    return s.all(sw::select<Post>().correlated_with<User>().where(posts.author_id == users.id));
}
