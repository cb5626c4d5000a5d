// SPDX-License-Identifier: MIT
// EXPECT: limit\(\) takes a number of rows
// LINES: 19
#include "model.hpp"

auto use() { return sw::select<User>().limit("ten"); }
