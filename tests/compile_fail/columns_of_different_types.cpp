// SPDX-License-Identifier: MIT
// EXPECT: have different types and cannot be compared
#include "model.hpp"

auto use() { return users.id == users.name; }
