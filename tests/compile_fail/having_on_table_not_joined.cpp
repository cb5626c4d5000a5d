// SPDX-License-Identifier: MIT
// EXPECT: having\(\) uses a column of a table that is not part
#include "model.hpp"

auto use() { return sw::select<User>().having(sw::sum(posts.likes) > 3); }
