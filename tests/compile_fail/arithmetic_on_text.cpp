// SPDX-License-Identifier: MIT
// EXPECT: arithmetic needs two numbers
#include "model.hpp"

auto use() { return users.name + users.id; }
