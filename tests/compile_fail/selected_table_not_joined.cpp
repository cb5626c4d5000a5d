// SPDX-License-Identifier: MIT
// EXPECT: the select list uses a table that is not joined
#include "model.hpp"

auto use(sw::session& s) { return s.all(sw::select(users.name, posts.title)); }
