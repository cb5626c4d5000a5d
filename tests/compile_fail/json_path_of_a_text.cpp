// SPDX-License-Identifier: MIT
// EXPECT: need a JSON document
#include "model.hpp"

auto use() { return sw::select(sw::json_path(users.name, "a", 1)); }
