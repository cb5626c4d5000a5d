// SPDX-License-Identifier: MIT
// EXPECT: this function needs text
// LINES: 19
#include "model.hpp"

auto use() { return sw::lower(users.id); }
