// SPDX-License-Identifier: MIT
// EXPECT: does not pin the shard key
#include "model.hpp"

auto use(sw::session& s) {
    return s.local(
        sw::select<User>().where(users.id == 7 && sw::in(users.id, sw::select(posts.id))));
}
