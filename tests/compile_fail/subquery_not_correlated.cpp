// SPDX-License-Identifier: MIT
// EXPECT: where\(\) uses a column of a table that is not part
#include "model.hpp"

auto use() { return sw::exists(sw::select<Post>().where(posts.author_id == users.id)); }
