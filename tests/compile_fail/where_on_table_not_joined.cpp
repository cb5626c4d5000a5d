// SPDX-License-Identifier: MIT
// EXPECT: where\(\) uses a column of a table that is not part of this query
#include "model.hpp"

auto use() { return sw::select<User>().where(posts.likes > 3); }
