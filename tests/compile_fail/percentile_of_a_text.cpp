// SPDX-License-Identifier: MIT
// EXPECT: sum\(\) and avg\(\) need
#include "model.hpp"

auto use() { return sw::select_from<User>(sw::percentile_cont(users.name, 0.5)); }
