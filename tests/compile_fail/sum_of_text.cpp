// SPDX-License-Identifier: MIT
// EXPECT: sum\(\) and avg\(\) need a number
#include "model.hpp"

auto use() { return sw::sum(users.name); }
