// SPDX-License-Identifier: MIT
// EXPECT: a cast to decimal needs its digits
#include "model.hpp"

auto use() { return sw::cast_to<sw::decimal>(users.id); }
