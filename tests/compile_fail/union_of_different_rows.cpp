// SPDX-License-Identifier: MIT
// EXPECT: both sides of union_all\(\) and its like give rows of the same type
#include "model.hpp"

auto use() { return sw::select(users.id).union_all(sw::select(posts.title)); }
