// SPDX-License-Identifier: MIT
// EXPECT: for_update\(\) needs a query of objects
#include "model.hpp"

auto use() { return sw::select(users.id).for_update(); }
