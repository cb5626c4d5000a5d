// SPDX-License-Identifier: MIT
// EXPECT: must be of one type
#include "model.hpp"

auto use() { return sw::coalesce(users.email, 3); }
