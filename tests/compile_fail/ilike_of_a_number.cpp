// SPDX-License-Identifier: MIT
// EXPECT: ilike\(\) needs texts
#include "model.hpp"

auto use() { return sw::select(users.id).where(sw::ilike(users.id, "a%")); }
