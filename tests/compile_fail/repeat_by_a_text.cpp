// SPDX-License-Identifier: MIT
// EXPECT: repeat\(\) takes a text and a number of times
#include "model.hpp"

auto use() { return sw::repeat(users.name, "x"); }
