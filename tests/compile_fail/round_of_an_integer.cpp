// SPDX-License-Identifier: MIT
// EXPECT: round\(\) needs a decimal
#include "model.hpp"

auto use() { return sw::round(posts.likes); }
