// SPDX-License-Identifier: MIT
// EXPECT: round\(\) needs a decimal
// LINES: 16
#include "model.hpp"

auto use() { return sw::round(posts.likes); }
