// SPDX-License-Identifier: MIT
// EXPECT: rows of union_all\(\) and its like are no objects
#include "model.hpp"

auto use() { return sw::select<User>().union_all(sw::select<User>()); }
