// SPDX-License-Identifier: MIT
// EXPECT: greatest\(\) and least\(\) must be of one type
#include "model.hpp"

auto use() { return sw::select(sw::greatest(users.id, users.name)); }
