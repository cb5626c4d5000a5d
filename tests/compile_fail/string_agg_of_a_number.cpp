// SPDX-License-Identifier: MIT
// EXPECT: string_agg\(\) needs text
#include "model.hpp"

auto use() { return sw::string_agg(posts.likes, ", "); }
