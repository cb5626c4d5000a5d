// SPDX-License-Identifier: MIT
// EXPECT: joined\(\) takes a relation
#include "model.hpp"

auto use() { return sw::select<Post>().include(sw::joined(posts.title)); }
