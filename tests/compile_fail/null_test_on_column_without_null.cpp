// SPDX-License-Identifier: MIT
// EXPECT: is_null\(\) on a column that is never NULL
#include "model.hpp"

auto use() { return users.name.is_null(); }
