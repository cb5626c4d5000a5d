// SPDX-License-Identifier: MIT
// EXPECT: this function needs text
#include "model.hpp"

auto use() { return sw::lower(users.id); }
