// SPDX-License-Identifier: MIT
// EXPECT: an aggregate of an aggregate
#include "model.hpp"

auto use() { return sw::max(sw::sum(posts.likes)); }
