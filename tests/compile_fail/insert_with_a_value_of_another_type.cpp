// SPDX-License-Identifier: MIT
// EXPECT: this value does not fit this column
#include "model.hpp"

auto use() { return sw::insert_into(posts.author_id, posts.title).values(1, 2); }
