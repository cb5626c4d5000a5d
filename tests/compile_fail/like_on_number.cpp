// SPDX-License-Identifier: MIT
// EXPECT: like\(\) needs a text column
// LINES: 16
#include "model.hpp"

auto use() { return users.id.like("1%"); }
