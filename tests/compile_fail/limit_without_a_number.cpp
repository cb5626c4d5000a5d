// SPDX-License-Identifier: MIT
// EXPECT: limit\(\) takes a number of rows
#include "model.hpp"

auto use() { return sw::select<User>().limit("ten"); }
