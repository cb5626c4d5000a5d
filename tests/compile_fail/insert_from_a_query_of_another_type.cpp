// SPDX-License-Identifier: MIT
// EXPECT: a column of this query does not fit its column of insert_into\(\)
#include "model.hpp"

auto use() { return sw::insert_into(posts.author_id).from(sw::select(users.name)); }
