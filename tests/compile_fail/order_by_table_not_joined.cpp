// SPDX-License-Identifier: MIT
// EXPECT: order_by\(\) uses a column of a table that is not part of this
#include "model.hpp"

auto use() { return sw::select<User>().order_by(posts.likes); }
