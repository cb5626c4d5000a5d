// SPDX-License-Identifier: MIT
// EXPECT: include\(\) needs a query of objects
#include "model.hpp"

auto use() { return sw::select(users.name).include(users.posts); }
