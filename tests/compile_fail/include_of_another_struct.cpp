// SPDX-License-Identifier: MIT
// EXPECT: include\(\) names relations of the selected struct
#include "model.hpp"

auto use() { return sw::select<User>().include(posts.author); }
