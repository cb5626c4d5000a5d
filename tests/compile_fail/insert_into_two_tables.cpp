// SPDX-License-Identifier: MIT
// EXPECT: insert_into\(\) names columns of several tables
#include "model.hpp"

auto use() { return sw::insert_into(posts.title, users.name); }
