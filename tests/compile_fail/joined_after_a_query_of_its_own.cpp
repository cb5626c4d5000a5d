// SPDX-License-Identifier: MIT
// EXPECT: joined\(\) stands at the beginning of a path
#include "model.hpp"

auto use() { return sw::select<User>().include(users.posts, sw::joined(posts.author)); }
