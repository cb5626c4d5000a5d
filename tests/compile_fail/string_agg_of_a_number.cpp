// SPDX-License-Identifier: MIT
// EXPECT: string_agg\(\) needs text
// LINES: 16
#include "model.hpp"

auto use() { return sw::string_agg(posts.likes, ", "); }
