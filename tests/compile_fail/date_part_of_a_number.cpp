// SPDX-License-Identifier: MIT
// EXPECT: need a date or a timestamp
#include "model.hpp"

auto use() { return sw::extract(sw::unit::year, posts.likes); }
