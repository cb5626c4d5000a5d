// SPDX-License-Identifier: MIT
// EXPECT: update\(\) cannot change the shard key
#include "model.hpp"

auto use() { return sw::update<Post>().set(posts.author_id, 2); }
