// SPDX-License-Identifier: MIT
// EXPECT: need a JSON document
#include "model.hpp"

auto use() { return sw::json_text(users.name, "key"); }
