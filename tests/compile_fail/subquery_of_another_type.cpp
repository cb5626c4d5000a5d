// SPDX-License-Identifier: MIT
// EXPECT: have different types and cannot be compared
#include "model.hpp"

auto use() { return sw::in(users.id, sw::select(posts.title)); }
