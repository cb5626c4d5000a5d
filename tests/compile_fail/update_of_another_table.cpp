// SPDX-License-Identifier: MIT
// EXPECT: set\(\) on a column of another table
#include "model.hpp"

auto use() { return sw::update<User>().set(posts.title, "x"); }
