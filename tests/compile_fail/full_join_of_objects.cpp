// SPDX-License-Identifier: MIT
// EXPECT: gives rows without an object
#include "model.hpp"

auto use() { return sw::select<User>().full_join<Post>(posts.author_id == users.id); }
