// SPDX-License-Identifier: MIT
// EXPECT: values\(\) takes one value for each column of insert_into\(\)
#include "model.hpp"

auto use() { return sw::insert_into(posts.author_id, posts.title).values(1); }
