// SPDX-License-Identifier: MIT
// EXPECT: join an alias of it
#include "model.hpp"

auto use() { return sw::select(users.id).left_join<User>(users.id == users.country_id); }
