// SPDX-License-Identifier: MIT
// EXPECT: powers, roots and logarithms need numbers
#include "model.hpp"

auto use() { return sw::sqrt(users.name); }
