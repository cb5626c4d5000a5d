// SPDX-License-Identifier: MIT
// EXPECT: from\(\) takes a query with one column for each column of
#include "model.hpp"

auto use() { return sw::insert_into(posts.author_id).from(sw::select(users.id, users.name)); }
