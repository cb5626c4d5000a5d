// SPDX-License-Identifier: MIT
// EXPECT: need a JSON document
// LINES: 19
#include "model.hpp"

auto use() { return sw::json_text(users.name, "key"); }
