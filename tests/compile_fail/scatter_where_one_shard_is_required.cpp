// SPDX-License-Identifier: MIT
// EXPECT: this query does not pin the shard key
#include "model.hpp"

auto use(sw::session& s) { return s.local(sw::select<User>().where(users.name == "Ann")); }
