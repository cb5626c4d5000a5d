// SPDX-License-Identifier: MIT
// EXPECT: returning\(\) uses a column of another table
#include "model.hpp"

auto use() { return sw::erase<User>().returning(posts.id); }
