// SPDX-License-Identifier: MIT
// EXPECT: have different types and cannot be compared
#include "model.hpp"

auto use() { return sw::select(users.id).where(users.id > sw::any_of(sw::select(posts.title))); }
