// SPDX-License-Identifier: MIT
// EXPECT: this value does not fit this column
#include "model.hpp"

auto use() { return users.name == 7; }
