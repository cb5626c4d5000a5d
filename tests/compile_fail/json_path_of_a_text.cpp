// SPDX-License-Identifier: MIT
// LINES: 22
// EXPECT: need a JSON document
#include "model.hpp"

auto use() { return sw::select(sw::json_path(users.name, "a", 1)); }
