// SPDX-License-Identifier: MIT
// EXPECT: an aggregate cannot stand in where\(\)
#include "model.hpp"

auto use() { return sw::select<User>().where(sw::count(users.id) > 3); }
