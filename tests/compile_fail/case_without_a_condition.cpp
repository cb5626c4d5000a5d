// SPDX-License-Identifier: MIT
// EXPECT: case_when\(\) takes a condition and a value
#include "model.hpp"

auto use() { return sw::case_when(users.id, 3); }
